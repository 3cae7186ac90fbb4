"""Rules made of rules: added up, or the most severe of several that exclude each other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orgs.kernel.numbers import points_text
from scoring.rules.arithmetic import ZERO, Arithmetic


def summed(parts: Sequence[Arithmetic], low: Decimal, high: Decimal) -> Arithmetic:
    """The sum of the parts within floor and cap; as long as one can't be computed, the sum can't."""
    missing = next((each.missing for each in parts if each.points is None), "")
    if missing or not parts:
        return Arithmetic("sum", missing=missing)
    exact = sum((each.points for each in parts if each.points is not None), ZERO)
    points = min(max(exact, low), high)
    terms = " + ".join(f"({each.formula})" for each in parts)
    return Arithmetic(
        "sum",
        points,
        is_over_claim=any(each.is_over_claim for each in parts),
        formula=f"{terms} → {points_text(points)}",
    )


def exclusive(parts: Sequence[Arithmetic]) -> Arithmetic:
    """The most severe part stands alone: the fewest points, of equals the first; `band` says which one.

    As long as one part can't be computed, nobody knows which is the most severe.
    """
    missing = next((each.missing for each in parts if each.points is None), "")
    if missing or not parts:
        return Arithmetic("exclusive", missing=missing)
    known = [each.points for each in parts if each.points is not None]
    worst = known.index(min(known))
    found = parts[worst]
    terms = "；".join(each.formula for each in parts)
    return Arithmetic(
        "exclusive",
        known[worst],
        numerator=found.numerator,
        denominator=found.denominator,
        ratio=found.ratio,
        band=worst,
        is_over_claim=found.is_over_claim,
        formula=f"min[{terms}] → {points_text(known[worst])}",
    )
