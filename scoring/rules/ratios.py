"""Points by a ratio, or by a number (base 1): in bands, or along a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from orgs.kernel.numbers import percent_of, points_text
from scoring.rules.arithmetic import BASE_ZERO, NO_BASE, NO_FIGURE, STEP, Arithmetic
from scoring.rules.rounding import DOWN, to_step

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Band:
    """From this value on (unrounded), or only above it (`is_open`); `floor` None is everything below the bands before it."""

    floor: Fraction | None
    points: Decimal
    is_open: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether the value reaches the band's lower end."""
        if self.floor is None:
            return True
        return value > self.floor if self.is_open else value >= self.floor


def bands(
    numerator: int | None,
    denominator: int | None,
    steps: Sequence[Band],
    *,
    highest: Fraction | None = ONE,
    is_number: bool = False,
) -> Arithmetic:
    """Points of the first band the exact value reaches; above `highest` counts as it and is flagged (SUP-A 二.2).

    READING: 89.5 % is below 90 %: bands compare the unrounded ratio. A number (`is_number`) is compared as it is.
    """
    base = 1 if is_number else denominator
    missing = lacking(numerator, base)
    if missing or numerator is None or base is None:
        return Arithmetic("bands", missing=missing, numerator=numerator, denominator=denominator)
    value = Fraction(numerator, base)
    found = in_bands(value, steps, highest=highest)
    words = str(numerator) if is_number else f"{numerator} ÷ {base} = {percent_of(value)}"
    return Arithmetic(
        "bands",
        found.points,
        numerator=numerator,
        denominator=denominator,
        ratio=None if is_number else value,
        band=found.band,
        is_over_claim=found.is_over_claim,
        formula=f"{words} → {points_text(found.points)}",
    )


def in_bands(value: Fraction, steps: Sequence[Band], *, highest: Fraction | None = ONE) -> Arithmetic:
    """Points and band of a value that is known."""
    counted = value if highest is None else min(value, highest)
    reached = next(i for i, step in enumerate(steps) if step.holds(counted))
    is_over = highest is not None and value > highest
    return Arithmetic("bands", steps[reached].points, ratio=value, band=reached, is_over_claim=is_over)


def linear(
    numerator: int | None,
    denominator: int | None,
    low: Decimal,
    high: Decimal,
    *,
    zero: Fraction = Fraction(0),
    full: Fraction = ONE,
    step: Decimal = STEP,
    rounding: str = DOWN,
    is_number: bool = False,
) -> Arithmetic:
    """From `low` points at `zero` along a line to `high` points at `full`, in steps; beyond both ends nothing changes."""
    base = 1 if is_number else denominator
    missing = lacking(numerator, base)
    if missing or numerator is None or base is None:
        return Arithmetic("linear", missing=missing, numerator=numerator, denominator=denominator)
    value = Fraction(numerator, base)
    points = on_line(value, low, high, zero=zero, full=full, step=step, rounding=rounding)
    words = str(numerator) if is_number else f"{numerator} ÷ {base} = {percent_of(value)}"
    return Arithmetic(
        "linear",
        points,
        numerator=numerator,
        denominator=denominator,
        ratio=None if is_number else value,
        is_over_claim=value > 1 and not is_number,
        formula=f"{words} → {points_text(points)}",
    )


def on_line(
    value: Fraction,
    low: Decimal,
    high: Decimal,
    *,
    zero: Fraction = Fraction(0),
    full: Fraction = ONE,
    step: Decimal = STEP,
    rounding: str = DOWN,
) -> Decimal:
    """The points at a value that is known; rounding never leaves the line's ends."""
    share = min(max((value - zero) / (full - zero), Fraction(0)), ONE)
    exact = Fraction(low) + share * (Fraction(high) - Fraction(low))
    return min(max(to_step(exact, step, rounding), low), high)


def lacking(numerator: int | None, denominator: int | None) -> str:
    """Why a ratio can't be computed; "" where it can."""
    if denominator is None:
        return NO_BASE
    if denominator <= 0:
        return BASE_ZERO
    return NO_FIGURE if numerator is None else ""
