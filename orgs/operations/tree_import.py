"""Import of units from a table: everything is compared and checked first, then written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.excel.tree_import import TreeTable, UnitRow, codes_in_rings
from orgs.exceptions import InvalidUnit
from orgs.models import OrgUnit, UnitKind
from orgs.operations import bulk_load, locks, placement, tree, tree_extension, tree_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orgs.kernel.xlsx import RowError
    from orgs.models import User

ALL_AT_ONCE = 5_000  # beyond so many codes the whole table is read rather than asked for by code
BATCH = 500
AMENDED = {
    "name": "name",
    "kind": "kind_id",
    "short_name": "short_name",
    "intake_year": "intake_year",
    "position": "position",
    "opened_on": "opened_on",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A unit that stands in the database already."""

    pk: int
    code: str
    parent_code: str
    kind_id: str
    name: str
    short_name: str
    intake_year: int | None
    position: int
    opened_on: object
    is_open: bool


@dataclass(slots=True)
class Plan:
    """What an import would do. With errors nothing is done."""

    created: list[UnitRow] = field(default_factory=list)
    amended: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    moved: list[tuple[int, str]] = field(default_factory=list)
    n_changed: int = 0
    n_unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """created, changed, unchanged, errors: what the command prints."""
        return {
            "created": len(self.created),
            "changed": self.n_changed,
            "unchanged": self.n_unchanged,
            "errors": len(self.errors),
        }


@transaction.atomic
def import_units(
    table: TreeTable, *, under: OrgUnit | None = None, by: User | None, dry_run: bool = False
) -> Plan:
    """Compare the table with the tree and, if nothing is wrong and it is no dry run, write the difference.

    Units are matched by code, or by path where the table has no codes. `under` takes the rows without a parent.
    A second run changes nothing.
    """
    plan = _Planner(table, under).plan()
    if not plan.errors and not dry_run:
        _apply(plan, by=by)
    return plan


class _Planner:
    """Compares rows with the database; every fault of every row is noted, none raised."""

    def __init__(self, table: TreeTable, under: OrgUnit | None) -> None:
        self.table = table
        self.under = under
        self.kinds: dict[str, UnitKind] = UnitKind.objects.in_bulk()
        self.allowed: dict[tuple[str, str | None], bool] = {}
        if not self.kinds:
            raise InvalidUnit(_("还没有团组织类型，请先加载基础数据（loaddata unit_kinds）。"))
        if "path" in table.captions:
            tree_paths.give_codes(table, under)
        self.rows = self._distinct(table.rows)
        self.known = {unit.code: unit for unit in _known_units(self.rows, under)}

    def plan(self) -> Plan:
        plan = Plan()
        for row in self.rows.values():
            self._place(row)
        ringed = codes_in_rings(self.rows.values())
        for row in self.rows.values():
            if row.code in ringed:
                self.table.error(row, "parent_code", row.parent_code, _("上级关系成环，请改正上级代码。"))
            elif self._is_sound(row):
                self._sort(row, plan)
        self._refuse_same_names(plan)
        plan.errors = sorted(self.table.errors, key=lambda error: error.row)
        return plan

    def _distinct(self, rows: list[UnitRow]) -> dict[str, UnitRow]:
        found: dict[str, UnitRow] = {}
        for row in rows:
            first = found.setdefault(row.code, row)
            if first is not row:
                self.table.error(row, "code", row.code, _("与第 %(n)s 行的代码重复。") % {"n": first.number})
        return found

    def _place(self, row: UnitRow) -> None:
        """Rows without parent go below `under`; what stands below the national office is a tree of its own."""
        if not row.parent_code and self.under is not None:
            row.parent_code = self.under.code
        if row.parent_code and self._kind_of(row.parent_code) == "national":
            row.parent_code = ""

    def _kind_of(self, code: str) -> str | None:
        if code in self.rows:
            return self.rows[code].kind
        return self.known[code].kind_id if code in self.known else None

    def _is_sound(self, row: UnitRow) -> bool:
        parent_kind = self._kind_of(row.parent_code) if row.parent_code else None
        fault: tuple[str, str, str] | None = None
        if row.parent_code and parent_kind is None:
            fault = ("parent_code", row.parent_code, _("找不到这个上级，请先列出上级，或改正代码。"))
        elif not self._may_stand_below(row.kind, parent_kind):
            fault = ("kind", row.kind, _("不能设在它的上级之下，请检查类型和上级。"))
        else:
            fault = self._missing_field(row) or self._closed(row)
        if fault:
            self.table.error(row, *fault)
        return fault is None

    def _may_stand_below(self, kind: str, parent_kind: str | None) -> bool:
        pair = (kind, parent_kind)
        if pair not in self.allowed:
            parent = self.kinds[parent_kind] if parent_kind else None
            self.allowed[pair] = placement.may_stand_below(self.kinds[kind], parent)
        return self.allowed[pair]

    def _missing_field(self, row: UnitRow) -> tuple[str, str, str] | None:
        for name in self.kinds[row.kind].required_fields:
            if not getattr(row, name, None):
                return name, "", _("这种类型必须填写这一项。")
        return None

    def _closed(self, row: UnitRow) -> tuple[str, str, str] | None:
        parent, unit = self.known.get(row.parent_code), self.known.get(row.code)
        if parent is not None and not parent.is_open:
            return "parent_code", row.parent_code, _("上级已撤销，请改用在册的上级。")
        if unit is not None and not unit.is_open:
            return "code", row.code, _("这个团组织已撤销，请从表中删去，或换一个代码。")
        return None

    def _sort(self, row: UnitRow, plan: Plan) -> None:
        unit = self.known.get(row.code)
        if unit is None:
            plan.created.append(row)
            return
        facts = {
            attribute: getattr(row, name)
            for name, attribute in AMENDED.items()
            if self._has(name) and getattr(row, name) != getattr(unit, attribute)
        }
        is_moved = unit.parent_code != row.parent_code
        if facts:
            plan.amended.append((unit.pk, facts))
        if is_moved:
            plan.moved.append((unit.pk, row.parent_code))
        if facts or is_moved:
            plan.n_changed += 1
        else:
            plan.n_unchanged += 1

    def _has(self, name: str) -> bool:
        return name in self.table.captions or (name == "name" and "path" in self.table.captions)

    def _refuse_same_names(self, plan: Plan) -> None:
        """T8 for what is new: no two units of one name below one parent, in the file or in the database."""
        first: dict[tuple[str, str], UnitRow] = {}
        for row in self.rows.values():
            other = first.setdefault((row.parent_code, row.name), row)
            if other is not row:
                message = _("与第 %(n)s 行在同一上级下重名，请写出能区分的全称。") % {"n": other.number}
                self.table.error(row, "name", row.name, message)
        below_known = {row.parent_code for row in plan.created} & self.known.keys()
        taken = set(_names_below(below_known, self.rows.keys()))
        for row in plan.created:
            if (row.parent_code, row.name) in taken:
                self.table.error(row, "name", row.name, _("同一上级下已有这个名称，请核对代码。"))


def _known_units(rows: dict[str, UnitRow], under: OrgUnit | None) -> Iterator[Known]:
    codes = rows.keys() | {row.parent_code for row in rows.values() if row.parent_code}
    codes |= {under.code} if under else set()
    units = OrgUnit.objects.order_by()
    fields = (
        "pk",
        "code",
        "parent__code",
        "kind_id",
        "name",
        "short_name",
        "intake_year",
        "position",
        "opened_on",
        "is_open",
    )
    wanted = sorted(codes)
    batches = [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]
    selections = [units] if len(codes) > ALL_AT_ONCE else [units.filter(code__in=batch) for batch in batches]
    for selection in selections:
        for pk, code, parent_code, *facts in selection.values_list(*fields).iterator(chunk_size=20_000):
            if code in codes:
                yield Known(pk, code, parent_code or "", *facts)


def _names_below(parent_codes: Iterable[str], apart_from: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(parent code, name) of the open units below these, without the rows of the file."""
    left_out = set(apart_from)
    wanted = sorted(parent_codes)
    for start in range(0, len(wanted), BATCH):
        below = OrgUnit.objects.in_operation().filter(parent__code__in=wanted[start : start + BATCH])
        for parent_code, name, code in below.values_list("parent__code", "name", "code"):
            if code not in left_out:
                yield parent_code, name


def _apply(plan: Plan, *, by: User | None) -> None:
    locks.lock_forest()
    whole, below = _whole_trees(plan.created)
    bulk_load.load_tree(whole, by=by)
    tree_extension.add_below(below, by=by)
    for unit_id, facts in plan.amended:
        verb = "unit.renamed" if "name" in facts else "unit.amended"
        tree.amend_unit(OrgUnit(pk=unit_id), facts, by=by, reason=_("导入"), verb=verb)
    parents = OrgUnit.objects.select_related("kind")
    for unit_id, parent_code in plan.moved:
        parent = parents.get(code=parent_code) if parent_code else None
        tree.move_unit(OrgUnit(pk=unit_id), parent, reason=_("导入"), by=by)


def _whole_trees(rows: list[UnitRow]) -> tuple[list[UnitRow], list[UnitRow]]:
    """Rows of trees that are new from the root on, and rows that hang below units of the database."""
    parent_of = {row.code: row.parent_code for row in rows}
    top_of: dict[str, str] = {}
    for code in parent_of:
        trail = []
        while code in parent_of and code not in top_of:
            trail.append(code)
            code = parent_of[code]
        top = top_of.get(code, code)
        top_of |= dict.fromkeys(trail, top)
    whole = [row for row in rows if not top_of[row.code]]
    return whole, [row for row in rows if top_of[row.code]]
