"""Set-level reads of registry events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Account, Administratorship, Group, RegistryEvent


class RegistryEventQuerySet(ScopedQuerySet["RegistryEvent"]):
    def of_account(self, account: Account) -> Self:
        """Everything that happened to an account and to its administrators, newest first."""
        return self.filter(
            models.Q(account=account) | models.Q(administratorship__account=account)
        ).select_related("by", "unit", "submission")

    def of_group(self, group: Group) -> Self:
        """Everything that happened to a group and to its administrators, newest first."""
        return self.filter(models.Q(group=group) | models.Q(administratorship__group=group)).select_related(
            "by", "unit", "submission"
        )

    def of_term(self, term: Administratorship) -> Self:
        """What happened to one term of an administrator, newest first."""
        return self.filter(administratorship=term).select_related("by", "unit", "submission")
