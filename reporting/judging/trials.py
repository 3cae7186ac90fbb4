"""Requirements that nobody has saved yet, answered as of a moment: what a notice would find, and whether its SQL runs."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection, transaction

from reporting import rollup
from reporting.judging import standings
from reporting.judging.instant import Instant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from reporting.models import Campaign, Requirement

# How a rule breaks that nobody has foreseen: in the database, or while its SQL is written.
BREAKS = (DatabaseError, ArithmeticError, LookupError, TypeError, ValueError)
STEPS = 2  # figures collected, requirements answered
_LACKING = """
SELECT s.unit_id FROM judge_standing s JOIN orgs_orgunit u ON u.id = s.unit_id
 WHERE SUBSTR(s.standings, %s, 1) = %s ORDER BY u.tree_id, u.lft LIMIT %s
"""


class Breaks(Exception):
    """The SQL of requirements doesn't run: `which` alone, or all of them together where it is empty."""

    def __init__(self, which: list[Requirement]) -> None:
        self.which = which
        super().__init__()


@dataclass(frozen=True, slots=True)
class Answered:
    """One requirement: how many units it asks and how many meet it, and the first that don't, in the order of the tree."""

    n_asked: int
    n_met: int
    n_exempt: int
    lacking: list[int]


def apart() -> AbstractContextManager[object]:
    """What breaks within a transaction is taken back alone; outside of one nothing has to be, and nothing is locked."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def ensure_runs(campaign: Campaign, requirements: Sequence[Requirement], long_ago: datetime) -> None:
    """Run the SQL of the requirements over the registry of a time when there was nobody. Raises Breaks."""
    instant = Instant.at(long_ago)
    try:
        deepest = rollup.place(instant)
        rollup.collect(instant, is_part=True)
        rollup.mark_persons(instant, deepest, is_part=True)
        rollup.sum_up(deepest)
        _answer(campaign, requirements, instant, deepest)
    finally:
        _drop()


def read(
    campaign: Campaign,
    requirements: Sequence[Requirement],
    instant: Instant,
    most: int,
    told: Callable[[], None] = lambda: None,
) -> list[Answered]:
    """What each would find at the moment; `told` hears of each of `STEPS`. Raises Breaks, and TreeBroken as the close does."""
    try:
        deepest = standings.collect(campaign, instant)
        told()
        _answer(campaign, requirements, instant, deepest)
        told()
        return _read(requirements, most)
    finally:
        _drop()


def _answer(campaign: Campaign, requirements: Sequence[Requirement], instant: Instant, deepest: int) -> None:
    if _runs(campaign, requirements, instant, deepest):
        return
    broken = [each for each in requirements if not _runs(campaign, [each], instant, deepest)]
    raise Breaks(broken)


def _runs(campaign: Campaign, requirements: Sequence[Requirement], instant: Instant, deepest: int) -> bool:
    try:
        with apart():
            standings.answer(campaign, requirements, instant, deepest)
    except BREAKS:
        return False
    return True


def _read(requirements: Sequence[Requirement], most: int) -> list[Answered]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT standings, COUNT(*) FROM judge_standing GROUP BY standings")
        alike = cursor.fetchall()
        found = []
        for n in range(len(requirements)):
            count = {
                character: sum(units for text, units in alike if text[n] == character)
                for character in (standings.MET, standings.UNMET, standings.EXEMPT)
            }
            cursor.execute(_LACKING, [n + 1, standings.UNMET, most])
            lacking = [row[0] for row in cursor.fetchall()]
            met = count[standings.MET]
            found.append(Answered(met + count[standings.UNMET], met, count[standings.EXEMPT], lacking))
    return found


def _drop() -> None:
    if not connection.needs_rollback:
        standings.drop()
