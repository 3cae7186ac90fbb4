"""Rows of spot checks graded 差 (SUP-4.1c). READING `occasion`: one draw in a unit is one 次, graded by the median count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from statistics import median_low
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from orgs.kernel import clock
from reporting.choices import CheckGrade, CheckKind
from reporting.grading import grade
from reporting.models import SpotCheck

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from reporting.querysets.inspection import SpotCheckQuerySet
    from reporting.rollup.moment import Moment


@dataclass(frozen=True, slots=True)
class Streak:
    """Length of the row of 差 that runs now, and of the longest one of the year."""

    running: int
    longest: int


def poor_streak(grades: Iterable[str]) -> Streak:
    """The rows of 差 in grades in order of time; any other grade breaks the row."""
    running = longest = 0
    for each in grades:
        running = running + 1 if each == CheckGrade.POOR else 0
        longest = max(longest, running)
    return Streak(running, longest)


def occasion_grade(counts: Iterable[int]) -> str:
    """Grade of one draw: that of the median count; between two counts the cut lines are whole, so the mean is cut."""
    ordered = sorted(counts)
    low, high = median_low(ordered), ordered[len(ordered) // 2]
    return grade(int(Fraction(low + high, 2)))


def streaks(
    year: int, at: datetime, known: datetime | None = None, *, is_part: bool = False
) -> dict[int, Streak]:
    """Direct unit -> its row of 差 in the calendar year, up to a moment; the year bounds the row.

    `known` is the later moment of a new edition: what was voided until then is left out, and late checks of days
    before `at` are taken in, where they were entered. `is_part`: of the units in week_placed alone.
    """
    found = _checks_of(year, at, known).values_list("direct_unit_id", "draw", "pk", "posts")
    if is_part:
        found = found.filter(direct_unit_id__in=RawSQL("SELECT unit_id FROM week_placed", []))
    return {
        unit_id: poor_streak(_grades((draw or f"#{pk}", posts) for _unit, draw, pk, posts in checks))
        for unit_id, checks in groupby(found.iterator(), key=lambda row: row[0])
    }


@dataclass(frozen=True, slots=True)
class Cited:
    """One 次 of a row: the draw it is of, "" for a check outside of draws, and its day; `key` names it."""

    key: str
    draw: str
    day: date


@dataclass(frozen=True, slots=True)
class Checked:
    """One check as the readings look at it."""

    channel: object
    posts: int
    cited: Cited


def longest_rows(
    year: int, at: datetime, unit_ids: Iterable[int], *, known: datetime | None = None
) -> dict[int, dict[str, tuple[Cited, ...]]]:
    """Direct unit -> reading of SUP-4.1c -> the longest row of 差 of the calendar year, in one statement.

    `occasion`: one draw is one 次, the reading of the weekly close. `unit_sequence`: every valid check in the unit and
    below it, in order of time, then record. `same_group`: running checks of one group or account.
    """
    found = (
        _checks_of(year, at, known)
        .filter(direct_unit_id__in=list(unit_ids))
        .values_list("direct_unit_id", "group_id", "account_id", "posts", "draw", "pk", "counted_on")
    )
    checks: dict[int, list[Checked]] = {}
    for unit_id, group_id, account_id, posts, draw, pk, day in found:
        one = Checked((group_id, account_id), posts, Cited(f"#{pk}", draw, day))
        checks.setdefault(unit_id, []).append(one)
    return {unit_id: rows_of(each) for unit_id, each in checks.items()}


def rows_of(checks: Iterable[Checked]) -> dict[str, tuple[Cited, ...]]:
    """The longest row of 差 in checks in order, by each of the three readings."""
    ordered = list(checks)
    single = [(grade(each.posts), each.cited) for each in ordered]
    channels: dict[object, list[tuple[str, Cited]]] = {}
    draws: dict[str, list[Checked]] = {}
    for each, graded in zip(ordered, single, strict=True):
        channels.setdefault(each.channel, []).append(graded)
        draws.setdefault(each.cited.draw or each.cited.key, []).append(each)
    occasions = [
        (occasion_grade(one.posts for one in draw), Cited(key, draw[0].cited.draw, draw[0].cited.day))
        for key, draw in draws.items()
    ]
    return {
        "occasion": _longest(occasions),
        "unit_sequence": _longest(single),
        "same_group": max((_longest(each) for each in channels.values()), key=len, default=()),
    }


def _longest(graded: Iterable[tuple[str, Cited]]) -> tuple[Cited, ...]:
    """The longest row of 差, the first of equal ones."""
    running: list[Cited] = []
    longest: tuple[Cited, ...] = ()
    for each, cited in graded:
        running = [*running, cited] if each == CheckGrade.POOR else []
        if len(running) > len(longest):
            longest = tuple(running)
    return longest


def running(unit_id: int) -> int:
    """The row of 差 that runs in a direct unit at this moment, by the reading of the weekly close; one statement."""
    now = clock.now() + timedelta(microseconds=1)  # what was recorded just now counts
    found = _checks_of(clock.local(now).year, now, None).filter(direct_unit_id=unit_id)
    rows = found.values_list("draw", "pk", "posts")
    return poor_streak(_grades((draw or f"#{pk}", posts) for draw, pk, posts in rows)).running


def _checks_of(year: int, at: datetime, known: datetime | None) -> SpotCheckQuerySet:
    """Valid checks of the calendar year up to a moment, unit by unit in order of time, then record."""
    begins, ends = (clock.day_start(date(each, 1, 1)) for each in (year, year + 1))
    last_day = clock.local(at - timedelta(microseconds=1)).date()
    return (
        SpotCheck.objects.valid_at(known or at)
        .filter(Q(checked_at__lt=at) | Q(counted_on__lt=last_day))
        .filter(kind=CheckKind.POSTS, checked_at__gte=begins, checked_at__lt=ends)
        .order_by("direct_unit_id", "checked_at", "pk")
    )


def _grades(checks: Iterable[tuple[str, int]]) -> list[str]:
    """Grades of the draws, in order of each draw's first check."""
    draws: dict[str, list[int]] = {}
    for draw, posts in checks:
        draws.setdefault(draw, []).append(posts)
    return [occasion_grade(counts) for counts in draws.values()]


def mark_streaks(moment: Moment, *, is_part: bool = False) -> None:
    """Write the rows of 差 into week_facts. A week belongs to the year of its number: W53 looks at the year that ends.

    `is_part`: few units of many are placed, and only their checks are read.
    """
    found = streaks(moment.week.year, moment.week.ends_at, moment.known, is_part=is_part)
    rows = [(each.running, each.longest, unit_id) for unit_id, each in found.items() if each.longest]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE week_facts SET poor_streak = %s, poor_streak_max = %s WHERE unit_id = %s", rows
        )
