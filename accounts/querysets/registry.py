"""Set-level reads of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from accounts.choices import AccountStatus, GroupStatus
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Account, Administratorship, Group, Incident, RegistryEvent


class PlatformQuerySet(models.QuerySet["Platform"]):
    def get_by_natural_key(self, code: str) -> object:
        return self.get(code=code)


class AccountQuerySet(ScopedQuerySet["Account"]):
    def active(self) -> Self:
        """Accounts that are not closed or merged."""
        return self.exclude(status__in=[AccountStatus.CLOSED, AccountStatus.MERGED])

    def with_administrators_in_office(self) -> Self:
        """Each account with those who administer it now, in the order of their terms."""
        terms: Any = self.model._meta.get_field("administratorships").related_model
        return self.prefetch_related(
            models.Prefetch("administratorships", queryset=terms.objects.in_office().order_by("pk"))
        )

    def for_list(self) -> Self:
        """Accounts as the list shows them, in the official order of units."""
        return (
            self.select_related("unit__parent", "platform")
            .annotate(
                n_administrators=models.Count(
                    "administratorships", filter=models.Q(administratorships__ended_at__isnull=True)
                )
            )
            .order_by("unit__tree_id", "unit__lft", "pk")
        )

    def matching(self, text: str) -> Self:
        """Accounts whose id, nickname or unit contains every word of the text."""
        condition = models.Q()
        for word in text.split():
            condition &= (
                models.Q(identifier__icontains=word)
                | models.Q(nickname__icontains=word)
                | models.Q(unit__search_key__icontains=word)
            )
        return self.filter(condition)


class GroupQuerySet(ScopedQuerySet["Group"]):
    def active(self) -> Self:
        return self.exclude(status=GroupStatus.CLOSED)


class AdministratorshipQuerySet(ScopedQuerySet["Administratorship"]):
    def in_office(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def of_account(self, account: Account) -> Self:
        """Those in office first, then those who left, the latest first."""
        return self.filter(account=account).order_by(models.F("ended_at").desc(nulls_first=True), "pk")


class RegistryEventQuerySet(ScopedQuerySet["RegistryEvent"]):
    def of_account(self, account: Account) -> Self:
        """Everything that happened to an account and to its administrators, newest first."""
        return self.filter(
            models.Q(account=account) | models.Q(administratorship__account=account)
        ).select_related("by", "unit", "submission")


class IncidentQuerySet(ScopedQuerySet["Incident"]):
    pass
