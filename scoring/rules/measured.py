"""Several measurements in a year: the mean of its months, and rows of weeks in which the mark was missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from orgs.kernel.numbers import percent_of, points_text
from scoring.rules.arithmetic import NO_FIGURE, Arithmetic
from scoring.rules.ratios import ONE, Band, in_bands, lacking


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: which month and week, and its numbers; a number has base 1."""

    month: int
    week: int
    numerator: int | None
    denominator: int | None

    @property
    def value(self) -> Fraction | None:
        """None where it can't be measured, which is not 0."""
        if lacking(self.numerator, self.denominator) or self.numerator is None:
            return None
        return Fraction(self.numerator, self.denominator or 1)


def monthly_mean(
    weeks: Iterable[Measured],
    steps: Sequence[Band],
    *,
    least_months: int = 1,
    highest: Fraction | None = ONE,
    is_number: bool = False,
) -> Arithmetic:
    """The mean of the months, each by its last week that could be measured, in bands.

    READING: a value above `highest` counts as it in its month. A month without any measurement is left out of the
    mean, never counted as 0; with fewer than `least_months` there is no mean.
    """
    last: dict[int, Fraction] = {}
    for each in sorted(weeks, key=lambda each: each.week):
        if each.value is not None:
            last[each.month] = each.value
    if len(last) < max(least_months, 1):
        return Arithmetic("monthly", missing=NO_FIGURE)
    counted = [value if highest is None else min(value, highest) for value in last.values()]
    mean = sum(counted, Fraction(0)) / len(counted)
    found = in_bands(mean, steps, highest=highest)
    shown = str if is_number else percent_of
    terms = " + ".join(shown(value) for value in counted)
    return Arithmetic(
        "monthly",
        found.points,
        ratio=None if is_number else mean,
        band=found.band,
        is_over_claim=any(highest is not None and value > highest for value in last.values()),
        formula=f"({terms}) ÷ {len(counted)} = {shown(mean)} → {points_text(found.points)}",
    )


def runs_of_misses(weeks: Iterable[Measured], mark: Fraction) -> list[int]:
    """Lengths of the rows of running weeks below the mark.

    READING: a week that could not be measured, and one that was never closed, ends a row: it is no miss.
    """
    missed = sorted(each.week for each in weeks if each.value is not None and each.value < mark)
    rows = groupby(enumerate(missed), key=lambda row: row[1] - row[0])
    return [len(list(group)) for _start, group in rows]


def misses(
    weeks: Sequence[Measured],
    mark: Fraction,
    *,
    run: int,
    each: Decimal,
    low: Decimal,
    high: Decimal,
) -> Arithmetic:
    """All the points, less so many for every `run` misses in a row, down to the floor."""
    if not any(measured.value is not None for measured in weeks):
        return Arithmetic("misses", missing=NO_FIGURE)
    n = sum(length // run for length in runs_of_misses(weeks, mark))
    points = max(high - each * n, low)
    formula = f"{points_text(high)} − {n} × {points_text(each)} → {points_text(points)}"
    return Arithmetic("misses", points, numerator=n, formula=formula)
