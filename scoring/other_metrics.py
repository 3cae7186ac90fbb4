"""Metrics that no scheme of 2013 uses and another may: requirements, plain numbers, and any figure of the week."""

from __future__ import annotations

from reporting.models import WeekUnit
from scoring.choices import Metric, Missing
from scoring.frozen import Figure, Metered, Params, Year


def _reports_missing(year: Year, row: WeekUnit, params: Params) -> Figure:
    if year.reports is None:
        return Figure(missing=Missing.NO_FIGURE)
    return Figure(year.reports.missing)


def _requirements(year: Year, row: WeekUnit, params: Params) -> Figure:
    """Met ÷ asked in the last closed week, of the campaigns that ran then, of the unit and below it (`scope`)."""
    asked, met = (_scoped(row, name, params) for name in ("requirements", "requirements_met"))
    if asked == 0:
        return Figure(missing=Missing.NO_REQUIREMENTS)
    if asked is None:
        return Figure(missing=Missing.NO_FIGURE)
    return Figure(met, asked, numerator_rows="requirements_met", denominator_rows="requirements")


def _requirements_overdue(year: Year, row: WeekUnit, params: Params) -> Figure:
    return Figure(_scoped(row, "requirements_overdue", params), numerator_rows="requirements_overdue")


def _checks_poor(year: Year, row: WeekUnit, params: Params) -> Figure:
    """Checks graded 差 in the year; a year without any check has nothing to show (SUP-4.1b)."""
    if year.flows.get("sub_checks", 0) == 0:
        return Figure(missing=Missing.NO_CHECKS)
    return Figure(year.flows.get("sub_checks_poor", 0))


def _incidents_found(year: Year, row: WeekUnit, params: Params) -> Figure:
    return Figure(year.incidents.found)


def _incidents_grave(year: Year, row: WeekUnit, params: Params) -> Figure:
    return Figure(year.incidents.grave)


def _figures(year: Year, row: WeekUnit, params: Params) -> Figure:
    """Any figure of the week, or one ÷ another: what a scheme needs that nobody foresaw."""
    part, base = params["part"], params.get("base", "")
    value = _scoped(row, part, params)
    less = getattr(year.less, part, 0) if params.get("scope") != "own" else 0
    return Figure(
        value - less if value is not None else None,
        _scoped(row, base, params) if base else None,
        numerator_rows=part,
        denominator_rows=base,
        declared=value if less else None,
    )


def _scoped(row: WeekUnit, name: str, params: Params) -> int | None:
    """A weekly figure of the unit and below it, or of the unit itself; NULL stays unknown."""
    prefix = "own" if params.get("scope") == "own" else "sub"
    value: int | None = getattr(row, f"{prefix}_{name}")
    return value


OTHERS: dict[str, Metered] = {
    Metric.REPORTS_MISSING: _reports_missing,
    Metric.REQUIREMENTS: _requirements,
    Metric.REQUIREMENTS_OVERDUE: _requirements_overdue,
    Metric.CHECKS_POOR: _checks_poor,
    Metric.INCIDENTS_FOUND: _incidents_found,
    Metric.INCIDENTS_GRAVE: _incidents_grave,
    Metric.FIGURES: _figures,
}
