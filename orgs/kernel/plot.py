"""Geometry of the small inline charts: shares into SVG coordinates. Pure; whole tenths of a unit, never float."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 320, 180
LEFT, RIGHT, TOP, BOTTOM = 38, 52, 16, 26
LABELS_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A line or a label of an axis."""

    at: Decimal
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A line chart ready to draw: one run of points per stretch without a gap."""

    runs: list[str]
    last: tuple[Decimal, Decimal] | None
    rows: list[Tick]
    columns: list[Tick]
    target: Decimal | None
    marks: list[Tick] = field(default_factory=list)


def line_plot(
    points: Sequence[tuple[str, Fraction | None]],
    target: Fraction | None = None,
    marks: Sequence[tuple[Fraction, str]] = (),
) -> Plot:
    """Places (label, share of 1) pairs from left to right; None breaks the line, as an unreported week is not 0.

    `marks` are upright lines: where each stands between the points (1/2: halfway from the first to the second), its label.
    """
    shares = [share for _label, share in points if share is not None]
    floor = _floor([*shares, *([target] if target is not None else [])])
    places = [(_x(index, len(points)), share) for index, (_label, share) in enumerate(points)]
    drawn = [(x, _y(share, floor)) for x, share in places if share is not None]
    return Plot(
        runs=_runs([(x, None if share is None else _y(share, floor)) for x, share in places]),
        last=drawn[-1] if drawn else None,
        rows=[Tick(_y(share, floor), f"{share * 100}%") for share in (Fraction(1), (1 + floor) / 2, floor)],
        columns=_columns([label for label, _share in points]),
        target=None if target is None else _y(target, floor),
        marks=[Tick(_x(at, len(points)), label) for at, label in marks],
    )


def tenths(value: Fraction | int) -> Decimal:
    """A coordinate cut to one decimal."""
    return Decimal(int(value * 10)) / 10


def _floor(shares: list[Fraction]) -> Fraction:
    """The lowest multiple of 20% under all shares, at most 80%."""
    lowest = min(shares, default=Fraction(0))
    return min(Fraction(max(int(lowest * 5), 0), 5), Fraction(4, 5))


def _x(index: int | Fraction, n: int) -> Decimal:
    return tenths(LEFT + Fraction((WIDTH - LEFT - RIGHT) * index, max(n - 1, 1)))


def _y(share: Fraction, floor: Fraction) -> Decimal:
    clipped = min(max(share, floor), Fraction(1))
    return tenths(TOP + (HEIGHT - TOP - BOTTOM) * (1 - (clipped - floor) / (1 - floor)))


def _runs(places: list[tuple[Decimal, Decimal | None]]) -> list[str]:
    runs: list[list[str]] = [[]]
    for x, y in places:
        if y is None:
            runs.append([])
        else:
            runs[-1].append(f"{x},{y}")
    return [" ".join(run) for run in runs if run]


def _columns(labels: list[str]) -> list[Tick]:
    step = max((len(labels) + LABELS_AT_MOST - 2) // (LABELS_AT_MOST - 1), 1)
    return [Tick(_x(index, len(labels)), label) for index, label in enumerate(labels) if index % step == 0]
