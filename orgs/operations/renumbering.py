"""Numbering a tree anew from its parents, in one pass; the caller holds the lock of the forest and of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F

from orgs.models import OrgUnit
from orgs.operations import search_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BATCH = 5_000
Place = tuple[int, int, int, int]  # tree_id, lft, rght, depth


def renumber(root_id: int, tree_id: int) -> int:
    """Give the root and everything that hangs on it by parents the numbers of this tree; returns how many changed.

    Units keep the order they have by lft. Units on a cycle hang on no root and stay as they are.
    """
    places: dict[int, Place] = {}
    children: dict[int | None, list[int]] = {}
    for unit_id, parent_id, *place in _units_of(root_id):
        places[unit_id] = tuple(place)  # type: ignore[assignment]
        children.setdefault(parent_id, []).append(unit_id)
    wanted = _depth_first(root_id, tree_id, children)
    changed = [(unit_id, *place) for unit_id, place in wanted if places[unit_id] != place]
    _write(changed)
    moved = [unit_id for unit_id, *place in changed if places[unit_id][0] != tree_id]
    search_blocks.refresh((pk, each) for pk in moved for each in (places[pk][0], tree_id))
    return len(changed)


def _units_of(root_id: int) -> Iterator[tuple[int, int | None, int, int, int, int]]:
    """The units of the root's tree in their order, then those that hang below them but carry another tree's number."""
    fields = ("pk", "parent_id", "tree_id", "lft", "rght", "depth")
    tree_id = OrgUnit.objects.values_list("tree_id", flat=True).get(pk=root_id)
    of_tree = OrgUnit.objects.filter(tree_id=tree_id).order_by("lft", "pk")
    yield from of_tree.values_list(*fields).iterator()
    strays = OrgUnit.objects.filter(parent__tree_id=tree_id).exclude(tree_id=F("parent__tree_id"))
    while found := list(strays.order_by("lft", "pk").values_list(*fields)):
        yield from found
        ids = [row[0] for row in found]
        strays = OrgUnit.objects.filter(parent__in=ids).exclude(tree_id=tree_id).exclude(pk__in=ids)


def _depth_first(
    root_id: int, tree_id: int, children: dict[int | None, list[int]]
) -> Iterator[tuple[int, Place]]:
    last = 0
    stack: list[tuple[int, int, int]] = [(root_id, 0, 0)]  # id, depth, lft (0: not entered yet)
    while stack:
        unit_id, depth, lft = stack.pop()
        last += 1
        if lft:
            yield unit_id, (tree_id, lft, last, depth)
            continue
        stack.append((unit_id, depth, last))
        stack.extend((child, depth + 1, 0) for child in reversed(children.get(unit_id, [])))


def _write(changed: Sequence[tuple[int, ...]]) -> None:
    table = OrgUnit._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(
                f"UPDATE {table} SET tree_id = %s, lft = %s, rght = %s, depth = %s WHERE id = %s",  # noqa: S608
                [(*place, unit_id) for unit_id, *place in changed],
            )
            return
        for batch in _batches(changed):
            marks = ", ".join(["(%s, %s, %s, %s, %s)"] * len(batch))
            cursor.execute(
                f"UPDATE {table} AS unit SET tree_id = v.tree_id, lft = v.lft, rght = v.rght, depth = v.depth"  # noqa: S608
                f" FROM (VALUES {marks}) AS v (id, tree_id, lft, rght, depth) WHERE unit.id = v.id",
                [number for row in batch for number in row],
            )


def _batches(rows: Sequence[tuple[int, ...]]) -> Iterable[Sequence[tuple[int, ...]]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
