"""Moving and merging units, inside one tree or between two; `operations/tree.py` re-exports both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger, locks, numbering, placement, upper
from orgs.operations.numbering import Block
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import User


@transaction.atomic
def move_unit(
    unit: OrgUnit, new_parent: OrgUnit | None, *, reason: str, by: User | None, version: int | None = None
) -> OrgUnit:
    """调整上级: the unit goes with everything below it, to another place of its tree or into another tree.

    Without `new_parent` it becomes a tree of its own. Already there: nothing changes. Raises MayNotContain, InvalidUnit,
    NotAllowed, Conflict.
    """
    if new_parent is not None and new_parent.is_national:
        new_parent = None
    unit, target = _locked_pair(unit, new_parent)
    placement.refuse_stranger(by, unit, target) if by else None
    placement.refuse_closed(unit)
    placement.refuse_stale(unit, version)
    if unit.parent_id == (target.pk if target else None):
        return unit
    _refuse_wrong_move(unit, target)
    return _moved(unit, target, reason=reason, by=by)


@transaction.atomic
def move_planned(unit: OrgUnit, new_parent: OrgUnit | None, *, reason: str, by: User | None) -> OrgUnit:
    """`move_unit` as one of many changes that were judged together, against the tree as it will be (tree_plan.py).

    Names and kinds of the place are not asked. Raises InvalidUnit, NotAllowed.
    """
    unit, target = _locked_pair(unit, new_parent)
    placement.refuse_stranger(by, unit, target) if by else None
    placement.refuse_closed(unit)
    _refuse_ring(unit, target)
    return _moved(unit, target, reason=reason, by=by)


def _moved(unit: OrgUnit, target: OrgUnit | None, *, reason: str, by: User | None) -> OrgUnit:
    _renumber(unit, target)
    old_parent_id = unit.parent_id
    unit = _replaced(unit, target)
    at = clock.now()
    placement.record_placement([unit], at)
    placement.refresh_lines(unit, at)
    upper.apply(change_of_move(unit, target, reason=reason, by=by, at=at))
    ledger.record(
        "unit.moved",
        unit,
        by=by,
        unit=unit,
        reason=reason,
        old_parent=old_parent_id,
        new_parent=unit.parent_id,
    )
    return unit


def change_of_move(
    unit: OrgUnit, target: OrgUnit | None, *, by: User | None, reason: str = "", at: datetime | None = None
) -> upper.Change:
    """The change that upper apps preview and apply when a unit moves."""
    target_id = target.pk if target else None
    return upper.Change(upper.Verb.MOVE, (unit.pk,), UnitsInCharge.below(unit), target_id, by, reason, at)


@transaction.atomic
def merge_units(
    source: OrgUnit, target: OrgUnit, *, reason: str, by: User | None, version: int | None = None
) -> OrgUnit:
    """合并: what stands below `source` goes below `target`; `source` closes and names its successor.

    Returns the target. `version` is that of the page the person saw. Raises MayNotContain, InvalidUnit, NotAllowed, Conflict.
    """
    source, target = _locked_two(source, target)
    placement.refuse_stranger(by, source, target)
    placement.refuse_stranger_to_closing(by, [source])
    placement.refuse_closed(source)
    placement.refuse_stale(source, version)
    placement.refuse_closed(target)
    if Block.of(source).contains(target):
        raise InvalidUnit(_("不能并入自己或自己的下级，请选择别的团组织。"))
    children = list(OrgUnit.objects.filter(parent=source).select_related("kind"))
    _refuse_wrong_children(children, source, target)
    numbering.move_block(
        Block.below(source), target.tree_id, target.rght, depth_shift=target.depth - source.depth
    )
    at = clock.now()
    _retire(source, target, children, at)
    successor: OrgUnit = OrgUnit.objects.select_related("kind").get(pk=target.pk)
    placement.refresh_lines(successor, at)
    upper.apply(change_of_merger(source, target, reason=reason, by=by, at=at))
    ledger.record(
        "unit.merged", source, by=by, unit=source, reason=reason, target=target.pk, n_children=len(children)
    )
    return successor


def change_of_merger(
    source: OrgUnit, target: OrgUnit, *, by: User | None, reason: str = "", at: datetime | None = None
) -> upper.Change:
    """The change that upper apps preview and apply when a unit is merged into another."""
    return upper.Change(
        upper.Verb.MERGE, (source.pk,), UnitsInCharge.below(source), target.pk, by, reason, at
    )


def _refuse_wrong_children(children: list[OrgUnit], source: OrgUnit, target: OrgUnit) -> None:
    """What is open below the source must be able to stand below the target, under a name that nobody there has."""
    staying = [child for child in children if child.is_open and child.pk != target.pk]
    for kind in {child.kind_id: child.kind for child in staying}.values():
        placement.refuse_wrong_place(kind, target)
    if staying:
        # Into the superior: the source itself leaves the siblings' names.
        placement.refuse_sibling_names(target.pk, [child.name for child in staying], apart_from=source.pk)


def _refuse_ring(unit: OrgUnit, target: OrgUnit | None) -> None:
    if target is not None and Block.of(unit).contains(target):
        raise InvalidUnit(_("不能调整到自己或自己的下级之下，请选择别的上级。"))


def _refuse_wrong_move(unit: OrgUnit, target: OrgUnit | None) -> None:
    _refuse_ring(unit, target)
    placement.refuse_wrong_place(unit.kind, target)
    placement.refuse_sibling_names(target.pk if target else None, [unit.name], apart_from=unit.pk)


def _renumber(unit: OrgUnit, target: OrgUnit | None) -> None:
    block = Block.of(unit)
    if target is not None:
        numbering.move_block(block, target.tree_id, target.rght, depth_shift=target.depth + 1 - unit.depth)
        return
    numbering.move_block(block, numbering.next_tree_id(), 1, depth_shift=-unit.depth)


def _replaced(unit: OrgUnit, target: OrgUnit | None) -> OrgUnit:
    OrgUnit.objects.filter(pk=unit.pk).update(
        parent=target, line=placement.line_of(unit.kind, target), version=F("version") + 1
    )
    replaced: OrgUnit = OrgUnit.objects.select_related("kind").get(pk=unit.pk)
    return replaced


def _retire(source: OrgUnit, target: OrgUnit, children: list[OrgUnit], at: datetime) -> None:
    """Hand the children over and close the source."""
    OrgUnit.objects.filter(parent=source).update(parent=target, version=F("version") + 1)
    OrgUnit.objects.filter(pk=source.pk).update(
        is_open=False, closed_on=clock.local(at).date(), merged_into=target, version=F("version") + 1
    )
    source.is_open, source.closed_on, source.merged_into = False, clock.local(at).date(), target
    for child in children:
        child.parent_id = target.pk
    placement.record_placement([source, *children], at)


def _locked_pair(unit: OrgUnit, target: OrgUnit | None) -> tuple[OrgUnit, OrgUnit | None]:
    if target is None:
        locks.lock_forest()
        found = locks.lock_units([unit.pk])
        return _present(found, unit.pk), None
    return _locked_two(unit, target)


def _locked_two(one: OrgUnit, other: OrgUnit) -> tuple[OrgUnit, OrgUnit]:
    found = locks.lock_units([one.pk, other.pk])
    return _present(found, one.pk), _present(found, other.pk)


def _present(found: dict[int, OrgUnit], unit_id: int) -> OrgUnit:
    if unit_id not in found:
        raise InvalidUnit(_("找不到这个团组织，请刷新页面后再试。"))
    return found[unit_id]
