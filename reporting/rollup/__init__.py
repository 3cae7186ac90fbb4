"""The figures of one week in a few set-based statements, the same on PostgreSQL and SQLite; depends on no lft/rght.

`placed.py` finds the units and their levels, `facts.py` their own figures, `levels.py` sums them bottom-up, `persons.py`
finds who would be counted twice on the way up, `streaks.py` reads the rows of poor spot checks, `snapshot.py` is the
finished row as SQL and its digest; `parts.py` splits a forest into trees that several workers close. Everything is read
as of Sunday 24:00 from version rows, steps and events; the results stand in temporary tables of this session.
Only `operations/closing.py` and `parts.add_top` write to tables that stay.
"""

from __future__ import annotations

from reporting.rollup.facts import collect
from reporting.rollup.levels import sum_up
from reporting.rollup.moment import Moment
from reporting.rollup.of_unit import active_groups, changed_objects, forms
from reporting.rollup.parts import Part, add_top, split
from reporting.rollup.persons import mark_persons
from reporting.rollup.placed import drop, place, place_tree
from reporting.rollup.preview import Preview, preview
from reporting.rollup.snapshot import content_hash, insert_statement
from reporting.rollup.streaks import mark_streaks

__all__ = [
    "Moment",
    "Part",
    "Preview",
    "active_groups",
    "add_top",
    "changed_objects",
    "collect",
    "content_hash",
    "drop",
    "forms",
    "insert_statement",
    "mark_persons",
    "mark_streaks",
    "place",
    "place_tree",
    "preview",
    "split",
    "sum_up",
]
