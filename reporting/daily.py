"""Daily records of one channel as a calendar: what each day is, streaks, gaps, and how long ago the last item was. Pure.

Rule: at least one item a day, on a public platform (SUP-2.1.3, UNI-1.3.3) and in a group on the opened topic (SUP-2.1.3).
A day without a record is missing, and no 0: wherever days without an item are counted, those missing are named beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from reporting.models import DailyRecord

BASIS_OF_ACCOUNTS, BASIS_OF_GROUPS = "SUP-2.1.3、UNI-1.3.3", "SUP-2.1.3"
Span = tuple["date", "date | None"]  # first day, last day (None: still)


class DayState(StrEnum):
    """What one day of one channel is."""

    POSTED = "posted"  # at least one item
    NONE = "none"  # recorded: no item
    MISSING = "missing"  # nobody recorded it
    CLOSED = "closed"  # the channel was not in use
    FUTURE = "future"


IN_USE = frozenset({DayState.POSTED, DayState.NONE, DayState.MISSING})


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one channel."""

    day: date
    state: DayState
    record: DailyRecord | None = None

    @property
    def posts(self) -> int | None:
        return self.record.posts if self.record else None

    @property
    def is_late(self) -> bool:
        """Recorded after the end of its week: counted only in a new edition."""
        return self.record is not None and is_late(self.day, self.record.recorded_at)


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of days in use without an item; `n_missing` of them nobody recorded."""

    first: date
    last: date
    n: int
    n_missing: int

    @property
    def words(self) -> str:
        """11月3日—5日 3天，其中2天没有记录."""
        first = _("%(month)d月%(day)d日") % {"month": self.first.month, "day": self.first.day}
        last = _("%(month)d月%(day)d日") % {"month": self.last.month, "day": self.last.day}
        run = first if self.n == 1 else f"{first}—{last}"
        said = _("%(run)s，%(n)d天") % {"run": run, "n": self.n}
        if self.n_missing == self.n:
            return said + _("，没有记录")
        return said + (_("，其中%(n)d天没有记录") % {"n": self.n_missing} if self.n_missing else "")


@dataclass(frozen=True, slots=True)
class Silence:
    """How long ago the last item was; `days` None: no item is known. `limit` is the highest limit reached, 0 for none."""

    last_on: date | None
    days: int | None
    limit: int

    @property
    def is_silent(self) -> bool:
        return bool(self.limit)


def is_late(day: date, recorded_at: datetime) -> bool:
    """Whether a record came after the end of the week of its day."""
    return recorded_at >= clock.Week.containing(day).ends_at


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def calendar(
    days: Iterable[date], records: Mapping[date, DailyRecord], in_use: Sequence[Span], today: date
) -> list[Day]:
    """Each of the days with what it is."""
    return [_day(day, records.get(day), in_use, today) for day in days]


def streak(days: Sequence[Day]) -> int:
    """Days in a row with an item, up to the last day that is over; today lengthens it once it is recorded."""
    past = [each for each in days if each.state not in {DayState.FUTURE, DayState.CLOSED}]
    if past and past[-1].day == clock.today() and past[-1].state == DayState.MISSING:
        past.pop()
    return sum(1 for _each in takewhile(lambda each: each.state == DayState.POSTED, reversed(past)))


def gaps(days: Sequence[Day]) -> list[Gap]:
    """Runs of days that are over, in use and without an item, the latest first."""
    today = clock.today()
    found = []
    for is_gap, run in groupby(days, lambda each: each.state in {DayState.NONE, DayState.MISSING}):
        past = [each for each in run if each.day < today]
        if is_gap and past:
            n_missing = sum(each.state == DayState.MISSING for each in past)
            found.append(Gap(past[0].day, past[-1].day, len(past), n_missing))
    return found[::-1]


def silence(last_on: date | None, limits: Sequence[int]) -> Silence:
    """The clock that runs since the last item known."""
    if last_on is None:
        return Silence(None, None, 0)
    days = (clock.today() - last_on).days
    return Silence(last_on, days, max((limit for limit in limits if days >= limit), default=0))


def of_unit(rows: Sequence[Sequence[Day]]) -> list[Day]:
    """The days of several channels as one: posted where every channel in use has an item, missing before none."""
    return [
        Day(column[0].day, _together([each.state for each in column])) for column in zip(*rows, strict=True)
    ]


def _together(states: Sequence[DayState]) -> DayState:
    used = [each for each in states if each != DayState.CLOSED]
    for state in (DayState.FUTURE, DayState.NONE, DayState.MISSING):
        if state in used:
            return state
    return DayState.POSTED if used else DayState.CLOSED


def _day(day: date, record: DailyRecord | None, in_use: Sequence[Span], today: date) -> Day:
    if record is not None:
        return Day(day, DayState.POSTED if record.posts else DayState.NONE, record)
    if day > today:
        return Day(day, DayState.FUTURE)
    is_used = any(first <= day and (last is None or day <= last) for first, last in in_use)
    return Day(day, DayState.MISSING if is_used else DayState.CLOSED)
