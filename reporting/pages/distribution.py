"""覆盖率分布: how many of many units stand in each step of five percentage points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reporting.pages.overview import unit_url

if TYPE_CHECKING:
    from fractions import Fraction

    from reporting.coverage import Coverage
    from reporting.pages.board import Board

MORE_THAN, STEP = 50, 5


@dataclass(frozen=True, slots=True)
class Bin:
    """Units with a rate from `low` percent to below `low + 5`; the last holds 100 % and more."""

    low: int
    n: int
    units: list[tuple[str, str, Coverage]] = field(default_factory=list)  # name, address, rate

    @property
    def label(self) -> str:
        return f"≥{self.low}%" if self.low == 100 else f"{self.low}–{self.low + STEP}%"


@dataclass(frozen=True, slots=True)
class Distribution:
    bins: list[Bin]
    n_without_rate: int
    without_rate: list[tuple[str, str, Coverage]] = field(default_factory=list)

    @property
    def most(self) -> int:
        """The largest bin: what a full bar stands for."""
        return max(each.n for each in self.bins)


def of_board(board: Board) -> Distribution | None:
    """From the lowest step with a unit to the highest, by exact fractions; None for 50 units or fewer."""
    entries = board.entries()
    if len(entries) <= MORE_THAN:
        return None
    units: dict[int | None, list[tuple[str, str, Coverage]]] = {}
    for each in entries:
        line = (each.row.name, unit_url(board, each.row.unit_id), each.coverage)
        units.setdefault(_step(each.coverage.share), []).append(line)
    without = units.pop(None, [])
    steps = [low for low in units if low is not None]
    if not steps:
        return None
    lows = range(min(steps), max(steps) + STEP, STEP)
    bins = [Bin(low, len(units.get(low, [])), units.get(low, [])) for low in lows]
    return Distribution(bins, len(without), without)


def _step(share: Fraction | None) -> int | None:
    return None if share is None else min(int(share * 100) // STEP * STEP, 100)
