"""覆盖率分布: how many of many units stand in each step of five percentage points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reporting.pages.board import Entry

MORE_THAN, STEP = 50, 5


@dataclass(frozen=True, slots=True)
class Bin:
    """Units with a rate from `low` percent to below `low + 5`; the last holds 100 % and more."""

    low: int
    n: int

    @property
    def label(self) -> str:
        return f"≥{self.low}%" if self.low == 100 else f"{self.low}–{self.low + STEP}%"


@dataclass(frozen=True, slots=True)
class Distribution:
    bins: list[Bin]
    n_without_rate: int

    @property
    def most(self) -> int:
        """The largest bin: what a full bar stands for."""
        return max(each.n for each in self.bins)


def of_entries(entries: list[Entry]) -> Distribution | None:
    """From the lowest step with a unit to the highest, by exact fractions; None for 50 units or fewer."""
    if len(entries) <= MORE_THAN:
        return None
    shares = [share for each in entries if (share := each.coverage.share) is not None]
    if not shares:
        return None
    steps = [min(int(share * 100) // STEP * STEP, 100) for share in shares]
    bins = [Bin(low, steps.count(low)) for low in range(min(steps), max(steps) + STEP, STEP)]
    return Distribution(bins, len(entries) - len(shares))
