"""不良信息 of a year as the assessment reads it: found, handled, grave (SUP-2.2.1c, SUP-4.4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from accounts.models import Incident
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.querysets.scope import Span, UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scoring.frozen import Period


@dataclass(frozen=True, slots=True)
class Incidents:
    """How many there were in the unit and below it."""

    found: int = 0
    handled: int = 0
    grave_ones: tuple[tuple[int, date], ...] = ()  # number and day it was found, in order

    @property
    def grave(self) -> int:
        return len(self.grave_ones)


def read_incidents(period: Period, unit_ids: Iterable[int], *, until: datetime) -> dict[int, Incidents]:
    """Those of the calendar year, or of its part, that were on record at `until`, in two statements however many units there are.

    READING: an incident counts where its unit stands now, and for everybody above it; whether it is grave is what its
    superior says at the time of computing, for a mark may be taken back.
    """
    spans = [Span.of(unit) for unit in OrgUnit.objects.filter(pk__in=list(unit_ids))]
    if not spans:
        return {}
    counted = Incident.objects.within(UnitsInCharge(tuple(spans))).on_record_at(until)
    rows = list(counted.filter(found_at__gte=_since(period)).select_related("unit"))
    return {span.unit_id: _count([row for row in rows if span.covers(row.unit)], until) for span in spans}


def _since(period: Period) -> datetime:
    """1 January, or the Monday of a later first week."""
    begins = date(period.year, 1, 1)
    if period.first > 1:
        begins = date.fromisocalendar(period.year, period.first, 1)
    return clock.day_start(begins)


def _count(incidents: list[Incident], until: datetime) -> Incidents:
    return Incidents(
        found=len(incidents),
        handled=sum(each.handled_at is not None and each.handled_at < until for each in incidents),
        grave_ones=tuple(
            (each.pk, clock.local(each.found_at).date())
            for each in sorted(incidents, key=lambda each: each.pk)
            if each.is_grave
        ),
    )
