"""Opening many units below many superiors of one tree at once; the statements don't grow with their number."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.excel.tree_import import UnitRow
from orgs.exceptions import InvalidUnit
from orgs.models import OrgUnit, UnitKind
from orgs.operations import bulk_load, ledger, locks, numbering, placement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from orgs.models import User


@dataclass(frozen=True, slots=True)
class UnitBelow:
    """A unit to be opened below a superior."""

    parent_id: int
    kind: str
    code: str
    name: str
    intake_year: int | None = None
    position: int = 0
    opened_on: date | None = None


def open_below(new: Sequence[UnitBelow], *, by: User | None) -> list[OrgUnit]:
    """新增 below several superiors; part of an operation that holds a transaction.

    Raises MayNotContain, InvalidUnit, NotAllowed.
    """
    if not new:
        return []
    parents = locks.lock_units({each.parent_id for each in new})
    if (
        len(parents) != len({each.parent_id for each in new})
        or len({p.tree_id for p in parents.values()}) != 1
    ):
        raise InvalidUnit(_("组织架构刚刚有变动，请刷新页面后再试。"))
    placement.refuse_stranger(by, *parents.values())
    kinds = UnitKind.objects.in_bulk({each.kind for each in new})
    rows = [_row(each) for each in new]
    for each, row in zip(new, rows, strict=True):
        placement.refuse_incomplete(kinds[each.kind], row)
    for parent_id, kind in {(each.parent_id, each.kind) for each in new}:
        placement.refuse_wrong_place(kinds[kind], parents[parent_id])
    placement.refuse_taken_codes([row.code for row in rows])
    _refuse_taken_names(new)
    return _inserted(_values(new, rows, parents, kinds), by=by)


def _row(new: UnitBelow) -> UnitRow:
    facts = ("", new.intake_year, new.position, new.opened_on)
    return UnitRow(new.code.strip(), "", new.name.strip(), new.kind, *facts)


def _refuse_taken_names(new: Sequence[UnitBelow]) -> None:
    pairs = Counter((each.parent_id, each.name.strip()) for each in new)
    siblings = OrgUnit.objects.in_operation().filter(parent_id__in={each.parent_id for each in new})
    known = siblings.filter(name__in={name for _parent, name in pairs}).values_list("parent_id", "name")
    taken = {pair for pair, n in pairs.items() if n > 1} | set(known) & pairs.keys()
    if taken:
        raise InvalidUnit(_("同一上级下已有“%(name)s”，请写出能区分的全称。") % {"name": min(taken)[1]})


def _values(
    new: Sequence[UnitBelow],
    rows: Sequence[UnitRow],
    parents: dict[int, OrgUnit],
    kinds: dict[str, UnitKind],
) -> list[list[object]]:
    """Rows of the table, each superior's one after the other at the end of its subtree."""
    below: dict[int, list[int]] = defaultdict(list)
    for serial, each in enumerate(new):
        below[each.parent_id].append(serial)
    tree_id = next(iter(parents.values())).tree_id
    gaps = [(parents[parent_id].rght, 2 * len(serials)) for parent_id, serials in below.items()]
    first_id = bulk_load.reserve_ids(len(rows))
    values = []
    for (parent_id, serials), begin in zip(below.items(), numbering.make_gaps(tree_id, gaps), strict=True):
        parent = parents[parent_id]
        for nth, serial in enumerate(serials):
            place = (tree_id, begin + 2 * nth, begin + 2 * nth + 1, parent.depth + 1)
            line = placement.line_of(kinds[new[serial].kind], parent)
            values.append(bulk_load.unit_values(rows[serial], first_id + serial, parent_id, line, place))
    return values


def _inserted(values: list[list[object]], *, by: User | None) -> list[OrgUnit]:
    first_id = min(int(str(row[0])) for row in values)
    bulk_load.add_units(values)
    found = OrgUnit.objects.filter(pk__range=(first_id, first_id + len(values) - 1))
    units = list(found.select_related("kind").order_by("pk"))
    ledger.record_many("unit.created", units, by=by)
    return units
