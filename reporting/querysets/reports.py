"""Set-level reads of the direct units' own weekly reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.kernel.clock import Week
    from reporting.models import WeeklyReport


class WeeklyReportQuerySet(ScopedQuerySet["WeeklyReport"]):
    def of_week(self, week: Week) -> Self:
        """Reports about one week."""
        return self.filter(year=week.year, number=week.number)

    def confirmed(self) -> Self:
        """Reports that their committee has confirmed, in time or late."""
        return self.filter(confirmed_at__isnull=False)
