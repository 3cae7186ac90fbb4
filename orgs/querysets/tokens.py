"""Set-level reads of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.kernel import clock
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.models import ApiToken


class ApiTokenQuerySet(ScopedQuerySet["ApiToken"]):
    def in_force(self) -> Self:
        """Tokens that open something now: neither revoked nor expired, of a person who may sign in."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=clock.now(), user__is_active=True)
