"""Set-level reads of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

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


class GroupQuerySet(ScopedQuerySet["Group"]):
    def active(self) -> Self:
        return self.exclude(status=GroupStatus.CLOSED)


class AdministratorshipQuerySet(ScopedQuerySet["Administratorship"]):
    def in_office(self) -> Self:
        return self.filter(ended_at__isnull=True)


class RegistryEventQuerySet(ScopedQuerySet["RegistryEvent"]):
    pass


class IncidentQuerySet(ScopedQuerySet["Incident"]):
    pass
