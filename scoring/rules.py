"""Arithmetic of the assessment: pure, exact, knows nothing of Django (SUP-4.3, SUP-A).

Points are Decimal, ratios Fraction; nothing is rounded. What can't be computed has no points and says why: a missing
base is never 0 points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from orgs.kernel.numbers import percent_of, points_text

# Why there are no points. The words for people stand in choices.Missing.
NO_BASE = "no_base"
BASE_ZERO = "base_zero"
NO_FIGURE = "no_figure"
NO_ENTRY = "no_entry"
PEOPLE = "people"

STEP = Decimal("0.1")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Band:
    """From this ratio on (unrounded); `floor` None is everything below the bands before it."""

    floor: Fraction | None
    points: Decimal


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How points came about: what a page shows as 得分依据."""

    rule: str
    points: Decimal | None = None
    missing: str = ""
    numerator: int | None = None
    denominator: int | None = None
    ratio: Fraction | None = None
    band: int | None = None
    is_over_claim: bool = False
    formula: str = ""

    @property
    def ratio_text(self) -> str:
        """The ratio as percentage, cut, and shown as it is even above 1."""
        return percent_of(self.ratio)


def bands(numerator: int | None, denominator: int | None, steps: Sequence[Band]) -> Arithmetic:
    """Points of the first band the exact ratio reaches; above 1 counts as 1 and is flagged (SUP-A 二.2).

    READING: 89.5 % is below 90 %: bands compare the unrounded ratio.
    """
    missing = _missing(numerator, denominator)
    if missing or numerator is None or denominator is None:
        return Arithmetic("bands", missing=missing, numerator=numerator, denominator=denominator)
    ratio = Fraction(numerator, denominator)
    counted = min(ratio, Fraction(1))
    reached = next(i for i, step in enumerate(steps) if step.floor is None or counted >= step.floor)
    points = steps[reached].points
    return Arithmetic(
        "bands",
        points,
        numerator=numerator,
        denominator=denominator,
        ratio=ratio,
        band=reached,
        is_over_claim=ratio > 1,
        formula=f"{numerator} ÷ {denominator} = {percent_of(ratio)} → {points_text(points)}",
    )


def _missing(numerator: int | None, denominator: int | None) -> str:
    if denominator is None:
        return NO_BASE
    if denominator <= 0:
        return BASE_ZERO
    return NO_FIGURE if numerator is None else ""


def documents(count: int | None, each: Decimal, cap: Decimal) -> Arithmetic:
    """So many points per document, up to the cap (SUP-A 一.1, 一.2)."""
    if count is None:
        return Arithmetic("documents", missing=NO_ENTRY)
    points = min(each * count, cap)
    formula = f"{count} × {points_text(each)} → {points_text(points)}"
    return Arithmetic("documents", points, numerator=count, formula=formula)


def count_with_cap(
    count: int | None, each: Decimal, cap: Decimal, *, has_rule: bool | None, rule_points: Decimal
) -> Arithmetic:
    """Points for the written rule plus so many per meeting, up to the cap in all (SUP-A 一.3)."""
    if count is None or has_rule is None:
        return Arithmetic("count", missing=NO_ENTRY, numerator=count)
    base = rule_points if has_rule else ZERO
    points = min(base + each * count, cap)
    formula = f"{points_text(base)} + {count} × {points_text(each)} → {points_text(points)}"
    return Arithmetic("count", points, numerator=count, formula=formula)


def presence(count: int | None, points: Decimal, *, at_least: int = 1) -> Arithmetic:
    """All the points if there are enough, none if not, and nothing said where it is unknown (SUP-A 二.1)."""
    if count is None:
        return Arithmetic("presence", missing=NO_FIGURE)
    earned = points if count >= at_least else ZERO
    return Arithmetic("presence", earned, numerator=count, formula=f"{count} → {points_text(earned)}")


def judged(numerator: int | None = None, denominator: int | None = None) -> Arithmetic:
    """People decide; the figures stand beside for them to read."""
    ratio = Fraction(numerator, denominator) if numerator is not None and denominator else None
    return Arithmetic("judged", missing=PEOPLE, numerator=numerator, denominator=denominator, ratio=ratio)


def is_allowed(points: Decimal, low: Decimal, high: Decimal) -> bool:
    """Within the criterion's range, in steps of 0.1 (SUP-4.3)."""
    return low <= points <= high and points % STEP == 0


def item_sum(points: Iterable[Decimal | None]) -> Decimal | None:
    """Sum of an item's criteria, None (not scored) as long as one of them isn't scored. May be negative."""
    scored = list(points)
    if not scored or any(each is None for each in scored):
        return None
    return sum((each for each in scored if each is not None), ZERO)


def total(points: Iterable[Decimal | None]) -> Decimal:
    """Sum of what is scored so far, never below 0."""
    return max(ZERO, sum((each for each in points if each is not None), ZERO))


def attainable(scores: Iterable[tuple[Decimal | None, Decimal]]) -> Decimal:
    """如余下各项得满分: (points, maximum) pairs, the open ones counted in full."""
    return total(maximum if points is None else points for points, maximum in scores)


def grade(points: Decimal, floors: Sequence[tuple[str, Decimal]], *, not_excellent: bool = False) -> str:
    """Grade of a total: the first floor it reaches, half-open, nothing rounded (SUP-4.3).

    With `not_excellent` (three 差 in a row, confirmed; SUP-4.1c) the best grade is the second.
    """
    reached = next(i for i, (_name, floor) in enumerate(floors) if points >= floor)
    return floors[max(reached, 1) if not_excellent else reached][0]
