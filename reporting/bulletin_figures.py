"""The figures of a bulletin as they are frozen: counts of one edition of a closed week, unit by unit. Pure.

Only integers, texts and None (missing, which is not 0) go into the JSON; rates are worked out from part and base.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from reporting.coverage import Coverage, change_in_points, shown_change

if TYPE_CHECKING:
    from fractions import Fraction

FLOWS = ("opened", "changed", "admin_changed", "closed", "checks", "checks_poor")


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One subordinate: coverage now and the week before (None: that week is missing), what happened, running rows."""

    unit_id: int
    name: str
    kind: str
    line: str
    coverage: Coverage
    before: Coverage | None
    weeks_unreported: int
    poor_streak: int
    flows: dict[str, int]

    @property
    def change(self) -> Fraction | int | None:
        """Percentage points against the week before."""
        return shown_change(change_in_points(self.coverage, self.before))

    @classmethod
    def of(cls, stored: dict[str, Any]) -> UnitFigures:
        """From the frozen JSON."""
        return cls(**stored | _coverages(stored))


@dataclass(frozen=True, slots=True)
class Figures:
    """What the bulletin is about. `units` stand in the official order of that week; `who` names them in the sentence."""

    week: str
    edition: int
    who: str
    coverage: Coverage
    before: Coverage | None
    totals: dict[str, int]
    units: list[UnitFigures]
    moves: list[str]

    @property
    def change(self) -> Fraction | None:
        """Percentage points of the whole against the week before."""
        return change_in_points(self.coverage, self.before)

    @property
    def low(self) -> list[UnitFigures]:
        """Below the 良好 line by the exact fraction."""
        return [each for each in self.units if each.coverage.is_low]

    @property
    def unreported(self) -> list[UnitFigures]:
        """Of which nothing at all is reported."""
        return [each for each in self.units if each.coverage.is_unreported]

    @property
    def poor(self) -> list[UnitFigures]:
        """Checked this week with at least one 差."""
        return [each for each in self.units if each.flows["checks_poor"]]

    def as_json(self) -> dict[str, Any]:
        """What is stored."""
        return asdict(self)

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Figures:
        """From the frozen JSON."""
        units = [UnitFigures.of(each) for each in stored["units"]]
        return cls(**stored | _coverages(stored) | {"units": units})


def _coverages(stored: dict[str, Any]) -> dict[str, Coverage | None]:
    return {name: Coverage(**stored[name]) if stored[name] else None for name in ("coverage", "before")}
