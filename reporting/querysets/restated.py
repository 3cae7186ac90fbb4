"""A closed week under today's tree: the units' own figures of then, added up by the parents of today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from orgs.choices import Kind
from reporting.figures import ADDITIVE, SETTLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Of the child itself, as the week has it.
ITS_OWN = ("is_open", "base_year", "poor_streak", "own_covered", "own_base_members")
# A base recorded between a unit and the child settles the unit; it lies around it in today's tree.
_RESTATED = """
WITH told AS (
    SELECT w.*, c.id AS child_id, u.rght AS ends,
           MAX(CASE WHEN w.own_base_members IS NOT NULL THEN u.rght END) OVER (
               PARTITION BY w.week_id, c.id ORDER BY u.lft ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS base_ends
      FROM orgs_orgunit c
      JOIN orgs_orgunit u ON u.tree_id = c.tree_id AND u.lft BETWEEN c.lft AND c.rght
      JOIN reporting_weekunit w ON w.unit_id = u.id AND w.week_id IN ({weeks})
     WHERE {children}),
settled AS (SELECT told.*, CASE WHEN COALESCE(base_ends, 0) > ends THEN 1 ELSE 0 END AS is_below_base FROM told)
SELECT week_id, child_id, {names},
       SUM(CASE WHEN is_below_base = 0 THEN own_base_members END) AS sub_base_members,
       SUM(CASE WHEN is_below_base = 1 THEN 0 ELSE own_base_missing END) AS sub_base_missing,
       SUM(own_covered_capped + CASE WHEN is_below_base = 1 THEN own_covered_without_base ELSE 0 END) AS sub_covered_capped,
       SUM(CASE WHEN is_below_base = 1 THEN 0 ELSE own_covered_without_base END) AS sub_covered_without_base
  FROM settled GROUP BY week_id, child_id
"""
_HAPPENED = """
SELECT c.id, {sums}
  FROM orgs_orgunit c
  JOIN orgs_orgunit u ON u.tree_id = c.tree_id AND u.lft BETWEEN c.lft AND c.rght
  JOIN reporting_weekunit w ON w.unit_id = u.id AND w.week_id IN ({weeks})
 WHERE {children} GROUP BY c.id
"""
_FLAGS = ("is_open",)


def restated(week_pks: Sequence[int], unit_pk: int, *, is_national: bool = False) -> list[dict[str, object]]:
    """One statement: {column: value} of each unit directly below and each week, `week_id` and `child_id` among them.

    `own_` and the flags are the child's own of that week (None where it had no row), `sub_` what it and everything that
    stands below it today come to. Only additive figures and coverage, by the rules of the close (metrics.md).
    """
    columns = [*_names(), "sub_base_members", *(f"sub_{name}" for name in SETTLED)]
    rows = _read(_RESTATED, week_pks, unit_pk, is_national=is_national, names=", ".join(_expressions()))
    return [dict(zip(("week_id", "child_id", *columns), row, strict=True)) for row in rows]


def happened(
    week_pks: Sequence[int], unit_pk: int, names: Sequence[str], *, is_national: bool = False
) -> dict[int, dict[str, int]]:
    """One statement: unit directly below -> what happened in these weeks in it and all that stands below it today."""
    sums = ", ".join(f"SUM(w.own_{name})" for name in names)
    rows = _read(_HAPPENED, week_pks, unit_pk, is_national=is_national, sums=sums)
    return {pk: dict(zip(names, map(int, counts), strict=True)) for pk, *counts in rows}


def _read(
    statement: str, week_pks: Sequence[int], unit_pk: int, *, is_national: bool, **parts: str
) -> list[tuple[Any, ...]]:
    below = "c.parent_id IS NULL AND c.kind_id <> %s" if is_national else "c.parent_id = %s"
    filled = statement.format(weeks=", ".join(["%s"] * len(week_pks)), children=below, **parts)
    with connection.cursor() as cursor:
        cursor.execute(filled, [*week_pks, Kind.NATIONAL.value if is_national else unit_pk])
        return list(cursor.fetchall())


def _names() -> Iterable[str]:
    yield from ITS_OWN
    for name in ADDITIVE:
        yield f"own_{name}"
        yield f"sub_{name}"


def _expressions() -> Iterable[str]:
    for name in ITS_OWN:
        value = f"CASE WHEN {name} THEN 1 ELSE 0 END" if name in _FLAGS else name
        yield f"MAX(CASE WHEN unit_id = child_id THEN {value} END)"
    for name in ADDITIVE:
        yield f"MAX(CASE WHEN unit_id = child_id THEN own_{name} ELSE 0 END)"
        yield f"SUM(own_{name})"
