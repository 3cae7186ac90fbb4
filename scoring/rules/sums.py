"""What points add up to: items, sections, the whole sheet, and the grade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from scoring.rules.arithmetic import STEP, ZERO

BEST = "excellent"


def is_allowed(points: Decimal, low: Decimal, high: Decimal) -> bool:
    """Within the criterion's range, in steps of 0.1 (SUP-4.3)."""
    return low <= points <= high and points % STEP == 0


def bounded(points: Decimal, low: Decimal | None, high: Decimal) -> Decimal:
    """Within floor and cap; without a floor only below the cap."""
    capped = min(points, high)
    return capped if low is None else max(capped, low)


def item_sum(points: Iterable[Decimal | None]) -> Decimal | None:
    """Sum of an item's criteria, None (not scored) as long as one of them isn't scored. May be negative."""
    scored = list(points)
    if not scored or any(each is None for each in scored):
        return None
    return sum((each for each in scored if each is not None), ZERO)


def bounded_sum(points: Iterable[Decimal | None], low: Decimal | None, high: Decimal) -> Decimal | None:
    """`item_sum` within the item's floor and cap."""
    exact = item_sum(points)
    return None if exact is None else bounded(exact, low, high)


def total(points: Iterable[Decimal | None]) -> Decimal:
    """Sum of what is scored so far, never below 0."""
    return max(ZERO, sum((each for each in points if each is not None), ZERO))


def attainable(scores: Iterable[tuple[Decimal | None, Decimal]]) -> Decimal:
    """如余下各项得满分: (points, maximum) pairs, the open ones counted in full."""
    return total(maximum if points is None else points for points, maximum in scores)


def grade(points: Decimal, floors: Sequence[tuple[str, Decimal]], *, not_excellent: bool = False) -> str:
    """Grade of a total: the first floor it reaches, half-open, nothing rounded (SUP-4.3).

    With `not_excellent` (three 差 in a row, confirmed; SUP-4.1c) 优秀 is left out.
    """
    open_to = [row for row in floors if row[0] != BEST] if not_excellent else floors
    return next(name for name, floor in open_to if points >= floor)
