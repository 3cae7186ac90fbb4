"""Bands as a scheme writes and stores them, and whether they cover everything once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from scoring.rules import Band


@dataclass(frozen=True, slots=True)
class End:
    """One end of a band; `is_open`: the value itself lies outside."""

    value: Fraction
    is_open: bool


@dataclass(frozen=True, slots=True)
class WrittenBand:
    """A band with what was written of both ends; None: nothing said, or no end at all."""

    low: End | None
    high: End | None
    points: Decimal


def written(rows: Sequence[Any]) -> list[WrittenBand]:
    """Bands in either form: ["0.90", "0.8"], or {from: "0.90", below: "1", points: "0.8"}."""
    return [_of_record(row) if isinstance(row, dict) else _of_pair(row) for row in rows]


def read_bands(rows: Sequence[Any]) -> tuple[Band, ...]:
    """Bands as the rules take them: [["0.90", "0.8"], …, [null, "-0.2"]]. They have been checked when they were loaded."""
    return tuple(
        Band(
            None if each.low is None else each.low.value,
            each.points,
            each.low is not None and each.low.is_open,
        )
        for each in written(rows)
    )


def problem_of(bands: Sequence[WrittenBand], *, is_share: bool, most: Fraction | None) -> str:
    """What keeps the bands from covering the range once, in words; "" where they do."""
    if bands[-1].low is not None:
        return _("最后一档须为 null（其余全部），否则有比例得不到分。")
    if bands[0].high is not None and not _is_top(bands[0].high, most):
        return _("第一档不能有上端，否则更高的得不到分；请删去 to 或 below。")
    for n, (upper, lower) in enumerate(pairwise(bands), 1):
        problem = _between(upper, lower, n)
        if problem:
            return problem
    lows = [each.low.value for each in bands if each.low is not None]
    if is_share and most is not None and lows and not (lows[-1] >= 0 and lows[0] <= most):
        return _("起点比例须不小于 0、不超过 %(most)s。") % {"most": str(most)}
    return ""


def _is_top(end: End, most: Fraction | None) -> bool:
    return most is not None and end.value == most and not end.is_open


def _between(upper: WrittenBand, lower: WrittenBand, n: int) -> str:
    """What is wrong between two neighbours."""
    if upper.low is None:
        return _("只有最后一档写 null。")
    if lower.low is not None and lower.low.value >= upper.low.value:
        return _("起点比例须从高到低，不重复，只有最后一档写 null。")
    if lower.high is None:
        return ""
    where = {"n": n, "next": n + 1}
    gap = _("第 %(n)d 档和第 %(next)d 档之间有空档，请使两端相接。") % where
    overlap = _("第 %(n)d 档和第 %(next)d 档重叠，请使两端相接。") % where
    if lower.high.value != upper.low.value:
        return gap if lower.high.value < upper.low.value else overlap
    if lower.high.is_open == upper.low.is_open:
        return gap if upper.low.is_open else overlap
    return ""


def _of_pair(row: Sequence[Any]) -> WrittenBand:
    floor, points = row
    return WrittenBand(None if floor is None else End(Fraction(floor), False), None, Decimal(points))


def _of_record(row: dict[str, Any]) -> WrittenBand:
    return WrittenBand(_end(row, "from", "above"), _end(row, "to", "below"), Decimal(row["points"]))


def _end(row: dict[str, Any], closed: str, is_open: str) -> End | None:
    if closed in row:
        return End(Fraction(row[closed]), False)
    return End(Fraction(row[is_open]), True) if is_open in row else None
