"""What happened in the calendar month that ended last, by the very statements that the roll-up has for a week.

READING: a month is judged at its own end, 24:00 of its last day in Shanghai; records entered later are late for it. The
units are those in operation at that moment. The weekly close is the occasion: before it, every month that has ended in
between is judged as of its end.
"""

from __future__ import annotations

import re

from reporting.judging import counts
from reporting.judging.instant import DAYS_OF_MONTH, WEEKS_OF_MONTH
from reporting.rollup import sources

_PARAMETERS = {
    "start": "month_start",
    "end": "month_end",
    "known": "month_end",
    "day0": "month_first",
    "day6": "month_last",
    "counted_from": "month_counted_from",
    "counted_to": "month_counted_to",
}
_PARAMETER = re.compile(r"%\((\w+)\)s")
_DAYS = " UNION ALL ".join(
    f"SELECT %(month_day{n})s AS day, %(month_day{n}_at)s AS begins" for n in range(DAYS_OF_MONTH)
)
_IN_TIME = " OR ".join(
    f"w.year * 100 + w.number = %(month_week{n})s AND w.confirmed_at < %(month_week{n}_end)s"
    for n in range(WEEKS_OF_MONTH)
)
# Confirmed in time, of the weeks whose Sunday lies in the month.
_REPORTS = (
    f"SELECT w.unit_id, COUNT(*) AS n FROM reporting_weeklyreport w WHERE {_IN_TIME} GROUP BY w.unit_id"  # noqa: S608
)


def _over_the_month(statement: str) -> str:
    """The statement with the bounds of the month in place of those of the week."""
    return _PARAMETER.sub(lambda found: f"%({_PARAMETERS.get(found[1], found[1])})s", statement)


def _figure(source: str, column: str) -> str:
    return f"SELECT unit_id, {column} AS n FROM ({source}) happened"  # noqa: S608 - names of ours


_EVENTS, _RECORDS, _CHECKS = map(_over_the_month, (sources.EVENTS, sources.RECORDS, sources.CHECKS))
_ACTIVE = _over_the_month(sources.ACTIVE_GROUPS.replace(sources.WEEKDAYS, _DAYS))
_SILENT = _over_the_month(counts.SILENT)
SELECTS = {
    **{name: _figure(_EVENTS, name) for name in ("opened", "closed", "changed", "admin_changed")},
    **{name: _figure(_RECORDS, name) for name in ("posts", "active_days")},
    "channels_recorded": _figure(_RECORDS, "channels"),
    "groups_active": _ACTIVE,
    "checks": _figure(_CHECKS, "n"),
    "checks_poor": _figure(_CHECKS, "poor"),
    "weekly_reports": _REPORTS,
    "silent_accounts": _SILENT.format(object="account", more=counts.PUBLIC, days="%(month_days)s"),
    "silent_groups": _SILENT.format(object="group", more="", days="%(month_days)s"),
}
