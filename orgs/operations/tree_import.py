"""Import of units from a table: everything is compared and checked first, then written in one transaction."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.excel.tree_import import KIND_ALIASES
from orgs.models import OrgUnit, UnitKind
from orgs.operations import bulk_load, locks, moves, tree, tree_extension
from orgs.operations.tree_plan import Plan, Planner

if TYPE_CHECKING:
    from orgs.excel.tree_import import TreeTable, UnitRow
    from orgs.models import User


def kinds_by_word() -> dict[str, str]:
    """What a table may write for a kind -> its code: codes and names as they stand, and what other tables call them.

    A name that two kinds have means neither.
    """
    kinds = list(UnitKind.objects.all())
    labels = {str(kind.label): str(kind) for kind in Kind} | {
        word: str(kind) for word, kind in KIND_ALIASES.items()
    }
    codes = {kind.code for kind in kinds}
    found = {word: code for word, code in labels.items() if code in codes}
    times = Counter(kind.name for kind in kinds)
    found |= {kind.name: kind.code for kind in kinds}
    found = {word: code for word, code in found.items() if times[word] <= 1}
    return found | {code: code for code in codes}


@transaction.atomic
def import_units(
    table: TreeTable, *, under: OrgUnit | None = None, by: User | None, dry_run: bool = False
) -> Plan:
    """Compare the table with the tree and, if nothing is wrong and it is no dry run, write the difference.

    Units are matched by code, or by path where the table has no codes. `under` takes the rows without a parent.
    A second run changes nothing.
    """
    if not dry_run:
        # Judged as a whole, so nobody may take a name or a place between the judgement and the writing.
        locks.lock_all()
    plan = Planner(table, under).plan()
    if not plan.errors and not dry_run:
        _apply(plan, by=by)
    return plan


def _apply(plan: Plan, *, by: User | None) -> None:
    add_rows(plan.created, by=by)
    for unit_id, facts in plan.amended:
        verb = "unit.renamed" if "name" in facts else "unit.amended"
        tree.amend_planned(OrgUnit(pk=unit_id), facts, by=by, reason=_("导入"), verb=verb)
    parents = OrgUnit.objects.select_related("kind")
    for unit_id, parent_code in plan.moved:
        parent = parents.get(code=parent_code) if parent_code else None
        moves.move_planned(OrgUnit(pk=unit_id), parent, reason=_("导入"), by=by)


@transaction.atomic
def add_rows(rows: list[UnitRow], *, by: User | None) -> None:
    """Units that are new, with codes: whole trees, and what hangs below units of the database. The rows were checked."""
    locks.lock_forest()
    whole, below = _whole_trees(rows)
    bulk_load.load_tree(whole, by=by)
    tree_extension.add_below(below, by=by)


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


__all__ = ["Plan", "add_rows", "import_units", "kinds_by_word"]
