"""Set-level reads of daily records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import date

    from orgs.kernel.clock import Week
    from reporting.models import DailyRecord


class DailyRecordQuerySet(ScopedQuerySet["DailyRecord"]):
    def counted_in(self, week: Week) -> Self:
        """Records that count in the week: entered within it, whatever day they are about (metrics.md)."""
        return self.filter(recorded_at__gte=week.starts_at, recorded_at__lt=week.ends_at)

    def between(self, first: date, last: date) -> Self:
        """Records about these days, both included."""
        return self.filter(day__gte=first, day__lte=last)

    def for_list(self) -> Self:
        """With everything a row of the list shows, newest day first."""
        return self.select_related("unit", "account", "group").order_by("-day", "-pk")
