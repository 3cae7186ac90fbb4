"""Ratios as fractions, and how numbers are shown. Pure; nothing is ever rounded up to a better figure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MISSING = "—"
Exact = int | Decimal | Fraction


def ratio(part: Exact | None, base: Exact | None) -> Fraction | None:
    """part ÷ base, unrounded; None where either is unknown or the base is 0."""
    if part is None or base is None or base == 0:
        return None
    return Fraction(part) / Fraction(base)


def percent_of(value: Fraction | None, missing: str = MISSING) -> str:
    """A ratio as a percentage, cut to one decimal: 0.9995 is 99.9%, as it has not reached 100%."""
    if value is None:
        return missing
    tenths = abs(value) * 1000
    whole, tenth = divmod(tenths.numerator // tenths.denominator, 10)
    sign = "-" if value < 0 and (whole or tenth) else ""
    return f"{sign}{whole}.{tenth}%"


def percent_text(part: Exact | None, base: Exact | None, missing: str = MISSING) -> str:
    """part ÷ base as a percentage, cut to one decimal: "83.6%"; `missing` without a base."""
    return percent_of(ratio(part, base), missing)


def thousands(n: int | None, missing: str = MISSING) -> str:
    """A count with separators: 12,345; `missing` where it is unknown, which is not 0."""
    return missing if n is None else f"{n:,}"


def points_text(points: Decimal | None, missing: str = MISSING) -> str:
    """Points as on the paper sheet: at least one decimal, at most two, and a bare 0: 1.0, 0.85, -0.2, 0."""
    if points is None:
        return missing
    hundredths = points.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    if not hundredths:
        return "0"
    text = f"{hundredths:f}"
    return text.removesuffix("0")
