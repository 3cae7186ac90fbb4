"""Set-level reads of spot checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from reporting.models import SpotCheck


class SpotCheckQuerySet(ScopedQuerySet["SpotCheck"]):
    def valid(self) -> Self:
        """Checks that were not voided."""
        return self.filter(voided_at__isnull=True)
