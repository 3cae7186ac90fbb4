"""What the tests of the tree compare with: a walk over the parents in plain Python, which never looks at lft and rght."""

from __future__ import annotations

from orgs.models import OrgUnit


def children_by_parent() -> dict[int | None, list[int]]:
    """Ids of the children of every unit."""
    children: dict[int | None, list[int]] = {}
    for unit_id, parent_id in OrgUnit.objects.order_by().values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(unit_id)
    return children


def descendants_by_walk() -> dict[int, set[int]]:
    """Everything below every unit, by following the parents; units on a cycle are missing."""
    children = children_by_parent()
    below: dict[int, set[int]] = {}

    def visit(unit_id: int) -> set[int]:
        found: set[int] = set()
        for child in children.get(unit_id, []):
            found |= {child} | visit(child)
        below[unit_id] = found
        return found

    for root in children.get(None, []):
        visit(root)
    return below


def descendants_by_numbers() -> dict[int, set[int]]:
    """Everything below every unit, as lft, rght and tree_id say it."""
    units = list(OrgUnit.objects.order_by().values_list("pk", "tree_id", "lft", "rght"))
    return {
        unit_id: {
            other
            for other, other_tree, other_lft, other_rght in units
            if other_tree == tree_id and lft < other_lft and other_rght < rght
        }
        for unit_id, tree_id, lft, rght in units
    }


def wrong_descendant_sets() -> list[int]:
    """Units whose subtree by numbers isn't their subtree by parents; a unit on a cycle counts too."""
    walked, numbered = descendants_by_walk(), descendants_by_numbers()
    return [unit_id for unit_id, below in numbered.items() if walked.get(unit_id) != below]
