"""Which base an edition counts: the one of Sunday 24:00, or what whoever ordered the edition took instead (SUP-2.1.1b)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from orgs.choices import Measure
from orgs.models import UnitBaseVersion
from reporting.models import BaseCorrection, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Collection

    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import ClosedWeek

M = TypeVar("M", bound=Model)
Counted = UnitBaseVersion | BaseCorrection


def of_units(
    closed: ClosedWeek, unit_ids: Collection[int], measures: Collection[str]
) -> dict[int, dict[str, Counted]]:
    """Unit -> measure -> the base that the edition counts, with its year and source; at most two statements."""
    found: dict[int, dict[str, Counted]] = {}
    wanted = {"unit_id__in": unit_ids, "measure__in": measures}
    for version in _at_the_end(closed).filter(**wanted):
        found.setdefault(version.unit_id, {})[version.measure] = version
    # A first edition corrects nothing.
    later = BaseCorrection.objects.filter(week=closed, **wanted) if closed.edition > 1 else ()
    for correction in later:
        found.setdefault(correction.unit_id, {})[correction.measure] = correction
    return found


def changed_since(closed: ClosedWeek, in_charge: UnitsInCharge | None = None) -> QuerySet[UnitBaseVersion]:
    """Bases of today, recorded after Sunday 24:00, that differ from what the edition counts; of open units of the week.

    Adds `counted` and `counted_year`, None where there was none. Without `in_charge` those of all units. A base that was
    taken back altogether is not among them: there is nothing to count instead.
    """
    rows = WeekUnit.objects.for_week(closed.pk).in_operation().filter(unit_id=OuterRef("unit_id"))
    if in_charge is not None:
        rows = rows.within(in_charge)
    later = UnitBaseVersion.objects.current().filter(
        Exists(rows), valid_from__gte=closed.week.ends_at, measure__in=Measure.values
    )
    return _differing(later, closed)


def taken(before: ClosedWeek, after: ClosedWeek, in_charge: UnitsInCharge) -> QuerySet[BaseCorrection]:
    """The bases that a later edition counts otherwise than an earlier one does, within the scope; adds `counted` likewise."""
    rows = WeekUnit.objects.within(in_charge).for_week(after.pk).filter(unit_id=OuterRef("unit_id"))
    return _differing(BaseCorrection.objects.filter(Exists(rows), week=after), before)


def _differing(bases: QuerySet[M], closed: ClosedWeek) -> QuerySet[M]:
    same = {"unit_id": OuterRef("unit_id"), "measure": OuterRef("measure")}
    corrected = BaseCorrection.objects.filter(week=closed, **same).order_by()
    stood = _at_the_end(closed).filter(**same)
    counted = {
        name: Coalesce(Subquery(corrected.values(field)[:1]), Subquery(stood.values(field)[:1]))
        for name, field in (("counted", "count"), ("counted_year", "year"))
    }
    is_same = Q(counted=F("count"), counted_year=F("year"))
    found: QuerySet[M] = bases.annotate(**counted).filter(Q(counted__isnull=True) | ~is_same)
    return found


def _at_the_end(closed: ClosedWeek) -> QuerySet[Any]:
    # A version that begins at the end of the week belongs to the next one: intervals are half-open.
    at = closed.week.ends_at
    return UnitBaseVersion.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=at), valid_from__lt=at)
