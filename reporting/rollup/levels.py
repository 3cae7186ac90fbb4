"""Bottom-up sums: one statement per level, from the deepest; week_below holds what the children of a unit add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from reporting.figures import ADDITIVE, BASES, LATER, MISSING_OR_ADDITIVE

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

# A base recorded for a unit settles it: what no base stood against below counts into its coverage, and none is missing.
_SETTLED: dict[str, str] = {
    "base_missing": "CASE WHEN f.base_members IS NOT NULL THEN 0 ELSE f.base_missing + COALESCE(b.base_missing, 0) END",
    "covered_capped": "f.covered_capped + COALESCE(b.covered_capped, 0)"
    " + CASE WHEN f.base_members IS NOT NULL THEN COALESCE(b.covered_without_base, 0) ELSE 0 END",
    "covered_without_base": "CASE WHEN f.base_members IS NOT NULL THEN 0"
    " ELSE f.covered_without_base + COALESCE(b.covered_without_base, 0) END",
}
# Column -> what the unit and everything below it come to: f = week_facts of the unit, b = week_below of the unit.
SUBTREE: dict[str, str] = (
    {name: f"f.{name} + COALESCE(b.{name}, 0)" for name in (*ADDITIVE, *LATER)}
    | {
        name: f"CASE WHEN f.{name} IS NULL THEN b.{name} ELSE f.{name} + COALESCE(b.{name}, 0) END"
        for name in MISSING_OR_ADDITIVE
    }
    # Whom the unit and its children count between them more than once, `persons.py` has found (R3).
    | {"admin_persons": "f.admin_persons - f.persons_again + COALESCE(b.admin_persons, 0)"}
    | {name: f"COALESCE(f.{name}, b.{name})" for name in BASES}
    | _SETTLED
)


def below_table(cursor: CursorWrapper) -> None:
    """Create week_below, empty."""
    columns = ", ".join(f"{name} bigint" for name in SUBTREE)
    cursor.execute(f"CREATE TEMPORARY TABLE week_below (unit_id bigint PRIMARY KEY, {columns})")


def sum_up(deepest: int) -> None:
    """Fill week_below for every unit with children, level by level from the deepest to the top."""
    names = ", ".join(SUBTREE)
    sums = ", ".join(f"SUM({expression})" for expression in SUBTREE.values())
    with connection.cursor() as cursor:
        below_table(cursor)
        for level in range(deepest, 0, -1):
            cursor.execute(
                f"INSERT INTO week_below (unit_id, {names}) SELECT f.up_id, {sums}"  # noqa: S608 - names of ours
                " FROM week_facts f LEFT JOIN week_below b ON b.unit_id = f.unit_id"
                " WHERE f.level = %s GROUP BY f.up_id",
                [level],
            )
