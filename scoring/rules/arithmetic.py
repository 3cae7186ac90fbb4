"""How points came about: one shape for every rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from orgs.kernel.numbers import percent_of

# Why there are no points. The words for people stand in choices.Missing.
NO_BASE = "no_base"
BASE_ZERO = "base_zero"
NO_FIGURE = "no_figure"
NO_ENTRY = "no_entry"
PEOPLE = "people"

STEP = Decimal("0.1")
ZERO = Decimal(0)


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
