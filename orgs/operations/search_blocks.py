"""Blocks of search keys: kept beside the units by whatever changes a key or a tree; the caller holds the lock of the tree."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from django.db import transaction

from orgs.kernel import fast_rows
from orgs.models import OrgUnit, SearchBlock
from orgs.naming import by_script
from orgs.unit_search import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COLUMNS = ("tree_id", "number", "names", "letters", "digits")
MOST_AT_ONCE = 200  # blocks that are read together
Keyed = tuple[int, int, str]  # id, tree_id, search key
Block = tuple[int, int, str, str, str]


def write(rows: Iterable[Keyed]) -> None:
    """The blocks of trees that have none yet; rows in the order of their ids, tree by tree."""
    fast_rows.insert(SearchBlock._meta.db_table, COLUMNS, _blocks(rows))


@transaction.atomic
def refresh(units: Iterable[tuple[int, int]]) -> None:
    """Write the blocks anew in which units of these (id, tree_id) lie; ids that left the tree leave its blocks."""
    numbers: dict[int, set[int]] = {}
    for unit_id, tree_id in units:
        numbers.setdefault(tree_id, set()).add(unit_id // BLOCK)
    for tree_id, found in numbers.items():
        for first, last in _runs(sorted(found)):
            SearchBlock.objects.filter(tree_id=tree_id, number__range=(first, last)).delete()
            write(_keyed(tree_id, first, last))


def _keyed(tree_id: int, first: int, last: int) -> Iterator[Keyed]:
    ids = (first * BLOCK, (last + 1) * BLOCK - 1)
    found = OrgUnit.objects.filter(tree_id=tree_id, pk__range=ids).order_by("pk")
    yield from found.values_list("pk", "tree_id", "search_key")


def _blocks(rows: Iterable[Keyed]) -> Iterator[Block]:
    for (tree_id, number), some in groupby(rows, lambda row: (row[1], row[0] // BLOCK)):
        yield (tree_id, number, *by_script(row[2] for row in some))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring numbers as (first, last), not too many at once."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number > last + 1 or number - first >= MOST_AT_ONCE:
            yield first, last
            first = number
        last = number
    yield first, last


def repair() -> int:
    """Write what differs from what the blocks should be, tree by tree; returns how many blocks that were."""
    return sum(_repair(tree_id) for tree_id in trees())


def trees() -> list[int]:
    """Those that have units, or blocks left over."""
    known = SearchBlock.objects.order_by().values_list("tree_id", flat=True).distinct()
    return sorted({*known, *OrgUnit.objects.order_by().values_list("tree_id", flat=True).distinct()})


def differing(tree_id: int) -> dict[int, Block | None]:
    """Number of each block that is not what the units of the tree say -> what it should be, None for nothing; reads only."""
    units = OrgUnit.objects.filter(tree_id=tree_id).order_by("pk")
    wanted = {
        block[1]: block for block in _blocks(units.values_list("pk", "tree_id", "search_key").iterator())
    }
    kept = SearchBlock.objects.filter(tree_id=tree_id).order_by("number")
    present = {block[1]: block for block in kept.values_list(*COLUMNS)}
    numbers = sorted(wanted.keys() | present.keys())
    return {n: wanted.get(n) for n in numbers if wanted.get(n) != present.get(n)}


@transaction.atomic
def _repair(tree_id: int) -> int:
    found = differing(tree_id)
    kept, wrong = SearchBlock.objects.filter(tree_id=tree_id), list(found)
    for start in range(0, len(wrong), MOST_AT_ONCE):
        kept.filter(number__in=wrong[start : start + MOST_AT_ONCE]).delete()
    fast_rows.insert(
        SearchBlock._meta.db_table, COLUMNS, [block for block in found.values() if block is not None]
    )
    return len(wrong)
