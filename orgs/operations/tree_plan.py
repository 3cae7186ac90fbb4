"""What an import of units would do: every row is compared with the tree as it would stand afterwards, no fault is raised.

Reads only; tree_import.py writes. Siblings, children and superiors are those of the final state, so that what the rows
do together (two siblings swap names, a unit changes kind and place) is judged as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.excel.tree_import import TreeTable, UnitRow, codes_in_rings
from orgs.exceptions import InvalidUnit
from orgs.models import OrgUnit, UnitKind
from orgs.operations import placement, tree_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orgs.kernel.xlsx import RowError

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
    """What an import would do. With errors nothing is done. Moves stand in the order in which no unit goes below itself."""

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


class Planner:
    """Compares rows with the database; every fault of every row is noted, none raised."""

    def __init__(self, table: TreeTable, under: OrgUnit | None) -> None:
        self.table = table
        self.under = under
        self.kinds: dict[str, UnitKind] = UnitKind.objects.in_bulk()
        self.allowed: dict[tuple[str, str | None], bool] = {}
        self.renamed: list[UnitRow] = []  # or moved: whose name is new where they will stand
        self.turned: dict[int, UnitRow] = {}  # units that become of another kind, by id
        self.code_of: dict[int, str] = {}  # of units that move
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
        parent_of = self._superiors()
        ringed = codes_in_rings(parent_of)
        for row in self.rows.values():
            if row.code in ringed and self._is_placed_anew(row):
                self.table.error(row, "parent_code", row.parent_code, _("上级关系成环，请改正上级代码。"))
            elif self._is_sound(row):
                self._sort(row, plan)
        self._refuse_same_names(plan)
        self._refuse_children()
        if plan.moved and not self.table.errors:
            depth_of = _depths(parent_of)
            plan.moved.sort(key=lambda move: depth_of[self.code_of[move[0]]])
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

    def _is_placed_anew(self, row: UnitRow) -> bool:
        unit = self.known.get(row.code)
        return unit is None or unit.parent_code != row.parent_code

    def _superiors(self) -> dict[str, str]:
        """Code -> code of the superior as it will be: of every row and, where known units move, of all above them."""
        parent_of = {row.code: row.parent_code for row in self.rows.values()}
        if any(row.code in self.known and self._is_placed_anew(row) for row in self.rows.values()):
            while above := set(parent_of.values()) - parent_of.keys() - {""}:
                parent_of |= dict.fromkeys(above, "") | dict(_codes_above(above))
        return parent_of

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
        unit = self.known.get(row.code)
        for name in self.kinds[row.kind].required_fields:
            stands = unit is not None and not self._has(name) and getattr(unit, name, None)
            if not stands and not getattr(row, name, None):
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
            self.code_of[unit.pk] = row.code
        if is_moved or "name" in facts:
            self.renamed.append(row)
        if "kind_id" in facts:
            self.turned[unit.pk] = row
        if facts or is_moved:
            plan.n_changed += 1
        else:
            plan.n_unchanged += 1

    def _has(self, name: str) -> bool:
        return name in self.table.captions or (name == "name" and "path" in self.table.captions)

    def _refuse_same_names(self, plan: Plan) -> None:
        """T8: no two open units of one name below one parent, in the file or in the database, once all is done."""
        first: dict[tuple[str, str], UnitRow] = {}
        for row in self.rows.values():
            other = first.setdefault((row.parent_code, row.name), row)
            if other is not row:
                message = _("与第 %(n)s 行在同一上级下重名，请写出能区分的全称。") % {"n": other.number}
                self.table.error(row, "name", row.name, message)
        arriving = [*plan.created, *self.renamed]
        below = {row.parent_code for row in arriving} & (self.known.keys() | {""})
        taken = set(_names_below(below, self.rows.keys()))
        for row in arriving:
            if (row.parent_code, row.name) in taken:
                self.table.error(row, "name", row.name, _("同一上级下已有这个名称，请核对代码。"))

    def _refuse_children(self) -> None:
        """A unit that becomes of another kind must be able to have the children of which the file says nothing."""
        ids = list(self.turned)
        for batch in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH)):
            children = OrgUnit.objects.in_operation().filter(parent__in=batch)
            found = children.order_by().values_list("parent_id", "kind_id", "code")
            misfits = {
                unit_id
                for unit_id, kind, code in found
                if code not in self.rows and not self.kinds[self.turned[unit_id].kind].may_contain(kind)
            }
            for row in (self.turned[unit_id] for unit_id in batch if unit_id in misfits):
                self.table.error(row, "kind", row.kind, _("不能设立它现有的下级，请先调整下级，再改类型。"))


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
    """(parent code, name) of the open units below these ("": without superior), without the rows of the file."""
    left_out = set(apart_from)
    wanted = sorted(parent_codes)
    in_operation = OrgUnit.objects.in_operation()
    found = [
        in_operation.filter(parent__code__in=wanted[at : at + BATCH]) for at in range(0, len(wanted), BATCH)
    ]
    if "" in wanted:
        found.append(in_operation.filter(parent=None))
    for below in found:
        for parent_code, name, code in below.values_list("parent__code", "name", "code"):
            if code not in left_out:
                yield parent_code or "", name


def _codes_above(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(code, code of the superior or "") of these units."""
    wanted = sorted(codes)
    for start in range(0, len(wanted), BATCH):
        units = OrgUnit.objects.filter(code__in=wanted[start : start + BATCH]).order_by()
        for code, parent_code in units.values_list("code", "parent__code"):
            yield code, parent_code or ""


def _depths(parent_of: dict[str, str]) -> dict[str, int]:
    """How far from the top each code will stand; there are no rings any more."""
    depth_of: dict[str, int] = {"": 0}
    for start in parent_of:
        trail, code = [], start
        while code not in depth_of:
            trail.append(code)
            code = parent_of.get(code, "")
        for each in reversed(trail):
            depth_of[each] = depth_of[parent_of.get(each, "")] + 1
    return depth_of
