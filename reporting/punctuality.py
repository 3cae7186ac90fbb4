"""How punctually direct units have reported their weeks of a year (SUP-4.1a): "an important basis for the year-end result".

No scheme of 2013 scores it; a scheme may, by the metric `weekly_reports`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from orgs.kernel.clock import Week
from reporting.models import ClosedWeek, WeeklyReport, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Weeks of one unit and year that were asked of it: confirmed by Sunday 24:00, later, not at all."""

    on_time: int = 0
    late: int = 0
    missing: int = 0

    @property
    def asked(self) -> int:
        return self.on_time + self.late + self.missing


def of_year(year: int, unit_ids: Iterable[int], *, first: int = 1, last: int = 53) -> dict[int, Punctuality]:
    """unit -> its weeks; two statements. A week is asked of a unit that stood directly below a province when it closed.
    `first` and `last`: only of the weeks between, both included.

    Units of which no week was asked are left out: nothing asked is not nothing missed.
    """
    ids = list(unit_ids)
    asked = (
        WeekUnit.objects.asked_to_report()
        .filter(
            unit_id__in=ids,
            week__in=ClosedWeek.objects.newest_editions()
            .filter(year=year, number__gte=first, number__lte=last)
            .order_by(),
        )
        .order_by()
        .values_list("unit_id", "week__year", "week__number")
    )
    reports = WeeklyReport.objects.of_year(year).confirmed().filter(unit__in=ids)
    confirmed = {
        (unit_id, number): at
        for unit_id, number, at in reports.values_list("unit_id", "number", "confirmed_at")
    }
    counted: dict[int, Counter[str]] = {}
    for unit_id, in_year, number in asked:
        week = Week(in_year, number)
        if str(week) < settings.WEEKLY_REPORTS_FROM:
            continue
        at = confirmed.get((unit_id, number))
        word = "missing" if at is None else "on_time" if at < week.ends_at else "late"
        counted.setdefault(unit_id, Counter())[word] += 1
    return {unit_id: Punctuality(**found) for unit_id, found in counted.items()}
