"""Tables that name units by path (“海南大学/农学院/…”): existing units are found step by step, new ones get a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs import naming
from orgs.models import OrgUnit

if TYPE_CHECKING:
    from orgs.excel.tree_import import TreeTable, UnitRow

BATCH = 500
Path = tuple[str, ...]


def give_codes(table: TreeTable, under: OrgUnit | None) -> None:
    """Fill code and parent code of every row; rows whose superior is nowhere leave the table with an error.

    Paths begin below `under`, or at a province. A unit of that path that is in operation is the unit of the row.
    """
    rows: dict[Path, UnitRow] = {}
    for row in table.rows:
        first = rows.setdefault(row.path, row)
        if first is not row:
            table.error(row, "path", "/".join(row.path), _("与第 %(n)s 行重复。") % {"n": first.number})
    known = _codes_by_path(set(rows), under)
    codes = _Codes()
    for path in sorted(rows, key=len):
        row = rows[path]
        parent_code = known.get(path[:-1])
        if parent_code is None:
            message = _("找不到上级“%(parent)s”，请先列出上级，或检查名称。") % {
                "parent": "/".join(path[:-1])
            }
            table.error(row, "path", "/".join(path), message)
            del rows[path]
            continue
        row.parent_code = parent_code
        row.code = known.get(path) or row.code or codes.next_below(parent_code)
        known[path] = row.code
    table.rows[:] = rows.values()


def _codes_by_path(paths: set[Path], under: OrgUnit | None) -> dict[Path, str]:
    """Codes of the units in operation on these paths; the empty path is `under`, or the top of the forest."""
    known: dict[Path, str] = {(): under.code if under else ""}
    ids: dict[int | None, Path] = {under.pk if under else None: ()}
    wanted = {path[: n + 1] for path in paths for n in range(len(path))}
    while ids:
        found: dict[int | None, Path] = {}
        for pk, parent_id, name, code in _children(list(ids)):
            path = (*ids[parent_id], name)
            if path in wanted:
                known[path] = code
                found[pk] = path
        ids = found
    return known


def _children(parent_ids: list[int | None]) -> list[tuple[int, int | None, str, str]]:
    units = OrgUnit.objects.in_operation()
    fields = ("pk", "parent_id", "name", "code")
    if parent_ids == [None]:
        return list(units.filter(parent=None).values_list(*fields))
    return [
        row
        for start in range(0, len(parent_ids), BATCH)
        for row in units.filter(parent__in=parent_ids[start : start + BATCH]).values_list(*fields)
    ]


class _Codes:
    """The next free code below a parent: PARENT-001, PARENT-002 …"""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}

    def next_below(self, parent_code: str) -> str:
        serial = self.last.get(parent_code, 0) + 1
        while OrgUnit.objects.filter(code=naming.child_code(parent_code, serial)).exists():
            serial += 1
        self.last[parent_code] = serial
        return naming.child_code(parent_code, serial)
