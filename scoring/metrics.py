"""Metric name -> figures of one unit, read from frozen weeks and the incidents on record by their end (SUP-2.1, SUP-4.1, SUP-A).

Stocks are those of the last closed week of the assessed year, flows are added up over that year's closed weeks. Bases
are those that its newest edition counts. What can't be known is said (choices.Missing), never taken as 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from django.db.models import Sum

from orgs.choices import Measure
from reporting import corrected_bases, punctuality
from reporting.corrected_bases import Counted
from reporting.models import ClosedWeek, WeekUnit
from scoring.choices import Metric, Missing
from scoring.incidents import Incidents, read_incidents

DAYS = 7
FLOWS = ("sub_checks", "sub_checks_poor", "sub_admin_changed")
BASE_MEASURES = (Measure.MEMBERS_2012, Measure.MEMBERS_REPORTED, Measure.ORGANISATIONS)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a metric found, and which rows stand behind each number (`*_rows`: name of a weekly figure)."""

    numerator: int | None = None
    denominator: int | None = None
    missing: str = ""
    base_year: int | None = None
    base_source: str = ""
    numerator_rows: str = ""
    denominator_rows: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """What the frozen weeks of one year say about one unit; `corrected`: week -> edition, where that isn't the first."""

    week: ClosedWeek | None = None
    corrected: dict[str, int] = field(default_factory=dict)
    row: WeekUnit | None = None
    flows: dict[str, int] = field(default_factory=dict)
    bases: dict[str, Counted] = field(default_factory=dict)
    incidents: Incidents = field(default_factory=Incidents)
    reports: punctuality.Punctuality | None = None


def read_year(year: int, unit_ids: Iterable[int]) -> dict[int, Year]:
    """The year of each unit, in the same few statements however many units there are."""
    ids = list(unit_ids)
    weeks = list(ClosedWeek.objects.newest_editions().filter(year=year))
    if not weeks:
        return {unit_id: Year() for unit_id in ids}
    last = weeks[-1]
    rows = {row.unit_id: row for row in WeekUnit.objects.filter(week=last, unit_id__in=ids)}
    sums = WeekUnit.objects.filter(week__in=weeks, unit_id__in=ids).values("unit_id")
    flows = {
        each["unit_id"]: _plain(dict(each))
        for each in sums.annotate(**{f"{name}_year": Sum(name) for name in FLOWS})
    }
    bases = corrected_bases.of_units(last, ids, BASE_MEASURES)
    incidents = read_incidents(year, ids, until=last.week.ends_at)
    reports = punctuality.of_year(year, ids)
    corrected = {str(each.week): each.edition for each in weeks if each.edition > 1}
    return {
        unit_id: Year(
            last,
            corrected,
            rows.get(unit_id),
            flows.get(unit_id, {}),
            bases.get(unit_id, {}),
            incidents.get(unit_id, Incidents()),
            reports.get(unit_id),
        )
        for unit_id in ids
    }


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


def figure(metric: str, year: Year, params: dict[str, str]) -> Figure:
    """The figures behind one criterion."""
    if year.week is None:
        return Figure(missing=Missing.NO_WEEK)
    if year.row is None:
        return Figure(missing=Missing.NOT_IN_WEEK)
    return METRICS[metric](year, year.row, params)


def is_platform_incomplete(year: Year, floor: Fraction) -> bool:
    """Platform building not completed (SUP-4.4.4). READING: no open account, no administrator, or too few groups."""
    row = year.row
    if row is None:
        return False
    n_accounts = (
        row.own_accounts_personal + row.own_accounts_public + row.own_accounts_weibo + row.own_accounts_other
    )
    has_too_few_groups = row.sub_orgs > 0 and Fraction(row.sub_orgs_with_group, row.sub_orgs) < floor
    return n_accounts == 0 or row.own_admins == 0 or has_too_few_groups


def _plain(sums: Mapping[str, object]) -> dict[str, int]:
    return {name: int(str(sums[f"{name}_year"] or 0)) for name in FLOWS}


def _public_platform(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    return Figure(row.own_accounts_public, numerator_rows="accounts_public")


def _public_platform_administrator(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    """No administrator's point without a platform."""
    return Figure(row.own_admins if row.own_accounts_public else 0, numerator_rows="admins")


def _public_platform_updated(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    """READING: every channel of the unit that keeps records published on each day of the week (SUP-2.1.3)."""
    if row.own_accounts_public == 0:
        return Figure(0, DAYS, numerator_rows="active_days")
    return _publication(year, row, params)


def _publication(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    if row.own_channels_recorded == 0:
        return Figure(missing=Missing.NO_RECORDS)
    return Figure(row.own_active_days, DAYS * row.own_channels_recorded, numerator_rows="active_days")


def _covered(row: WeekUnit, params: dict[str, str]) -> tuple[int, str]:
    """READING: the raw sum of covered members, as the assessment base isn't pushed down; capped as an alternative."""
    name = "covered_capped" if params.get("numerator") == "covered_capped" else "covered_members"
    return getattr(row, f"sub_{name}"), name


def _members_coverage(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    return _covered_of(year, row, params, row.base_assessed, Measure.MEMBERS_2012)


def _reported_coverage(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    return _covered_of(year, row, params, row.base_reported, Measure.MEMBERS_REPORTED)


def _covered_of(
    year: Year, row: WeekUnit, params: dict[str, str], base: int | None, measure: Measure
) -> Figure:
    covered, name = _covered(row, params)
    version = year.bases.get(measure)
    return Figure(
        covered,
        base,
        base_year=version.year if version else None,
        base_source=version.source if version else "",
        numerator_rows=name,
    )


def _organisations_coverage(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    """Organisations with a group ÷ the recorded number of organisations, else ÷ those in operation."""
    version = year.bases.get(Measure.ORGANISATIONS)
    is_recorded = row.base_orgs is not None
    return Figure(
        row.sub_orgs_with_group,
        row.base_orgs if is_recorded else row.sub_orgs,
        base_year=version.year if version and is_recorded else None,
        base_source=version.source if version and is_recorded else "",
        numerator_rows="orgs_with_group",
        denominator_rows="" if is_recorded else "orgs",
    )


def _group_administrators(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    return Figure(
        row.sub_orgs_with_admin,
        row.sub_orgs_with_group,
        numerator_rows="orgs_with_admin",
        denominator_rows="orgs_with_group",
    )


def _administrator_changes(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    return Figure(year.flows.get("sub_admin_changed", 0))


def _spot_checks(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    """Checks of the year that were not 差 ÷ all of them (SUP-4.1b)."""
    checks = year.flows.get("sub_checks", 0)
    if checks == 0:
        return Figure(missing=Missing.NO_CHECKS)
    return Figure(checks - year.flows.get("sub_checks_poor", 0), checks)


def _incidents(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    """Handled ÷ found, beside what people decide; a year without one has nothing to show (SUP-2.2.1c)."""
    if not year.incidents.found:
        return Figure()
    return Figure(year.incidents.handled, year.incidents.found)


def _weekly_reports(year: Year, row: WeekUnit, params: dict[str, str]) -> Figure:
    """Weeks confirmed by Sunday 24:00 ÷ weeks asked of the unit (SUP-4.1a). No scheme of 2013 scores it."""
    if year.reports is None:
        return Figure(missing=Missing.NO_FIGURE)
    return Figure(year.reports.on_time, year.reports.asked)


METRICS: dict[str, Callable[[Year, WeekUnit, dict[str, str]], Figure]] = {
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
}
