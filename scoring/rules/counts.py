"""Points by how many there are: documents, meetings, platforms, incidents; and what people judge."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from orgs.kernel.numbers import points_text
from scoring.rules.arithmetic import NO_ENTRY, NO_FIGURE, PEOPLE, ZERO, Arithmetic
from scoring.rules.rounding import DOWN, whole


def documents(count: int | None, each: Decimal, cap: Decimal) -> Arithmetic:
    """So many points per document, up to the cap (SUP-A 一.1, 一.2)."""
    if count is None:
        return Arithmetic("documents", missing=NO_ENTRY)
    points = min(each * count, cap)
    formula = f"{count} × {points_text(each)} → {points_text(points)}"
    return Arithmetic("documents", points, numerator=count, formula=formula)


def count_with_cap(
    count: int | None,
    each: Decimal,
    cap: Decimal,
    *,
    has_rule: bool | None = False,
    rule_points: Decimal = ZERO,
    per: int = 1,
    rounding: str = DOWN,
) -> Arithmetic:
    """Points for the written rule plus so many per unit (of `per` each, rounded), up to the cap in all (SUP-A 一.3)."""
    if count is None or has_rule is None:
        return Arithmetic("count", missing=NO_ENTRY, numerator=count)
    base = rule_points if has_rule else ZERO
    units = whole(Fraction(count, per), rounding)
    points = min(base + each * units, cap)
    counted = str(count) if per == 1 else f"({count} ÷ {per} → {units})"
    formula = f"{points_text(base)} + {counted} × {points_text(each)} → {points_text(points)}"
    return Arithmetic("count", points, numerator=count, formula=formula)


def presence(count: int | None, points: Decimal, *, at_least: int = 1) -> Arithmetic:
    """All the points if there are enough, none if not, and nothing said where it is unknown (SUP-A 二.1)."""
    if count is None:
        return Arithmetic("presence", missing=NO_FIGURE)
    earned = points if count >= at_least else ZERO
    return Arithmetic("presence", earned, numerator=count, formula=f"{count} → {points_text(earned)}")


def penalty(count: int | None, each: Decimal, low: Decimal, high: Decimal, *, free: int = 0) -> Arithmetic:
    """All the points, less so many per incident beyond the `free` ones, down to the floor; unknown is not none."""
    if count is None:
        return Arithmetic("penalty", missing=NO_FIGURE)
    counted = max(count - free, 0)
    points = max(high - each * counted, low)
    formula = f"{points_text(high)} − {counted} × {points_text(each)} → {points_text(points)}"
    return Arithmetic("penalty", points, numerator=count, formula=formula)


def judged(numerator: int | None = None, denominator: int | None = None) -> Arithmetic:
    """People decide; the figures stand beside for them to read."""
    ratio = Fraction(numerator, denominator) if numerator is not None and denominator else None
    return Arithmetic("judged", missing=PEOPLE, numerator=numerator, denominator=denominator, ratio=ratio)
