"""Set-level reads of daily records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import date

    from reporting.models import DailyRecord


class DailyRecordQuerySet(ScopedQuerySet["DailyRecord"]):
    def between(self, first: date, last: date) -> Self:
        """Records about these days, both included."""
        return self.filter(day__gte=first, day__lte=last)

    def for_list(self) -> Self:
        """With everything a row of the list shows, newest day first."""
        return self.select_related("unit", "account", "group").order_by("-day", "-pk")
