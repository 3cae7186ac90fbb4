"""What a rule says of a unit, as SQL, and the exact numbers in it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

ALWAYS, NEVER = "1 = 1", "1 = 0"


@dataclass(frozen=True, slots=True)
class Told:
    """Whether the unit is met, and whether there is something to ask it; both as SQL conditions."""

    is_met: str
    is_asked: str = ALWAYS


def fraction(text: object) -> Fraction | None:
    """Decimal text as an exact fraction; None for anything else."""
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return None
