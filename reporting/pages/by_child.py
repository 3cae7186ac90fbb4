"""Under which of a unit's direct children a row stands: counts per direct unit without a statement for each."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeVar

from orgs.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.querysets.scope import UnitsInCharge

T = TypeVar("T")


def children(unit: OrgUnit, in_charge: UnitsInCharge) -> list[OrgUnit]:
    """The units directly below it that the person sees, in official order, closed ones too; of the national office the provinces."""
    visible = OrgUnit.objects.within(in_charge)
    below = visible.provinces() if unit.is_national else visible.filter(parent=unit)
    return list(below.in_official_order())


def grouped(units: list[OrgUnit], rows: Iterable[tuple[int, int, T]]) -> dict[int, list[T]]:
    """child's id -> its rows. A row is (tree_id, lft of its unit, anything); what stands below none is left out."""
    placed = sorted(units, key=lambda each: (each.tree_id, each.lft))
    starts = [(each.tree_id, each.lft) for each in placed]
    found: dict[int, list[T]] = {each.pk: [] for each in units}
    for tree_id, lft, row in rows:
        at = bisect_right(starts, (tree_id, lft)) - 1
        if at >= 0 and placed[at].tree_id == tree_id and lft <= placed[at].rght:
            found[placed[at].pk].append(row)
    return found
