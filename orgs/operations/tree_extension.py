"""Adding many units at many places of existing trees: inserted in bulk, then each tree is numbered anew in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit
from orgs.models import OrgUnit, UnitKind
from orgs.operations import bulk_load, ledger, locks
from orgs.operations.renumbering import renumber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.excel.tree_import import UnitRow
    from orgs.models import User

BATCH = 500
BEHIND_ALL = 1_000_000_000  # provisional numbers: behind everything the tree has


def add_below(rows: list[UnitRow], *, by: User | None) -> None:
    """Insert rows below units of the database with provisional numbers, then number each tree anew in one pass."""
    if not rows:
        return
    new_codes = {row.code for row in rows}
    parents = _parents({row.parent_code for row in rows} - new_codes)
    kinds = UnitKind.objects.in_bulk()
    first_id = bulk_load.reserve_ids(len(rows))
    placed: dict[str, tuple[int, str, int]] = {
        parent.code: (parent.pk, parent.line, parent.tree_id) for parent in parents
    }
    values = []
    for serial, row in enumerate(_parents_first(rows)):
        parent_id, parent_line, tree_id = placed[row.parent_code]
        line = kinds[row.kind].line or parent_line
        lft = BEHIND_ALL + 2 * serial
        values.append(
            bulk_load.unit_values(row, first_id + serial, parent_id, line, (tree_id, lft, lft + 1, 0))
        )
        placed[row.code] = (first_id + serial, line, tree_id)
    bulk_load.add_units(values)
    for root in OrgUnit.objects.filter(parent=None, tree_id__in={parent.tree_id for parent in parents}):
        renumber(root.pk, root.tree_id)
        ledger.record("tree.extended", root, by=by, unit=root, n_units=len(rows))


def _parents(codes: set[str]) -> list[OrgUnit]:
    """The units below which rows are added, their trees locked."""
    wanted = sorted(codes)
    ids = [
        pk
        for start in range(0, len(wanted), BATCH)
        for pk in OrgUnit.objects.filter(code__in=wanted[start : start + BATCH]).values_list("pk", flat=True)
    ]
    parents = list(locks.lock_units(ids).values())
    if len(parents) != len(codes):
        raise InvalidUnit(_("导入期间组织架构有变动，请重新导入。"))
    return parents


def _parents_first(rows: list[UnitRow]) -> Iterator[UnitRow]:
    below: dict[str, list[UnitRow]] = {}
    for row in rows:
        below.setdefault(row.parent_code, []).append(row)
    codes = {row.code for row in rows}
    stack = [row for row in reversed(rows) if row.parent_code not in codes]
    while stack:
        row = stack.pop()
        yield row
        stack.extend(reversed(below.get(row.code, [])))
