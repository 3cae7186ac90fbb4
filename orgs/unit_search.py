"""Finding a unit by what somebody types, among tens of thousands, in few milliseconds and five statements at most.

Reading every unit of a province takes longer than all the rest of the answer. So first those that lead others are looked
at, by an index of their own; where they don't fill the answer with names that begin with the text, the blocks of search
keys tell where a unit that contains it may lie, and only those are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgs.models import OrgUnit, SearchBlock
from orgs.naming import script_of, search_words
from orgs.querysets.tree import holds

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet

BLOCK = 32  # ids in a block of search keys
MOST_BLOCKS = 150  # more than these hold the text: reading all units is as fast


def best_matches(
    units: OrgUnitQuerySet, in_charge: UnitsInCharge, text: str, most: int, *, with_closed: bool = False
) -> list[OrgUnit]:
    """As `OrgUnitQuerySet.best_matches`, of units that all lie within `in_charge`.

    Where more names begin with the text than are shown, those of units that lead others come first.
    """
    units = units if with_closed else units.in_operation()
    words = search_words(text)
    trees = in_charge.tree_ids()
    if not words or trees is None:
        return units.best_matches(text, most, with_closed=True)
    leading = units.leading_others().best_ids(text, most)
    if most > 1 and len(leading) == most and all(rank == 0 for _pk, rank in leading):
        return units.shown([pk for pk, _rank in leading])
    near = _near(words, trees)
    if near is None:
        found = units.best_ids(text, most)
    else:
        # As a query of its own: beside the conditions of the scope SQLite would walk the index of the whole tree.
        candidates = OrgUnit.objects.filter(pk__in=near).matching(text)
        found = units.filter(pk__in=candidates.order_by().values("pk")).best_ids(text, most)
    return units.shown([pk for pk, _rank in found])


def _near(words: list[str], trees: frozenset[int]) -> list[int] | None:
    """Ids of the blocks that hold every word; None where they are too many, or a word may stand anywhere."""
    blocks = SearchBlock.objects.filter(tree_id__in=trees)
    scripts = [(script_of(word), word) for word in words]
    if not all(script for script, _word in scripts):
        return None
    blocks = blocks.filter(*(holds(script, word) for script, word in scripts))
    numbers = list(blocks.order_by().values_list("number", flat=True)[: MOST_BLOCKS + 1])
    if len(numbers) > MOST_BLOCKS:
        return None
    return [number * BLOCK + nth for number in numbers for nth in range(BLOCK)]


__all__ = ["BLOCK", "best_matches"]
