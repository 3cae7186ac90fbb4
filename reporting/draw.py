"""抽样: the same frame and seed give the same sample, on any machine and in any year (SUP-4.1b, P2). Pure.

A frame is text, one line per channel in order of its id: `g<group id>,<unit id>,<stratum>,<weight>`. Every decision is
made by lot: the order of SHA-256 digests of the seed and what is decided about. No generator of a library is used, as
its numbers may change with its version; whoever has the frame and the seed can draw again with any tool.

Weights are whole numbers of tickets. A line's place is the smallest digest among its tickets, and the first `size`
lines win, so that each next line is drawn with the chance weight / (sum of the weights of the lines still in), exactly
and without floating point. Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information
Processing Letters 97 (2006) 181-185; the largest of w uniform numbers is distributed as their key u^(1/w).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ALGORITHM = 1  # stored with each draw; a change of anything below is a new number beside the old one
PREFIX = "g"


class DrawImpossibleError(ValueError):
    """What is asked can't be drawn: more than there are, a line twice, a weight below one, nobody to assign."""


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One channel of the frame."""

    group_id: int
    unit_id: int
    stratum: str
    weight: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The line written as `text`. Raises ValueError for anything else."""
        name, unit_id, stratum, weight = text.split(",")
        return cls(int(name.removeprefix(PREFIX)), int(unit_id), stratum, int(weight))

    def __str__(self) -> str:
        return f"{PREFIX}{self.group_id},{self.unit_id},{self.stratum},{self.weight}"


@dataclass(frozen=True, slots=True)
class Inspector:
    """Somebody who can be assigned to any unit but the `barred` ones."""

    person_id: int
    barred: frozenset[int]


def frame_of(lines: Iterable[Line]) -> str:
    """The frame as it is stored and digested.

    Raises DrawImpossibleError for a channel that stands in it twice and for a weight below one.
    """
    ordered = sorted(lines)
    if len({line.group_id for line in ordered}) < len(ordered):
        raise DrawImpossibleError("a channel stands in the frame twice")
    if any(line.weight < 1 for line in ordered):
        raise DrawImpossibleError("a weight is below one")
    return "\n".join(str(line) for line in ordered)


def lines_of(frame: str) -> list[Line]:
    """The lines of a stored frame."""
    return [Line.parse(text) for text in frame.split("\n")] if frame else []


def digest(frame: str) -> str:
    """SHA-256 of the frame, as `sha256sum` says it."""
    return hashlib.sha256(frame.encode()).hexdigest()


def share_of(n_lines: int, percent: int) -> int:
    """So many percent of the frame, rounded up: a share of a small frame is never nobody."""
    return -(-n_lines * percent // 100)


def sample(lines: Sequence[Line], seed: str, size: int, *, is_stratified: bool) -> list[Line]:
    """`size` lines drawn without repetition, in the order drawn (stratum by stratum where stratified).

    Where stratified, each stratum has its share of the size by the largest remainder, equal remainders by lot. Raises
    DrawImpossibleError when there are fewer lines than asked for, or none is asked for.
    """
    if not 0 < size <= len(lines):
        raise DrawImpossibleError(f"{size} of {len(lines)}")
    if not is_stratified:
        return _first(lines, seed, size)
    strata: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        strata[line.stratum].append(line)
    sizes = shares({name: len(found) for name, found in strata.items()}, size, seed)
    return [line for name in sorted(strata) for line in _first(strata[name], seed, sizes[name])]


def shares(counts: Mapping[str, int], size: int, seed: str) -> dict[str, int]:
    """How many of `size` each stratum has: in proportion to its lines, the rest by the largest remainder."""
    total = sum(counts.values())
    whole = {name: size * n // total for name, n in counts.items()}
    by_remainder = sorted(
        counts, key=lambda name: (-(size * counts[name] % total), _lot(seed, "stratum", name))
    )
    for name in by_remainder[: size - sum(whole.values())]:
        whole[name] += 1
    return whole


def assign(unit_ids: Sequence[int], inspectors: Sequence[Inspector], seed: str) -> list[int]:
    """The person for each item, given the items' units in order; as even as the barred units allow, else by lot.

    Every item goes to the least busy inspector whom a chain of exchanges can free for it, which gives the most even
    assignment there is. Source: Harvey, Ladner, Lovász and Tamir, "Semi-matchings for bipartite graphs and load
    balancing", Journal of Algorithms 59 (2006) 53-78. Raises DrawImpossibleError for a unit that nobody may inspect.
    """
    by_lot = sorted(inspectors, key=lambda each: _lot(seed, "inspector", str(each.person_id)))
    held: dict[int, list[int]] = {n: [] for n in range(len(by_lot))}
    for item in sorted(range(len(unit_ids)), key=lambda item: _lot(seed, "item", str(item))):
        _place(item, unit_ids, by_lot, held)
    return [by_lot[n].person_id for n in _holders(held, len(unit_ids))]


def _place(
    item: int, unit_ids: Sequence[int], inspectors: Sequence[Inspector], held: dict[int, list[int]]
) -> None:
    """Give the item to whoever may have it, passing others on where that leaves the work more even."""
    came_with: dict[int, tuple[int, int | None]] = {}  # inspector: the item to take over, and from whom
    waiting: list[tuple[int, int | None]] = [(item, None)]
    while waiting:
        offered, holder = waiting.pop(0)
        for n, inspector in enumerate(inspectors):
            if n not in came_with and unit_ids[offered] not in inspector.barred:
                came_with[n] = (offered, holder)
                waiting += [(each, n) for each in held[n]]
    if not came_with:
        raise DrawImpossibleError(f"nobody may inspect unit {unit_ids[item]}")
    taker: int | None = min(came_with, key=lambda n: (len(held[n]), n))
    while taker is not None:
        offered, holder = came_with[taker]
        held[taker].append(offered)
        if holder is not None:
            held[holder].remove(offered)
        taker = holder


def _holders(held: Mapping[int, Sequence[int]], n_items: int) -> list[int]:
    """Who holds each item, in order of the items."""
    found = {item: n for n, items in held.items() for item in items}
    return [found[item] for item in range(n_items)]


def _first(lines: Iterable[Line], seed: str, size: int) -> list[Line]:
    return sorted(lines, key=lambda line: (_place_of(line, seed), line.group_id))[:size]


def _place_of(line: Line, seed: str) -> bytes:
    """The smallest digest among the line's tickets."""
    return min(_lot(seed, str(line), str(ticket)) for ticket in range(line.weight))


def _lot(seed: str, *words: str) -> bytes:
    return hashlib.sha256("\n".join([seed, *words]).encode()).digest()
