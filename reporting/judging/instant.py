"""Any moment as the parameters the roll-up takes: stocks stand there, flows are those of its week so far."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from orgs.kernel import clock
from orgs.kernel.clock import Week
from reporting.judging import periods
from reporting.rollup.moment import Moment, adapted

if TYPE_CHECKING:
    from datetime import date, datetime

    from reporting.judging.periods import Period
    from reporting.rollup.moment import Param

DAYS_OF_MONTH, WEEKS_OF_MONTH = 31, 5


class Instant(Moment):
    """A moment that may lie within a week; Sunday 24:00 is the end of its week, and says exactly what the close says."""

    __slots__ = ()

    @classmethod
    def at(cls, moment: datetime) -> Instant:
        """What happened at the very instant comes after it, as with the end of a week."""
        return cls(Week.containing(moment - timedelta(microseconds=1)), moment)

    @property
    def is_week_end(self) -> bool:
        return self.known == self.week.ends_at

    @property
    def month(self) -> Period:
        """The calendar month that ended last."""
        return periods.ended_last(periods.MONTHLY, self.known)

    @property
    def is_month_end(self) -> bool:
        return self.known == self.month.ends_at

    def params(self) -> dict[str, Param]:
        """Those of the week and its number, the day that runs and the one that ended last, the month that ended last."""
        last = clock.local(self.known - timedelta(microseconds=1)).date()
        yesterday = clock.local(self.known).date() - timedelta(days=1)
        return (
            Moment.params(self)
            | _month(self.month)
            | {
                "end": adapted(self.known),
                "year": self.week.year,
                "number": self.week.number,
                "day": connection.ops.adapt_datefield_value(last),
                "yesterday": connection.ops.adapt_datefield_value(yesterday),
                "yesterday_at": adapted(clock.day_start(yesterday)),
            }
        )


def _month(month: Period) -> dict[str, Param]:
    """The month as the week is said, `month_` before each; a day or a week it doesn't have is NULL."""
    day = timedelta(days=1)
    found: dict[str, Param] = {
        "month_start": adapted(month.starts_at),
        "month_end": adapted(month.ends_at),
        "month_first": _date(month.first),
        "month_last": _date(month.last),
        "month_days": (month.last - month.first).days + 1,
        # A check counts the last full day before it.
        "month_counted_from": _date(month.first - day),
        "month_counted_to": _date(month.last - day),
    }
    for n in range(DAYS_OF_MONTH):
        each = month.first + n * day
        is_in = each <= month.last
        found[f"month_day{n}"] = _date(each) if is_in else None
        found[f"month_day{n}_at"] = adapted(clock.day_start(each)) if is_in else None
    return found | _weeks_of(month)


def _weeks_of(month: Period) -> dict[str, Param]:
    """The weeks whose Sunday lies in the month: year and number in one figure, and when the week ended."""
    week, found = Week.containing(month.first), list[Week]()
    while week.ends_on <= month.last:
        found.append(week)
        week = week.next()
    params: dict[str, Param] = {}
    for n in range(WEEKS_OF_MONTH):
        each = found[n] if n < len(found) else None
        params[f"month_week{n}"] = each.year * 100 + each.number if each else None
        params[f"month_week{n}_end"] = adapted(each.ends_at) if each else None
    return params


def _date(day: date) -> Param:
    return connection.ops.adapt_datefield_value(day)
