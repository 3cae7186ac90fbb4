"""What a direct unit's report of a week still has to explain: closings without a reason, a fall of the coverage (SUP-4.1a).

A report is complete only while nothing is lacking; whether it came in time is judged by its confirmation alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts.choices import EventKind
from accounts.models import RegistryEvent
from reporting.coverage import Coverage, change_in_points
from reporting.models import ClosedWeek, WeeklyReport, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from accounts.querysets.events import RegistryEventQuerySet
    from orgs.kernel.clock import Week
    from orgs.querysets.tree import OrgUnitQuerySet

Given = dict[int, set[int | None]]  # unit -> the closings its report explains; None for the fall

_UP_THEN = """
SELECT up.event_id, above.unit_id, above.parent_id FROM up
JOIN reporting_weekunit above ON above.week_id = %s AND above.unit_id = up.parent_id
"""
_UP_NOW = """
SELECT up.event_id, above.id, above.parent_id FROM up
JOIN orgs_orgunit above ON above.id = up.parent_id
"""


def is_drop(now: Coverage, before: Coverage | None) -> bool:
    """The coverage fell by more than COVERAGE_DROP_POINTS, by the exact fractions, or there is no rate any more."""
    if before is None or not before.is_rate:
        return False
    change = change_in_points(now, before)
    return now.is_unreported if change is None else bool(-change > settings.COVERAGE_DROP_POINTS)


def closings(week: Week) -> RegistryEventQuerySet:
    """Closings of the week that nobody gave a reason for; one taken back in the week is none."""
    in_week = Q(at__gte=week.starts_at, at__lt=week.ends_at)
    back = RegistryEvent.objects.filter(in_week, kind=EventKind.RESTORED, at__gte=OuterRef("at"))
    same = (
        Q(account__isnull=False, account=OuterRef("account"))
        | Q(group__isnull=False, group=OuterRef("group"))
        | Q(administratorship__isnull=False, administratorship=OuterRef("administratorship"))
    )
    found = RegistryEvent.objects.filter(in_week, kind=EventKind.CLOSED, reason="")
    return found.filter(~Exists(back.filter(same)))


def closings_by_unit(week: Week, week_pk: int | None, unit_ids: Iterable[int]) -> dict[int, set[int]]:
    """unit -> the closings in its subtree; one statement.

    Of a closed week (`week_pk`, its edition) by the parents in the snapshot, as punctuality has it; else by today's tree.
    """
    wanted = set(unit_ids)
    events, params = closings(week).order_by().values("pk", "unit_id").query.sql_with_params()
    step, more = (_UP_NOW, ()) if week_pk is None else (_UP_THEN, (week_pk,))
    # A step to the unit itself first: it has to stand in the snapshot, too.
    statement = (
        f"WITH RECURSIVE events(id, unit_id) AS ({events}), up(event_id, unit_id, parent_id) AS ("  # noqa: S608 - constants
        f"SELECT id, CAST(NULL AS bigint), unit_id FROM events UNION ALL {step}) "
        "SELECT event_id, unit_id FROM up WHERE unit_id IS NOT NULL"
    )
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *more])
        for event, unit in cursor.fetchall():
            if unit in wanted:
                found[unit].add(event)
    return found


def of_weeks(weeks: Iterable[Week], unit_ids: Collection[int] | OrgUnitQuerySet) -> dict[Week, set[int]]:
    """week -> units that have confirmed it and still owe an explanation; one statement, two more for a week with any.

    READING: the fall is judged by the closed week; while it runs only the unit's own page says that it may come.
    """
    asked = {(week.year, week.number): week for week in weeks}
    known: dict[Week, Given] = {week: {} for week in asked.values()}
    reports = WeeklyReport.objects.confirmed().filter(
        unit__in=unit_ids,
        year__in={week.year for week in asked.values()},
        number__in={week.number for week in asked.values()},
    )
    told = reports.order_by().values_list("year", "number", "unit_id", "explanations", "explanations__event")
    for year, number, unit, explanation, event in told:
        if (year, number) in asked:
            given = known[asked[year, number]].setdefault(unit, set())
            if explanation is not None:
                given.add(event)
    return {week: _lacking(week, given) if given else set() for week, given in known.items()}


def of_week(week: Week, unit_ids: Collection[int] | OrgUnitQuerySet) -> set[int]:
    """As `of_weeks`, of one week."""
    return of_weeks([week], unit_ids)[week]


def of_reports(week: Week, reports: Iterable[WeeklyReport]) -> set[int]:
    """As `of_week`, of reports of the week that have been read with their explanations."""
    confirmed = [report for report in reports if report.confirmed_at is not None]
    given = {report.unit_id: {each.event_id for each in report.explanations.all()} for report in confirmed}
    return _lacking(week, given) if given else set()


def _lacking(week: Week, given: Given) -> set[int]:
    # Edition of the week and of the closed one before it.
    newest = ClosedWeek.objects.newest_editions().filter(starts_on__lte=week.starts_on).order_by("-starts_on")
    rows = WeekUnit.objects.with_coverage().filter(unit_id__in=given, week__in=newest.values("pk")[:2])
    now, before = {}, {}
    week_pk = None
    for row in rows.select_related("week"):
        if row.week.week == week:
            now[row.unit_id], week_pk = Coverage.of(row), row.week_id  # type: ignore[arg-type]
        else:
            before[row.unit_id] = Coverage.of(row)  # type: ignore[arg-type]
    asked = closings_by_unit(week, week_pk, given)
    return {
        unit
        for unit, told in given.items()
        if asked[unit] - told or (None not in told and unit in now and is_drop(now[unit], before.get(unit)))
    }
