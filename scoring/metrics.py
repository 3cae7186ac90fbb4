"""Metric name -> figures of one unit, read from frozen weeks and the incidents on record by their end (SUP-2.1, SUP-4.1, SUP-A).

Stocks are those of the last closed week of the assessed year, flows are added up over that year's closed weeks. Bases
are those that its newest edition counts. Where inspections found less than declared, scores use what they found (核减).
What can't be known is said (choices.Missing), never taken as 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from fractions import Fraction

from django.db.models import Sum

from orgs.choices import Measure
from reporting import corrected_bases, punctuality, verified_figures
from reporting.models import ClosedWeek, WeekUnit
from reporting.rollup import streaks
from reporting.verified_figures import Less
from scoring.choices import Metric, Missing
from scoring.frozen import Figure, Metered, Params, Period, Year
from scoring.incidents import Incidents, read_incidents
from scoring.other_metrics import OTHERS

DAYS = 7
FLOWS = ("sub_checks", "sub_checks_poor", "sub_admin_changed")
BASE_MEASURES = (Measure.MEMBERS_2012, Measure.MEMBERS_REPORTED, Measure.ORGANISATIONS)


def read_year(
    year: int, unit_ids: Iterable[int], *, week_by_week: bool = False, first: int = 1, last: int = 53
) -> dict[int, Year]:
    """The year of each unit, in the same few statements however many units there are.

    `week_by_week` reads the rows of all its weeks too: many for many units, and only rules over several measurements
    ask for them. `first` and `last` keep it to the weeks between, as if there were no others.
    """
    ids = list(unit_ids)
    period = Period(year, first, last)
    weeks = closed_weeks(period)
    if not weeks:
        return {unit_id: Year() for unit_id in ids}
    newest = weeks[-1]
    rows = {row.unit_id: row for row in WeekUnit.objects.filter(week=newest, unit_id__in=ids)}
    sums = WeekUnit.objects.filter(week__in=weeks, unit_id__in=ids).values("unit_id")
    flows = {
        each["unit_id"]: _plain(dict(each))
        for each in sums.annotate(**{f"{name}_year": Sum(name) for name in FLOWS})
    }
    bases = corrected_bases.of_units(newest, ids, BASE_MEASURES)
    incidents = read_incidents(period, ids, until=newest.week.ends_at)
    reports = punctuality.of_year(year, ids, first=first, last=last)
    poor = streaks.longest_rows(year, newest.week.ends_at, ids, known=newest.known_until)
    less = verified_figures.of_weeks(weeks if week_by_week else [newest], ids)
    by_week = _by_week(weeks, ids, less) if week_by_week else {}
    corrected = {str(each.week): each.edition for each in weeks if each.edition > 1}
    return {
        unit_id: Year(
            newest,
            corrected,
            rows.get(unit_id),
            flows.get(unit_id, {}),
            bases.get(unit_id, {}),
            incidents.get(unit_id, Incidents()),
            reports.get(unit_id),
            by_week.get(unit_id, ()),
            poor.get(unit_id, {}),
            less[newest.pk].get(unit_id, Less()),
        )
        for unit_id in ids
    }


def _by_week(
    weeks: list[ClosedWeek], ids: list[int], less: Mapping[int, Mapping[int, Less]]
) -> dict[int, tuple[Year, ...]]:
    """Unit -> its weeks in order, each with its own row and flows alone."""
    known = {each.pk: each for each in weeks}
    found: dict[int, list[Year]] = {}
    rows = WeekUnit.objects.filter(week__in=weeks, unit_id__in=ids).order_by("week__number")
    for row in rows:
        flows = {name: getattr(row, name) for name in FLOWS}
        taken_off = less[row.week_id].get(row.unit_id, Less())
        week = Year(known[row.week_id], row=row, flows=flows, less=taken_off)
        found.setdefault(row.unit_id, []).append(week)
    return {unit_id: tuple(each) for unit_id, each in found.items()}


def closed_weeks(period: Period) -> list[ClosedWeek]:
    """Those of the period in order, each in its newest edition."""
    found = ClosedWeek.objects.newest_editions().filter(year=period.year)
    return list(found.filter(number__gte=period.first, number__lte=period.last))


def last_week(year: int) -> ClosedWeek | None:
    """The last closed week of the year, in its newest edition."""
    return ClosedWeek.objects.newest_editions().filter(year=year).last()


def stand_of(year: int) -> str:
    """Which editions the year is read from: the last week and a digest of every week's newest edition; "" without one."""
    weeks = list(ClosedWeek.objects.newest_editions().filter(year=year))
    if not weeks:
        return ""
    editions = ",".join(f"{each.week}e{each.edition}" for each in weeks)
    return f"{weeks[-1].week}:{hashlib.sha256(editions.encode()).hexdigest()[:16]}"


def figure(metric: str, year: Year, params: Params) -> Figure:
    """The figures behind one criterion."""
    if year.week is None:
        return Figure(missing=Missing.NO_WEEK)
    if year.row is None:
        return Figure(missing=Missing.NOT_IN_WEEK)
    return METRICS[metric](year, year.row, params)


def platform_gaps(year: Year, floor: Fraction) -> dict[str, tuple[int, int]]:
    """What of platform building isn't completed (SUP-4.4.4), name -> number and base; empty where all of it is.

    READING: no open account, no administrator, or too few groups, these as inspections left them.
    """
    row = year.row
    if row is None:
        return {}
    found: dict[str, tuple[int, int]] = {}
    n_accounts = (
        row.own_accounts_personal + row.own_accounts_public + row.own_accounts_weibo + row.own_accounts_other
    )
    if n_accounts == 0:
        found["accounts"] = (0, 0)
    if row.own_admins == 0:
        found["admins"] = (0, 0)
    with_group = row.sub_orgs_with_group - year.less.orgs_with_group
    if row.sub_orgs > 0 and Fraction(with_group, row.sub_orgs) < floor:
        found["groups"] = (with_group, row.sub_orgs)
    return found


def _plain(sums: Mapping[str, object]) -> dict[str, int]:
    return {name: int(str(sums[f"{name}_year"] or 0)) for name in FLOWS}


def _public_platform(year: Year, row: WeekUnit, params: Params) -> Figure:
    return Figure(row.own_accounts_public, numerator_rows="accounts_public")


def _public_platform_administrator(year: Year, row: WeekUnit, params: Params) -> Figure:
    """No administrator's point without a platform."""
    return Figure(row.own_admins if row.own_accounts_public else 0, numerator_rows="admins")


def _public_platform_updated(year: Year, row: WeekUnit, params: Params) -> Figure:
    """READING: every channel of the unit that keeps records published on each day of the week (SUP-2.1.3)."""
    if row.own_accounts_public == 0:
        return Figure(0, DAYS, numerator_rows="active_days")
    return _publication(year, row, params)


def _publication(year: Year, row: WeekUnit, params: Params) -> Figure:
    if row.own_channels_recorded == 0:
        return Figure(missing=Missing.NO_RECORDS)
    return Figure(row.own_active_days, DAYS * row.own_channels_recorded, numerator_rows="active_days")


def _covered(year: Year, row: WeekUnit, params: Params) -> tuple[int, int, str]:
    """Declared, what inspections take off, and the name of the figure.

    READING: the raw sum of covered members, as the assessment base isn't pushed down; capped as an alternative.
    """
    name = "covered_capped" if params.get("numerator") == "covered_capped" else "covered_members"
    return getattr(row, f"sub_{name}"), getattr(year.less, name), name


def _members_coverage(year: Year, row: WeekUnit, params: Params) -> Figure:
    return _covered_of(year, row, params, row.base_assessed, Measure.MEMBERS_2012)


def _reported_coverage(year: Year, row: WeekUnit, params: Params) -> Figure:
    return _covered_of(year, row, params, row.base_reported, Measure.MEMBERS_REPORTED)


def _covered_of(year: Year, row: WeekUnit, params: Params, base: int | None, measure: Measure) -> Figure:
    covered, less, name = _covered(year, row, params)
    version = year.bases.get(measure)
    return Figure(
        covered - less,
        base,
        base_year=version.year if version else None,
        base_source=version.source if version else "",
        numerator_rows=name,
        declared=covered if less else None,
    )


def _organisations_coverage(year: Year, row: WeekUnit, params: Params) -> Figure:
    """Organisations with a group ÷ the recorded number of organisations, else ÷ those in operation."""
    version = year.bases.get(Measure.ORGANISATIONS)
    is_recorded = row.base_orgs is not None
    less = year.less.orgs_with_group
    return Figure(
        row.sub_orgs_with_group - less,
        row.base_orgs if is_recorded else row.sub_orgs,
        base_year=version.year if version and is_recorded else None,
        base_source=version.source if version and is_recorded else "",
        numerator_rows="orgs_with_group",
        denominator_rows="" if is_recorded else "orgs",
        declared=row.sub_orgs_with_group if less else None,
    )


def _group_administrators(year: Year, row: WeekUnit, params: Params) -> Figure:
    """READING: of the groups declared; that inspections found fewer of them must not raise the share."""
    return Figure(
        row.sub_orgs_with_admin,
        row.sub_orgs_with_group,
        numerator_rows="orgs_with_admin",
        denominator_rows="orgs_with_group",
    )


def _administrator_changes(year: Year, row: WeekUnit, params: Params) -> Figure:
    return Figure(year.flows.get("sub_admin_changed", 0))


def _spot_checks(year: Year, row: WeekUnit, params: Params) -> Figure:
    """Checks of the year that were not 差 ÷ all of them (SUP-4.1b)."""
    checks = year.flows.get("sub_checks", 0)
    if checks == 0:
        return Figure(missing=Missing.NO_CHECKS)
    return Figure(checks - year.flows.get("sub_checks_poor", 0), checks)


def _incidents(year: Year, row: WeekUnit, params: Params) -> Figure:
    """Handled ÷ found, beside what people decide; a year without one has nothing to show (SUP-2.2.1c)."""
    if not year.incidents.found:
        return Figure()
    return Figure(year.incidents.handled, year.incidents.found)


def _weekly_reports(year: Year, row: WeekUnit, params: Params) -> Figure:
    """Weeks confirmed by Sunday 24:00 ÷ weeks asked of the unit (SUP-4.1a). No scheme of 2013 scores it."""
    if year.reports is None:
        return Figure(missing=Missing.NO_FIGURE)
    return Figure(year.reports.on_time, year.reports.asked)


METRICS: dict[str, Metered] = {
    Metric.PUBLIC_PLATFORM: _public_platform,
    Metric.PUBLIC_PLATFORM_ADMINISTRATOR: _public_platform_administrator,
    Metric.PUBLIC_PLATFORM_UPDATED: _public_platform_updated,
    Metric.MEMBERS_COVERAGE: _members_coverage,
    Metric.REPORTED_COVERAGE: _reported_coverage,
    Metric.ORGANISATIONS_COVERAGE: _organisations_coverage,
    Metric.GROUP_ADMINISTRATORS: _group_administrators,
    Metric.PUBLICATION: _publication,
    Metric.ADMINISTRATOR_CHANGES: _administrator_changes,
    Metric.SPOT_CHECKS: _spot_checks,
    Metric.INCIDENTS: _incidents,
    Metric.WEEKLY_REPORTS: _weekly_reports,
    **OTHERS,
}
