"""Which units the week is about, where they stood, and how deep: from the versions and their parents alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from orgs.choices import Kind
from orgs.exceptions import TreeBroken

if TYPE_CHECKING:
    from reporting.rollup.moment import Moment

TABLES = ("week_placed", "week_facts", "week_below", "week_carried")

# A unit in operation at any time in the week stands where it last stood while open. READING: a unit that was moved
# within the week is counted whole where it stood at the end, so that every sum stays the sum of its parts.
# Column types are spelt out: SQLite gives a computed column none, and then uses no index to compare it.
_PLACED_TABLE = """
CREATE TEMPORARY TABLE week_placed (
    unit_id bigint, parent_id bigint, kind_id varchar(20), line varchar(12), code varchar(40), name varchar(120),
    intake_year integer, position integer, is_open integer, up_id bigint)
"""
_LEVEL_TABLE = "CREATE TEMPORARY TABLE week_level (unit_id bigint PRIMARY KEY, level integer, depth integer)"
STOOD = """
v.is_open AND v.valid_from < %(end)s AND (v.valid_to IS NULL OR v.valid_to > %(start)s)
   AND (v.valid_to IS NULL OR v.valid_to >= %(end)s OR NOT EXISTS (
        SELECT 1 FROM orgs_unitversion later
         WHERE later.unit_id = v.unit_id AND later.is_open
           AND later.valid_from > v.valid_from AND later.valid_from < %(end)s))
"""
_FACTS = """
v.unit_id, v.parent_id, v.kind_id, v.line, v.code, v.name, v.intake_year, v.position,
       CASE WHEN v.valid_to IS NULL OR v.valid_to >= %(end)s THEN 1 ELSE 0 END AS is_open
"""
# The units of one part of a parallel close; `parts.py` has seen that no superior stands in another one.
_OF_TREE = "AND v.unit_id <> %(not_top)s AND v.unit_id IN (SELECT u.id FROM orgs_orgunit u WHERE u.tree_id = %(tree)s)"
_OF_TOP = "AND v.unit_id = %(top)s"
_PLACED = f"""
INSERT INTO week_placed
SELECT {_FACTS},
       CASE WHEN v.parent_id IS NULL AND v.unit_id <> %(top)s THEN %(top)s ELSE v.parent_id END AS up_id
  FROM orgs_unitversion v
 WHERE {STOOD}
"""  # noqa: S608 - SQL of ours, values are parameters
# One unit and what stands below it today, for a week that is not closed.
SUBTREE_PLACED = f"""
below (id) AS (
    SELECT CAST(%(unit)s AS bigint) UNION ALL SELECT c.id FROM orgs_orgunit c JOIN below b ON c.parent_id = b.id),
week_placed AS (
    SELECT {_FACTS}, v.parent_id AS up_id FROM orgs_unitversion v JOIN below b ON b.id = v.unit_id WHERE {STOOD}),
week_level AS (SELECT unit_id, 0 AS level, 0 AS depth FROM week_placed)
"""  # noqa: S608
# The national office stands above the forest: provinces have no parent, but a superior. Its depth is 0 like theirs.
_TOP = """
SELECT COALESCE(MIN(unit_id), 0) FROM orgs_unitversion
 WHERE kind_id = %(national)s AND parent_id IS NULL AND is_open
   AND valid_from < %(end)s AND (valid_to IS NULL OR valid_to > %(start)s)
"""
_LEVELS = """
INSERT INTO week_level
WITH RECURSIVE down (unit_id, level, depth) AS (
    SELECT unit_id, CASE WHEN up_id IS NULL THEN 0 ELSE 1 END, CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END
      FROM week_placed WHERE up_id IS NULL OR up_id = %(above)s
    UNION ALL
    SELECT p.unit_id, d.level + 1, CASE WHEN p.parent_id IS NULL THEN 0 ELSE d.depth + 1 END
      FROM down d JOIN week_placed p ON p.up_id = d.unit_id)
SELECT unit_id, level, depth FROM down
"""


def place(moment: Moment) -> int:
    """Fill week_placed and week_level; returns the deepest level. Raises TreeBroken when a unit hangs in the air."""
    return _place(moment, top_of(moment), "")


def place_tree(moment: Moment, tree_id: int) -> int:
    """The same for the units of one of today's trees alone, the national office left out."""
    top = top_of(moment)
    return _place(moment, top, _OF_TREE, tree=tree_id, above=top)


def place_top(moment: Moment) -> int:
    """The same for the national office alone."""
    return _place(moment, top_of(moment), _OF_TOP)


def top_of(moment: Moment) -> int:
    """The national office of the week; 0, which is nobody's id, where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_TOP, moment.params() | {"national": Kind.NATIONAL.value})
        return int(cursor.fetchone()[0])


def _place(moment: Moment, top: int, which: str, *, tree: int = 0, above: int = 0) -> int:
    drop()
    with connection.cursor() as cursor:
        cursor.execute(_PLACED_TABLE)
        # Without a national office every root stays a root.
        params = moment.params() | {"top": top or None, "not_top": top, "tree": tree}
        cursor.execute(f"{_PLACED} {which}", params)
        cursor.execute("CREATE INDEX week_placed_up ON week_placed (up_id)")
        cursor.execute(_LEVEL_TABLE)
        cursor.execute(_LEVELS, {"above": above})
        cursor.execute("SELECT (SELECT COUNT(*) FROM week_placed), COUNT(*), MAX(level) FROM week_level")
        n_placed, n_reached, deepest = cursor.fetchone()
    if n_placed != n_reached:
        # A unit whose superior was not in operation, or a circle: any sum over it would be wrong.
        raise TreeBroken
    return int(deepest or 0)


def drop() -> None:
    """Remove the temporary tables of this session."""
    with connection.cursor() as cursor:
        for table in (*TABLES, "week_level"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
