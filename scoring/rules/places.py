"""Points by the place a unit takes among those it is compared with, and how places come about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from orgs.kernel.numbers import points_text
from scoring.rules.arithmetic import NO_FIGURE, Arithmetic

Key = TypeVar("Key", bound=Hashable)
Measure = tuple[tuple[bool, Fraction], ...]
Ranked = TypeVar("Ranked", Decimal, Measure)


@dataclass(frozen=True, slots=True)
class Place:
    """Points up to and including this rank; `last` None: for every rank after those before it."""

    last: int | None
    points: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """`rank` of `n` that could be ranked; `n_equal` share it, the one itself included."""

    rank: int
    n: int
    n_equal: int


def ranks(values: Mapping[Key, Ranked]) -> dict[Key, int]:
    """Key → rank, the greatest value first; equal ones share the better rank, and the next skips (1, 2, 2, 4)."""
    counted = Counter(values.values())
    found: dict[Ranked, int] = {}
    rank = 1
    for value in sorted(counted, reverse=True):
        found[value] = rank
        rank += counted[value]
    return {key: found[value] for key, value in values.items()}


def standings(values: Mapping[Key, Sequence[Fraction | None]], falls: Sequence[bool]) -> dict[Key, Standing]:
    """By the first value; where it is equal by the next one, and so on. `falls`: of which values less is better.

    Without a first value nobody is ranked. A later value that isn't known stands behind every one that is.
    """
    measures: dict[Key, Measure] = {
        key: tuple(map(_measure, each, falls)) for key, each in values.items() if each[0] is not None
    }
    found = ranks(measures)
    shared = Counter(found.values())
    return {key: Standing(rank, len(found), shared[rank]) for key, rank in found.items()}


def by_rank(standing: Standing | None, places: Sequence[Place]) -> Arithmetic:
    """The points of the first place that reaches as far as the rank; `band` says which one."""
    if standing is None:
        return Arithmetic("rank", missing=NO_FIGURE)
    reached = next(n for n, each in enumerate(places) if each.last is None or standing.rank <= each.last)
    points = places[reached].points
    formula = f"{standing.rank} / {standing.n} → {points_text(points)}"
    return Arithmetic("rank", points, band=reached, formula=formula)


def _measure(value: Fraction | None, falls: bool) -> tuple[bool, Fraction]:
    """Greater is better; the unknown is the least."""
    if value is None:
        return False, Fraction(0)
    return True, -value if falls else value
