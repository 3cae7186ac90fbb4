"""Loading whole trees: own numbering in one depth-first pass in memory, then COPY (PostgreSQL) or executemany (SQLite)."""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from orgs import naming
from orgs.excel.tree_import import UnitRow
from orgs.exceptions import InvalidUnit, MayNotContain
from orgs.kernel import clock, fast_rows, statistics
from orgs.models import OrgUnit, UnitKind, UnitVersion
from orgs.operations import ledger, locks, numbering, placement, search_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orgs.models import User

CHUNK = 20_000
COLUMNS = (
    "id",
    "code",
    "parent_id",
    "kind_id",
    "name",
    "short_name",
    "line",
    "intake_year",
    "position",
    "opened_on",
    "closed_on",
    "is_open",
    "merged_into_id",
    "search_key",
    "version",
    "tree_id",
    "lft",
    "rght",
    "depth",
)
Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load added."""

    n_units: int
    n_trees: int
    first_id: int


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Millions of rows are made and none in a circle: looking for circles among them takes a tenth of a load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
@transaction.atomic
def load_tree(rows: Sequence[UnitRow], *, by: User | None = None) -> Loaded:
    """Load trees whose roots are in the rows (no parent code), with their version rows and one audit line per tree.

    Parents may stand after their children. Raises InvalidUnit or MayNotContain; codes already in use are refused.
    """
    locks.lock_forest()
    roots, below = _by_parent(rows)
    kinds = UnitKind.objects.in_bulk()
    _refuse_faulty(rows, kinds)
    if not rows:
        return Loaded(0, 0, 0)
    first_id = reserve_ids(len(rows))
    numbered = _number_rows(roots, below, kinds, first_id, numbering.next_tree_id())
    if len(numbered) != len(rows):
        raise InvalidUnit(_("有 %(n)s 行的上级关系成环，请检查上级代码。") % {"n": len(rows) - len(numbered)})
    insert_units(numbered)
    write_versions(first_id, len(rows))
    search_blocks.write((row[0], row[15], row[13]) for row in numbered)  # type: ignore[misc]
    for root in OrgUnit.objects.filter(parent=None, pk__gte=first_id, pk__lt=first_id + len(rows)):
        ledger.record("tree.loaded", root, by=by, unit=root, n_units=(root.rght - root.lft + 1) // 2)
    statistics.refresh()
    return Loaded(len(rows), len(roots), first_id)


def _by_parent(rows: Iterable[UnitRow]) -> tuple[list[UnitRow], dict[str, list[UnitRow]]]:
    roots: list[UnitRow] = []
    below: dict[str, list[UnitRow]] = {}
    for row in rows:
        if row.parent_code:
            below.setdefault(row.parent_code, []).append(row)
        else:
            roots.append(row)
    return roots, below


def _refuse_faulty(rows: Sequence[UnitRow], kinds: dict[str, UnitKind]) -> None:
    kind_of = {row.code: row.kind for row in rows}
    if len(kind_of) != len(rows):
        placement.refuse_taken_codes([row.code for row in rows])
    pairs: dict[tuple[str | None, str], UnitRow] = {}
    for row in rows:
        if row.parent_code and row.parent_code not in kind_of:
            raise InvalidUnit(_("找不到上级代码“%(code)s”。") % {"code": row.parent_code})
        pairs.setdefault((kind_of.get(row.parent_code), row.kind), row)
        if kinds[row.kind].required_fields:
            placement.refuse_incomplete(kinds[row.kind], row)
    for (parent_kind, kind), row in pairs.items():
        if not placement.may_stand_below(kinds[kind], kinds[parent_kind] if parent_kind else None):
            raise MayNotContain(_("“%(name)s”的类型不能设在它的上级之下。") % {"name": row.name})
    codes = list(kind_of)
    for start in range(0, len(codes), CHUNK):
        placement.refuse_taken_codes(codes[start : start + CHUNK])


def _number_rows(
    roots: list[UnitRow],
    below: dict[str, list[UnitRow]],
    kinds: dict[str, UnitKind],
    first_id: int,
    first_tree_id: int,
) -> list[Values]:
    """All rows depth first, with ids in that order; lft, rght, depth and tree_id as django-mptt reads them."""
    lines = {code: kind.line for code, kind in kinds.items()}
    default_line: str = OrgUnit._meta.get_field("line").get_default()
    numbered: list[Values] = []
    next_id = first_id
    for tree_id, root in enumerate(roots, start=first_tree_id):
        last = 0
        # (row, parent's id, parent's line, depth), or the values of a unit whose subtree is complete but for rght
        stack: list[tuple[UnitRow, int | None, str, int] | list[object]] = [(root, None, default_line, 0)]
        while stack:
            top = stack.pop()
            last += 1
            if isinstance(top, list):
                top[17] = last
                continue
            row, parent_id, parent_line, depth = top
            line = lines[row.kind] or parent_line
            values = unit_values(row, next_id, parent_id, line, (tree_id, last, 0, depth))
            numbered.append(values)  # type: ignore[arg-type]
            stack.append(values)
            children = below.get(row.code)
            if children:
                stack.extend((child, next_id, line, depth + 1) for child in reversed(children))
            next_id += 1
    return numbered


def unit_values(
    row: UnitRow, unit_id: int, parent_id: int | None, line: str, place: tuple[int, int, int, int]
) -> list[object]:
    """A new unit in the order of COLUMNS; `place` is tree_id, lft, rght, depth."""
    return [
        unit_id,
        row.code,
        parent_id,
        row.kind,
        row.name,
        row.short_name,
        line,
        row.intake_year,
        row.position,
        row.opened_on,
        None,
        True,
        None,
        naming.search_key(row.name, row.short_name, row.code),
        1,
        *place,
    ]


def reserve_ids(n: int) -> int:
    """The first of n free ids in a row."""
    table = OrgUnit._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")  # noqa: S608 - a table name of ours
            return int(cursor.fetchone()[0])
        sequence = "pg_get_serial_sequence(%s, 'id')"
        # Single inserts elsewhere may take numbers in between; then the run has a hole, and the next try takes another.
        while True:
            cursor.execute(
                f"SELECT MIN(v), MAX(v) FROM (SELECT nextval({sequence}) AS v FROM generate_series(1, %s)) AS s",  # noqa: S608
                [table, n],
            )
            first, last = cursor.fetchone()
            if last - first + 1 == n:
                return int(first)


def add_units(rows: Sequence[Sequence[object]]) -> None:
    """Write rows in the order of COLUMNS, whose ids are a run, with their versions, and make them found; the caller holds the tree."""
    first_id = min(int(str(row[0])) for row in rows)
    insert_units(rows)
    write_versions(first_id, len(rows))
    search_blocks.refresh((int(str(row[0])), int(str(row[15]))) for row in rows)


def insert_units(rows: Iterable[Sequence[object]]) -> None:
    """Write rows in the order of COLUMNS by the fastest way of the engine."""
    fast_rows.insert(OrgUnit._meta.db_table, COLUMNS, rows)


def write_versions(first_id: int, n: int) -> None:
    """The first version rows of n units just inserted, in one statement."""
    facts = ", ".join(UnitVersion.FACTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {UnitVersion._meta.db_table} (unit_id, valid_from, {facts})"  # noqa: S608 - names of ours
            f" SELECT id, %s, {facts} FROM {OrgUnit._meta.db_table} WHERE id BETWEEN %s AND %s ORDER BY id",
            [connection.ops.adapt_datetimefield_value(clock.now()), first_id, first_id + n - 1],
        )


__all__ = [
    "CHUNK",
    "COLUMNS",
    "Loaded",
    "UnitRow",
    "add_units",
    "insert_units",
    "load_tree",
    "reserve_ids",
    "unit_values",
    "write_versions",
]
