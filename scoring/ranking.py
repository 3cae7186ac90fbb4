"""Results of a year beside each other: ranks, last year's, how totals lie, where points are lost. Pure.

Equal totals share a rank, and the next one skips (1, 2, 2, 4); within a rank units stand in the official order. The
rank is that of the total alone: a cap, a veto or a decision changes the grade, never the rank.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from scoring.choices import ConsequenceKind, Grade
from scoring.rules import ranks

if TYPE_CHECKING:
    from scoring.models import Criterion, Sheet

ZERO = Decimal(0)
BIN = Decimal("0.5")  # of the distribution of totals out of ten; other full scores in twentieths


@dataclass(frozen=True, slots=True)
class Place:
    """One unit's result, beside that of the year before where it has one."""

    sheet: Sheet
    rank: int
    n_equal: int
    before: Sheet | None
    rank_before: int | None

    @property
    def delta(self) -> Decimal | None:
        """Points more than last year; None without a result of last year."""
        if self.before is None or self.before.total_points is None or self.sheet.total_points is None:
            return None
        return self.sheet.total_points - self.before.total_points

    @property
    def moved(self) -> int | None:
        """Places up (positive) or down; None without a result of last year."""
        return None if self.rank_before is None else self.rank_before - self.rank


@dataclass(frozen=True, slots=True)
class Bin:
    """Totals from `low` on, below `high`; the last one holds the full score."""

    low: Decimal
    high: Decimal
    n: int


@dataclass(frozen=True, slots=True)
class Loss:
    """One criterion: how much all units together lost on it, of how much there was."""

    criterion: Criterion
    n_units: int
    n_losing: int
    lost: Decimal
    possible: Decimal

    @property
    def share(self) -> Fraction | None:
        """Lost of what could be had."""
        return Fraction(self.lost) / Fraction(self.possible) if self.possible else None

    @property
    def mean(self) -> Fraction | None:
        """Lost per unit."""
        return Fraction(self.lost) / self.n_units if self.n_units else None


def places(sheets: Sequence[Sheet], before: Mapping[int, Sheet]) -> list[Place]:
    """The ranking of these sheets, which come in official order; `before` by unit: last year's.

    Last year's rank is that among the same units, so that a filter compares like with like.
    """
    now = ranks({sheet.unit_id: _total(sheet) for sheet in sheets})
    shared = Counter(now.values())
    same = {sheet.unit_id for sheet in sheets}
    earlier = ranks({unit: _total(each) for unit, each in before.items() if unit in same})
    rows = [
        Place(
            sheet,
            now[sheet.unit_id],
            shared[now[sheet.unit_id]],
            before.get(sheet.unit_id),
            earlier.get(sheet.unit_id),
        )
        for sheet in sheets
    ]
    return sorted(rows, key=lambda row: row.rank)


def distribution(totals: Iterable[Decimal], full: Decimal) -> list[Bin]:
    """How many totals lie in each step, empty steps between the lowest and the highest included."""
    step = BIN * full / 10
    counted = Counter(min(_step_of(total, step), _step_of(full, step) - 1) for total in totals)
    if not counted:
        return []
    return [Bin(n * step, (n + 1) * step, counted[n]) for n in range(min(counted), max(counted) + 1)]


def grades(sheets: Iterable[Sheet], before: Iterable[Sheet]) -> list[tuple[str, int, int]]:
    """Grade, how many this year, how many last year; the best first."""
    now, then = Counter(each.grade for each in sheets), Counter(each.grade for each in before)
    return [(str(grade.label), now[grade], then[grade]) for grade in Grade]


def losses(criteria: Iterable[Criterion], points: Mapping[int, Sequence[Decimal]]) -> list[Loss]:
    """Where points are lost most: by criterion, the largest share of what could be had first."""
    found = []
    for criterion in criteria:
        given = points.get(criterion.pk, ())
        lost = sum((criterion.max_points - each for each in given), ZERO)
        n_losing = sum(each < criterion.max_points for each in given)
        found.append(Loss(criterion, len(given), n_losing, lost, criterion.max_points * len(given)))
    return sorted(found, key=lambda loss: loss.share or Fraction(0), reverse=True)


def commended(sheets: Iterable[Sheet]) -> list[Sheet]:
    """表彰名单: 优秀, and not barred from awards (SUP-4.4.2, SUP-4.4.4); consequences come loaded."""
    return [sheet for sheet in sheets if sheet.grade == Grade.EXCELLENT and not _is_barred(sheet)]


def _is_barred(sheet: Sheet) -> bool:
    return any(
        each.kind == ConsequenceKind.NO_AWARD and each.is_confirmed for each in sheet.consequences.all()
    )


def _total(sheet: Sheet) -> Decimal:
    return sheet.total_points if sheet.total_points is not None else ZERO


def _step_of(total: Decimal, step: Decimal) -> int:
    return int((total / step).to_integral_value(rounding=ROUND_FLOOR))
