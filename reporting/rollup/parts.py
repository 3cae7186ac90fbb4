"""The close of a forest in parts: one tree of today each, so that several workers share the week.

A part is a tree as it is numbered today; that only saves reading, and is checked: where a superior of the week stands
in another tree today, the forest is not split. The national office stands above all and is computed last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from orgs.exceptions import TreeBroken
from orgs.kernel import statistics
from reporting.rollup.facts import collect
from reporting.rollup.levels import SUBTREE, below_table
from reporting.rollup.persons import mark_persons_at_top
from reporting.rollup.placed import STOOD, place_top, top_of
from reporting.rollup.snapshot import insert_statement
from reporting.rollup.streaks import mark_streaks

if TYPE_CHECKING:
    from reporting.rollup.moment import Moment

_TREES = f"""
SELECT MIN(CASE WHEN u.parent_id IS NULL THEN u.id END), COUNT(*)
  FROM orgs_unitversion v JOIN orgs_orgunit u ON u.id = v.unit_id
 WHERE {STOOD} AND v.unit_id <> %(top)s GROUP BY u.tree_id ORDER BY 2 DESC, 1
"""  # noqa: S608 - SQL of ours, values are parameters
_ACROSS = f"""
SELECT COUNT(*) FROM orgs_unitversion v JOIN orgs_orgunit u ON u.id = v.unit_id JOIN orgs_orgunit p ON p.id = v.parent_id
 WHERE {STOOD} AND p.tree_id <> u.tree_id AND v.parent_id <> %(top)s
"""  # noqa: S608
_COUNT = f"SELECT COUNT(*) FROM orgs_unitversion v WHERE {STOOD}"  # noqa: S608
_BELOW_TOP = """
INSERT INTO week_below (unit_id, {names})
SELECT %(top)s, {sums} FROM reporting_weekunit
 WHERE week_id = %(week_id)s AND unit_id <> %(top)s AND (parent_id IS NULL OR parent_id = %(top)s)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One tree: today's root and how many units of the week stand in the tree."""

    root_id: int
    n_units: int


def split(moment: Moment) -> list[Part]:
    """The trees of the week, the largest first; none where a superior stood in what is another tree today."""
    params = moment.params() | {"top": top_of(moment)}
    with connection.cursor() as cursor:
        cursor.execute(_ACROSS, params)
        if cursor.fetchone()[0]:
            return []
        cursor.execute(_TREES, params)
        return [Part(root_id, n_units) for root_id, n_units in cursor.fetchall() if root_id]


def add_top(moment: Moment, week_id: int) -> None:
    """Write the row of the national office over the rows of all parts. Raises TreeBroken where units are missing."""
    statistics.refresh_column("reporting_weekunit", "week_id")
    place_top(moment)
    collect(moment, is_part=True)
    mark_streaks(moment, is_part=True)
    top = top_of(moment)
    names, sums = ", ".join(SUBTREE), ", ".join(f"SUM(sub_{name})" for name in SUBTREE)
    with connection.cursor() as cursor:
        below_table(cursor)
        if top:
            params = {"top": top, "week_id": week_id}
            cursor.execute(
                "DELETE FROM reporting_weekunit WHERE week_id = %(week_id)s AND unit_id = %(top)s", params
            )
            mark_persons_at_top(moment, week_id, top)
            cursor.execute(_BELOW_TOP.format(names=names, sums=sums), params)
            cursor.execute(insert_statement(), params)
        cursor.execute(_COUNT, moment.params())
        n_placed = cursor.fetchone()[0]
        cursor.execute("SELECT COUNT(*) FROM reporting_weekunit WHERE week_id = %s", [week_id])
        if cursor.fetchone()[0] != n_placed:
            raise TreeBroken
