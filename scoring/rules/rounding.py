"""Rounding where a rule says so: down, half up, or up; never a binary fraction in between."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

DOWN, HALF_UP, UP = "down", "half_up", "up"
ROUNDINGS = (DOWN, HALF_UP, UP)


def whole(value: Fraction, rounding: str = DOWN) -> int:
    """The whole number: towards less (`down`), to the nearer one and a half upwards (`half_up`), towards more (`up`).

    −0.5 is −1 rounded down and 0 rounded half up.
    """
    if rounding == UP:
        return -((-value.numerator) // value.denominator)
    shifted = value + Fraction(1, 2) if rounding == HALF_UP else value
    return shifted.numerator // shifted.denominator


def to_step(value: Fraction, step: Decimal, rounding: str = DOWN) -> Decimal:
    """The exact value as a multiple of the step: 17.17 in steps of 0.1 is 17.1 rounded down."""
    return whole(value / Fraction(step), rounding) * step
