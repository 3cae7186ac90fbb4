"""Finding a unit by what somebody types, among tens of thousands, in few milliseconds and five statements at most.

Reading every unit of a province takes longer than all the rest of the answer. So first those that lead others are looked
at, by an index of their own; where they don't fill the answer with names that begin with the text, the blocks of search
keys tell where a unit that contains it may lie, and only those are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from orgs.models import OrgUnit, SearchBlock
from orgs.naming import DIGITS, LETTERS, NAMES, script_of, search_words
from orgs.querysets.tree import holds

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet

BLOCK = 32  # ids in a block of search keys
MOST_BLOCKS = (
    150  # more than these hold the text: reading all units of a province is as fast, of a nation too slow
)
SCRIPTS = (NAMES, LETTERS, DIGITS)


@dataclass(frozen=True, slots=True)
class Matches:
    """Units, the best first; `is_partial`: the text is so common in the whole nation that not every unit was looked at."""

    units: list[OrgUnit]
    is_partial: bool = False


def best_matches(
    units: OrgUnitQuerySet, in_charge: UnitsInCharge, text: str, most: int, *, with_closed: bool = False
) -> list[OrgUnit]:
    """As `OrgUnitQuerySet.best_matches`, of units that all lie within `in_charge`.

    Where more names begin with the text than are shown, those of units that lead others come first.
    """
    return find(units, in_charge, text, most, with_closed=with_closed).units


def find(
    units: OrgUnitQuerySet, in_charge: UnitsInCharge, text: str, most: int, *, with_closed: bool = False
) -> Matches:
    """The same, and whether all that match were looked at: of a whole nation only those that lead others and some more."""
    units = units if with_closed else units.in_operation()
    words = search_words(text)
    if not words:
        return Matches(units.best_matches(text, most, with_closed=True))
    leading = units.leading_others().best_ids(text, most)
    if most > 1 and len(leading) == most and all(rank == 0 for _pk, rank in leading):
        return Matches(units.shown([pk for pk, _rank in leading]))
    trees = in_charge.tree_ids()
    near, are_all = _near(words, trees)
    if not are_all and trees is not None:
        found = units.best_ids(text, most)
    else:
        # As a query of its own: beside the conditions of the scope SQLite would walk the index of the whole tree.
        candidates = OrgUnit.objects.filter(pk__in=near).matching(text)
        found = units.filter(pk__in=candidates.order_by().values("pk")).best_ids(text, most)
    if not are_all and trees is None:
        found = sorted(dict.fromkeys([*leading, *found]), key=lambda match: match[1])[:most]
        return Matches(units.shown([pk for pk, _rank in found]), is_partial=True)
    return Matches(units.shown([pk for pk, _rank in found]))


def _near(words: list[str], trees: frozenset[int] | None) -> tuple[list[int], bool]:
    """Ids of blocks that hold every word, in these trees or in all; and whether these are all such blocks."""
    blocks = SearchBlock.objects.all() if trees is None else SearchBlock.objects.filter(tree_id__in=trees)
    blocks = blocks.filter(*(_stands(word) for word in words))
    numbers = list(blocks.order_by().values_list("number", flat=True)[: MOST_BLOCKS + 1])
    ids = [number * BLOCK + nth for number in numbers[:MOST_BLOCKS] for nth in range(BLOCK)]
    return ids, len(numbers) <= MOST_BLOCKS


def _stands(word: str) -> Q:
    """A block holds the word where its script is kept; a word of signs may stand anywhere."""
    script = script_of(word)
    return reduce(or_, (Q(holds(each, word)) for each in ([script] if script else SCRIPTS)))


__all__ = ["BLOCK", "Matches", "best_matches", "find"]
