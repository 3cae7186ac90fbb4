"""The periods of what recurs: days, weeks and calendar months on the clocks of Shanghai. Pure: a moment in, a period out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.clock import Week

if TYPE_CHECKING:
    from datetime import datetime

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
RECURRENCES = (DAILY, WEEKLY, MONTHLY)
ONCE = ""  # the key of what does not recur
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From 0:00 of its first day to 24:00 of its last one."""

    first: date
    last: date
    recurs: str

    @property
    def key(self) -> str:
        """Its first day: what a row keeps, and an address says."""
        return self.first.isoformat()

    @property
    def starts_at(self) -> datetime:
        return clock.day_start(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first instant that no longer belongs to it."""
        return clock.day_end(self.last)

    @property
    def label(self) -> str:
        """2026年11月, 第46周 11月9日—11月15日, 2026年11月18日."""
        if self.recurs == WEEKLY:
            return Week.containing(self.first).label
        words = {"year": self.first.year, "month": self.first.month, "day": self.first.day}
        if self.recurs == MONTHLY:
            return _("%(year)d年%(month)d月") % words
        return _("%(year)d年%(month)d月%(day)d日") % words

    def previous(self) -> Period:
        return of_day(self.recurs, self.first - timedelta(days=1))

    def next(self) -> Period:
        return of_day(self.recurs, self.last + timedelta(days=1))


def of_day(recurs: str, day: date) -> Period:
    """The period in which a day lies. Raises ValueError for a recurrence that nobody knows."""
    if recurs == DAILY:
        return Period(day, day, recurs)
    if recurs == WEEKLY:
        week = Week.containing(day)
        return Period(week.starts_on, week.ends_on, recurs)
    if recurs == MONTHLY:
        first = day.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        return Period(first, after - timedelta(days=1), recurs)
    raise ValueError(f"no recurrence: {recurs!r}")


def running(recurs: str, at: datetime) -> Period:
    """The period that runs at the moment."""
    return of_day(recurs, clock.local(at).date())


def ended_last(recurs: str, at: datetime) -> Period:
    """The period that ended last; one that ends at the very moment has ended."""
    return running(recurs, at).previous()


def judged(recurs: str, at: datetime, *, since: datetime | None, until: datetime | None) -> Period | None:
    """The period a demand is judged by at a moment: the one that ended last, None before the first one has ended.

    READING: the first is the one in which the demand begins, the last the one in which its deadline lies.
    """
    found = ended_last(recurs, at)
    if until is not None:
        found = min(found, running(recurs, until - _TICK))
    return found if since is None or found.ends_at > since else None


def parse(recurs: str, key: str) -> Period | None:
    """The period with that key; None for a text that is none."""
    try:
        period = of_day(recurs, date.fromisoformat(key))
    except (ValueError, OverflowError):
        return None
    return period if period.key == key else None
