"""Coverage of one unit or of several together, and the words for what is missing (metrics.md, `coverage`). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from orgs.kernel.numbers import ratio
from reporting.choices import GOOD_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction


class CoverageState(StrEnum):
    """Missing is not zero: why there is no rate, or that there is one."""

    NONE = "none"  # nobody below holds members
    UNREPORTED = "unreported"  # 未报: nothing approved anywhere below
    NO_BASE = "no_base"  # 底数缺
    RATE = "rate"


class CoverageFacts(Protocol):
    """What a row of the snapshot says about coverage."""

    coverage_part: int | None
    coverage_base: int | None
    sub_covered_capped: int
    sub_holders: int
    sub_unreported: int
    sub_base_missing: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Numerator and denominator with what qualifies them; `part` and `base` are people."""

    part: int | None
    base: int | None
    holders: int
    unreported: int
    base_missing: int = 0

    @classmethod
    def of(cls, row: CoverageFacts) -> Coverage:
        """Of one row of the snapshot read with `with_coverage()`."""
        return cls(
            row.coverage_part, row.coverage_base, row.sub_holders, row.sub_unreported, row.sub_base_missing
        )

    @classmethod
    def of_all(cls, rows: Iterable[CoverageFacts]) -> Coverage:
        """Of several units together: what was counted at most up to each unit's base, over the sum of the bases."""
        known = list(rows)
        return cls(
            sum(row.sub_covered_capped for row in known),
            sum(row.coverage_base or 0 for row in known) or None,
            sum(row.sub_holders for row in known),
            sum(row.sub_unreported for row in known),
            sum(row.sub_base_missing for row in known),
        )

    @property
    def state(self) -> CoverageState:
        if not self.holders:
            return CoverageState.NONE
        if self.unreported >= self.holders or self.part is None:
            return CoverageState.UNREPORTED
        return CoverageState.RATE if self.base else CoverageState.NO_BASE

    @property
    def reported(self) -> int:
        """Of the units that hold members, those that have reported."""
        return self.holders - self.unreported

    @property
    def is_rate(self) -> bool:
        return self.state == CoverageState.RATE

    @property
    def is_unreported(self) -> bool:
        return self.state == CoverageState.UNREPORTED

    @property
    def share(self) -> Fraction | None:
        """The exact fraction; None where the state says why."""
        return ratio(self.part, self.base) if self.is_rate else None

    @property
    def shown_part(self) -> int | None:
        """The numerator as bars and bands want it: None wherever no rate is shown."""
        return self.part if self.is_rate else None

    @property
    def is_low(self) -> bool:
        """Below the 良好 line by the exact fraction: 80.0% is not, 79.99% is."""
        return self.is_rate and (self.part or 0) * 100 < (self.base or 0) * GOOD_LINE

    @property
    def is_over(self) -> bool:
        """More people than the base: an over-claim to be checked."""
        return self.is_rate and (self.part or 0) > (self.base or 0)

    @property
    def is_provisional(self) -> bool:
        """Some unit below has no base yet, so the rate may still change."""
        return self.is_rate and self.base_missing > 0

    @property
    def shortfall(self) -> int:
        """People still to be reached for the 良好 line; 0 where there is no rate."""
        return self.lacking if self.is_rate else 0

    @property
    def lacking(self) -> int:
        """People still to be reached for the 良好 line, where nothing is reported all of them."""
        wanted = -(-(self.base or 0) * GOOD_LINE // 100)
        return max(wanted - (self.shown_part or 0), 0)


def change_in_points(now: Coverage, before: Coverage | None) -> Fraction | None:
    """Percentage points against the closed week before; None where either has no rate."""
    if before is None or now.share is None or before.share is None:
        return None
    return (now.share - before.share) * 100


def shown_change(change: Fraction | None) -> Fraction | int | None:
    """As it is shown, with one decimal: less than a tenth of a point is no movement."""
    return 0 if change is not None and abs(change) * 10 < 1 else change
