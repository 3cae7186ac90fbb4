"""The one door to the tree: create, rename, amend; moves.py (move, merge) and closing.py (close, reopen) are re-exported here.

Every operation takes the lock of the trees concerned, reads the units again, changes lft/rght by `numbering`, writes the
version rows of the same moment, and leaves an audit line. The units returned are fresh; those given may be stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.excel.tree_import import UnitRow
from orgs.exceptions import InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit, UnitKind
from orgs.operations import bulk_load, ledger, locks, numbering, placement
from orgs.operations.closing import change_of_closing, change_of_reopening, close_units, reopen_units
from orgs.operations.moves import merge_units, move_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from orgs.models import User

AMENDABLE = ("name", "short_name", "intake_year", "position", "opened_on", "kind_id")


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be created."""

    kind: str
    name: str
    code: str
    short_name: str = ""
    intake_year: int | None = None
    position: int = 0
    opened_on: date | None = None


@transaction.atomic
def create_unit(
    parent: OrgUnit | None,
    *,
    kind: str,
    name: str,
    code: str,
    by: User | None,
    short_name: str = "",
    intake_year: int | None = None,
    position: int = 0,
    opened_on: date | None = None,
) -> OrgUnit:
    """新增: one unit below `parent`; a province or the national office without parent begins a tree of its own.

    Raises MayNotContain, InvalidUnit, NotAllowed.
    """
    new = NewUnit(kind, name, code, short_name, intake_year, position, opened_on)
    return create_units(parent, [new], by=by)[0]


@transaction.atomic
def create_units(parent: OrgUnit | None, new: Sequence[NewUnit], *, by: User | None) -> list[OrgUnit]:
    """Many units below one parent, in this order; room in the tree is made once."""
    if not new:
        return []
    if parent is None or parent.is_national:
        return [_create_root(each, by=by) for each in new]
    parent = _locked(parent.pk)
    placement.refuse_stranger(by, parent)
    rows, kinds = _checked(new, parent)
    _refuse_taken(parent.pk, rows)
    at = parent.rght
    numbering.make_room(parent.tree_id, at, 2 * len(rows))
    first_id = bulk_load.reserve_ids(len(rows))
    return _inserted(
        [
            bulk_load.unit_values(
                row,
                first_id + serial,
                parent.pk,
                placement.line_of(kinds[row.kind], parent),
                (parent.tree_id, at + 2 * serial, at + 2 * serial + 1, parent.depth + 1),
            )
            for serial, row in enumerate(rows)
        ],
        first_id,
        by=by,
    )


def _create_root(new: NewUnit, *, by: User | None) -> OrgUnit:
    if by is not None:
        raise NotAllowed
    locks.lock_forest()
    rows, kinds = _checked([new], None)
    _refuse_taken(None, rows)
    if new.kind == Kind.NATIONAL and OrgUnit.objects.filter(kind=Kind.NATIONAL).exists():
        raise InvalidUnit(_("团中央只能有一个，请改用已有的团组织。"))
    first_id = bulk_load.reserve_ids(1)
    line = placement.line_of(kinds[new.kind], None)
    values = bulk_load.unit_values(rows[0], first_id, None, line, (numbering.next_tree_id(), 1, 2, 0))
    return _inserted([values], first_id, by=by)[0]


def _checked(new: Sequence[NewUnit], parent: OrgUnit | None) -> tuple[list[UnitRow], dict[str, UnitKind]]:
    kinds = UnitKind.objects.in_bulk({each.kind for each in new})
    rows = []
    for each in new:
        if each.kind not in kinds:
            raise InvalidUnit(_("没有“%(kind)s”这种类型，请检查类型。") % {"kind": each.kind})
        name, code = each.name.strip(), each.code.strip()
        facts = (each.short_name, each.intake_year, each.position, each.opened_on)
        row = UnitRow(code, "", name, each.kind, *facts)
        placement.refuse_incomplete(kinds[each.kind], row)
        rows.append(row)
    for kind in kinds.values():
        placement.refuse_wrong_place(kind, parent)
    return rows, kinds


def _refuse_taken(parent_id: int | None, rows: Sequence[UnitRow]) -> None:
    placement.refuse_taken_codes([row.code for row in rows])
    placement.refuse_sibling_names(parent_id, [row.name for row in rows])


def _inserted(values: Sequence[Sequence[object]], first_id: int, *, by: User | None) -> list[OrgUnit]:
    """Rows of the table go in without model instances: a batch of 1,000 must cost little more than one unit."""
    bulk_load.add_units(values)
    inserted = OrgUnit.objects.filter(pk__range=(first_id, first_id + len(values) - 1))
    units = list(inserted.select_related("kind").order_by("pk"))
    ledger.record_many("unit.created", units, by=by)
    return units


@transaction.atomic
def rename_unit(
    unit: OrgUnit,
    *,
    name: str,
    by: User | None,
    short_name: str | None = None,
    reason: str = "",
    version: int | None = None,
) -> OrgUnit:
    """更名: the former name stays findable. `version` is that of the page the person saw; Conflict if it is stale."""
    facts: dict[str, object] = {"name": name.strip()}
    if short_name is not None:
        facts["short_name"] = short_name.strip()
    return amend_unit(unit, facts, by=by, reason=reason, version=version, verb="unit.renamed")


@transaction.atomic
def amend_unit(
    unit: OrgUnit,
    facts: dict[str, object],
    *,
    by: User | None,
    reason: str = "",
    version: int | None = None,
    verb: str = "unit.amended",
) -> OrgUnit:
    """Change facts other than the place (AMENDABLE). Facts that already stand change nothing and leave no trace."""
    unit = _locked(unit.pk)
    placement.refuse_stranger(by, unit)
    placement.refuse_closed(unit)
    placement.refuse_stale(unit, version)
    changed = _set(unit, facts)
    if not changed:
        return unit
    _refuse_amended(unit, changed)
    return _written(unit, changed, by=by, reason=reason, verb=verb)


@transaction.atomic
def amend_planned(
    unit: OrgUnit, facts: dict[str, object], *, by: User | None, reason: str, verb: str
) -> OrgUnit:
    """`amend_unit` as one of many changes that were judged together, against the tree as it will be (tree_plan.py).

    Siblings, children and superior are not asked: on the way there they may stand otherwise. Raises InvalidUnit, NotAllowed.
    """
    unit = _locked(unit.pk)
    placement.refuse_stranger(by, unit)
    placement.refuse_closed(unit)
    changed = _set(unit, facts)
    if not changed:
        return unit
    _refuse_incomplete(unit)
    return _written(unit, changed, by=by, reason=reason, verb=verb)


def _set(unit: OrgUnit, facts: dict[str, object]) -> list[str]:
    """Facts that differ, set on the unit; their names."""
    changed = [name for name in facts if name in AMENDABLE and getattr(unit, name) != facts[name]]
    for name in changed:
        setattr(unit, name, facts[name])
    return changed


def _written(unit: OrgUnit, changed: list[str], *, by: User | None, reason: str, verb: str) -> OrgUnit:
    if "kind_id" in changed:
        unit.line = placement.line_of(unit.kind, _superior_of(unit))
    unit.version += 1
    # update(), not save(): the machinery of the tree library behind save() reads numbers of its own.
    OrgUnit.objects.filter(pk=unit.pk).update(
        **{name: getattr(unit, name) for name in changed}, line=unit.line, version=unit.version
    )
    at = clock.now()
    placement.record_placement([unit], at)
    if "kind_id" in changed:
        placement.refresh_lines(unit, at)
    placement.refresh_search_keys([unit])
    ledger.record(verb, unit, by=by, unit=unit, reason=reason, fields=changed)
    return unit


def _refuse_amended(unit: OrgUnit, changed: Iterable[str]) -> None:
    _refuse_incomplete(unit)
    if "name" in changed:
        placement.refuse_sibling_names(unit.parent_id, [unit.name], apart_from=unit.pk)
    if "kind_id" in changed:
        placement.refuse_wrong_place(unit.kind, _superior_of(unit))
        placement.refuse_children(unit, unit.kind)


def _refuse_incomplete(unit: OrgUnit) -> None:
    kind = UnitKind.objects.filter(pk=unit.kind_id).first()
    if kind is None:
        raise InvalidUnit
    unit.kind = kind
    placement.refuse_incomplete(kind, unit)


def _superior_of(unit: OrgUnit) -> OrgUnit | None:
    superior: OrgUnit | None = OrgUnit.objects.select_related("kind").filter(pk=unit.parent_id).first()
    return superior


def _locked(unit_id: int) -> OrgUnit:
    found = locks.lock_units([unit_id])
    if unit_id not in found:
        raise InvalidUnit(_("找不到这个团组织，请刷新页面后再试。"))
    return found[unit_id]


__all__ = [
    "AMENDABLE",
    "NewUnit",
    "amend_planned",
    "amend_unit",
    "change_of_closing",
    "change_of_reopening",
    "close_units",
    "create_unit",
    "create_units",
    "merge_units",
    "move_unit",
    "rename_unit",
    "reopen_units",
]
