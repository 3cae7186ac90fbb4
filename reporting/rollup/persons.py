"""Persons behind the administratorships, counted once in every subtree (R3), without a row per term and superior.

A sum of the units' persons counts somebody again wherever two branches of the tree meet that both have the person. Only
who stands in more than one unit is carried up, level by level, and no further than where all the ways have met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from reporting.rollup.sources import IN_FORCE, SHARED_PERSONS, of_part

if TYPE_CHECKING:
    from reporting.rollup.moment import Moment

# In how many units (`n_units`) a person stands, and in how many of them below the unit the row has come up to.
_TABLE = """
CREATE TEMPORARY TABLE week_carried (
    level bigint, unit_id bigint, person_key varchar(64), n_below bigint, n_units bigint)
"""
_SHARED = f"""
SELECT DISTINCT v.unit_id, v.person_key FROM accounts_administratorshipversion v
 WHERE {IN_FORCE} AND v.unit_id IN ({{units}}) AND v.person_key IN ({SHARED_PERSONS})
"""  # noqa: S608 - SQL of ours, values are parameters
_PLACED = "SELECT p.unit_id FROM week_facts p WHERE p.is_open = 1"
_OF_ALL_PARTS = f"SELECT w.unit_id FROM reporting_weekunit w WHERE w.week_id = %(week_id)s AND w.is_open UNION ALL {_PLACED}"  # noqa: S608
_START = f"""
INSERT INTO week_carried
SELECT f.level, s.unit_id, s.person_key, 1, COUNT(*) OVER (PARTITION BY s.person_key)
  FROM ({_SHARED}) s JOIN week_facts f ON f.unit_id = s.unit_id
"""  # noqa: S608
_UP = """
INSERT INTO week_carried
SELECT f.level - 1, f.up_id, c.person_key, SUM(c.n_below), c.n_units
  FROM week_carried c JOIN week_facts f ON f.unit_id = c.unit_id
 WHERE c.level = %s AND f.up_id IS NOT NULL
 GROUP BY f.level, f.up_id, c.unit_id, c.person_key, c.n_units HAVING SUM(c.n_below) < c.n_units
"""
_AGAIN = """
UPDATE week_facts SET persons_again = told.n
  FROM (SELECT met.unit_id, SUM(met.n - 1) AS n
          FROM (SELECT unit_id, person_key, COUNT(*) AS n FROM week_carried GROUP BY unit_id, person_key) met
         WHERE met.n > 1 GROUP BY met.unit_id) told
 WHERE told.unit_id = week_facts.unit_id
"""
# Above the rows of all parts: in how many of the trees, and in the office itself, a person stands.
_AGAIN_AT_TOP = f"""
WITH RECURSIVE shared (unit_id, person_key) AS ({_SHARED}),
up (unit_id, parent_id, person_key) AS (
    SELECT w.unit_id, w.parent_id, s.person_key FROM shared s
      JOIN reporting_weekunit w ON w.week_id = %(week_id)s AND w.unit_id = s.unit_id
    UNION
    SELECT w.unit_id, w.parent_id, u.person_key FROM up u
      JOIN reporting_weekunit w ON w.week_id = %(week_id)s AND w.unit_id = u.parent_id)
UPDATE week_facts SET persons_again = (
    SELECT COUNT(*) - COUNT(DISTINCT met.person_key)
      FROM (SELECT unit_id, person_key FROM up WHERE parent_id IS NULL
            UNION SELECT unit_id, person_key FROM shared WHERE unit_id = %(top)s) met)
"""  # noqa: S608


def mark_persons(moment: Moment, deepest: int, *, is_part: bool = False) -> None:
    """Write into week_facts how many persons each unit would count again in the sum of itself and its children.

    `is_part`: few units of many are placed, and only their administrators are read.
    """
    start = (of_part(_START) if is_part else _START).format(units=_PLACED)
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.execute(start, moment.params())
        for level in range(deepest, 0, -1):
            cursor.execute(_UP, [level])
        cursor.execute(_AGAIN)


def mark_persons_at_top(moment: Moment, week_id: int, top: int) -> None:
    """The same for the national office, which alone stands in week_facts, over the rows that the parts have written."""
    params = moment.params() | {"week_id": week_id, "top": top}
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN_AT_TOP.format(units=_OF_ALL_PARTS), params)
