"""The only source of time: now, today, ISO weeks of the Asia/Shanghai date.

Where settings.CLOCK_MAY_BE_SHIFTED (demo and tests), an offset stored in the database moves the clock of every process.
"""

from __future__ import annotations

import re
import time as stopwatch
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_REREAD_AFTER_SECONDS = 1.0

_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


class ClockIsReal(RuntimeError):
    """The clock was to be moved where settings.CLOCK_MAY_BE_SHIFTED is off."""


class _Offset:
    """The stored offset as this process last read it."""

    seconds: int = 0
    read_at: float | None = None
    table_exists: bool = False


def now() -> datetime:
    """The present moment, aware, in UTC, moved by the stored offset where that is allowed."""
    if not settings.CLOCK_MAY_BE_SHIFTED:
        return timezone.now()
    frozen_moment = _frozen_at.get()
    if frozen_moment is not None:
        return frozen_moment
    return timezone.now() + timedelta(seconds=_offset_seconds())


def today() -> date:
    """The date in Asia/Shanghai."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The same moment on Asia/Shanghai's clocks; raises ValueError for a naive datetime."""
    if timezone.is_naive(moment):
        raise ValueError("a naive datetime has no place in time")
    return moment.astimezone(SHANGHAI)


def day_start(day: date) -> datetime:
    """0:00 of the day in Asia/Shanghai."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


def day_end(day: date) -> datetime:
    """24:00 of the day in Asia/Shanghai, which is 0:00 of the next: the end of a half-open interval."""
    return day_start(day + timedelta(days=1))


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week, Monday 0:00 to Sunday 24:00 in Asia/Shanghai."""

    year: int
    number: int

    def __post_init__(self) -> None:
        # Raises ValueError for a week 53 that the year does not have, and for one that the calendar's end cuts off.
        date.fromisocalendar(self.year, self.number, 7)

    @classmethod
    def containing(cls, moment: date | datetime) -> Week:
        """The week of a date, or of the Asia/Shanghai date of an aware datetime."""
        day = local(moment).date() if isinstance(moment, datetime) else moment
        iso = day.isocalendar()
        return cls(iso.year, iso.week)

    @classmethod
    def current(cls) -> Week:
        """The week that is running now."""
        return cls.containing(now())

    @classmethod
    def parse(cls, text: str) -> Week:
        """The week written as `2026-W46`; raises ValueError for anything else."""
        found = _WEEK.fullmatch(text)
        # At either end of the calendar a week lacks a neighbour, which pages lead to.
        if found is None or int(found[1]) in {date.min.year, date.max.year}:
            raise ValueError(f"not an ISO week: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @property
    def starts_on(self) -> date:
        """Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def ends_on(self) -> date:
        """Sunday."""
        return self.starts_on + timedelta(days=6)

    @property
    def starts_at(self) -> datetime:
        """Monday 0:00, the first instant of the week."""
        return day_start(self.starts_on)

    @property
    def ends_at(self) -> datetime:
        """Sunday 24:00, the first instant that no longer belongs to the week."""
        return day_end(self.ends_on)

    @property
    def is_over(self) -> bool:
        """Sunday 24:00 has been reached."""
        return now() >= self.ends_at

    @property
    def label(self) -> str:
        """The week as a reader sees it: 第46周 11月9日—11月15日."""
        return gettext("第%(number)d周 %(from_month)d月%(from_day)d日—%(to_month)d月%(to_day)d日") % {
            "number": self.number,
            "from_month": self.starts_on.month,
            "from_day": self.starts_on.day,
            "to_month": self.ends_on.month,
            "to_day": self.ends_on.day,
        }

    def previous(self, n: int = 1) -> Week:
        """The n-th week before this one."""
        return Week.containing(self.starts_on - timedelta(weeks=n))

    def next(self, n: int = 1) -> Week:
        """The n-th week after this one."""
        return Week.containing(self.starts_on + timedelta(weeks=n))

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"


def shift_to(moment: datetime) -> None:
    """Move the clock of every process so that it is `moment` now; raises ClockIsReal in production."""
    _store_offset(round((moment - timezone.now()).total_seconds()))


def shift_by(delta: timedelta) -> None:
    """Move the clock of every process on by `delta`; raises ClockIsReal in production."""
    _require_shiftable()
    forget_offset()
    _store_offset(_offset_seconds() + round(delta.total_seconds()))


def reset() -> None:
    """Set the clock of every process right again; raises ClockIsReal in production."""
    _store_offset(0)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Within the block, in this thread or coroutine only, it is `at`: the demo data replays the past with it."""
    _require_shiftable()
    token = _frozen_at.set(local(at).astimezone(UTC))
    try:
        yield
    finally:
        _frozen_at.reset(token)


def forget_offset() -> None:
    """Read the offset anew at the next question for the time (a test has rolled it back)."""
    _Offset.read_at = None


def _require_shiftable() -> None:
    if not settings.CLOCK_MAY_BE_SHIFTED:
        raise ClockIsReal("the clock can be moved in demo and test mode only")


def _store_offset(seconds: int) -> None:
    _require_shiftable()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orgs_clockoffset (id, seconds) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds",
            [seconds],
        )
    forget_offset()


def _offset_seconds() -> int:
    """The offset, read at most once a second per process."""
    elapsed = None if _Offset.read_at is None else stopwatch.monotonic() - _Offset.read_at
    if elapsed is not None and 0 <= elapsed < _REREAD_AFTER_SECONDS:
        return _Offset.seconds
    if connection.needs_rollback:
        return _Offset.seconds
    _Offset.seconds = _read_offset()
    _Offset.read_at = stopwatch.monotonic()
    return _Offset.seconds


def _read_offset() -> int:
    # The driver's own cursor: the demo's clock must not show up in anybody's count of statements.
    connection.ensure_connection()
    with closing(connection.connection.cursor()) as cursor:
        if not _Offset.table_exists:
            # A failing SELECT would spoil a PostgreSQL transaction, and migrations ask for the time as well.
            cursor.execute(
                "SELECT to_regclass('orgs_clockoffset')"
                if connection.vendor == "postgresql"
                else "SELECT max(name) FROM sqlite_master WHERE name = 'orgs_clockoffset'"
            )
            _Offset.table_exists = cursor.fetchone()[0] is not None
        if not _Offset.table_exists:
            return 0
        cursor.execute("SELECT seconds FROM orgs_clockoffset WHERE id = 1")
        row = cursor.fetchone()
        return int(row[0]) if row else 0
