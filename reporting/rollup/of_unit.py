"""What a figure of one unit is made of, row by row, by the very statements that count it for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from reporting.rollup import sources

if TYPE_CHECKING:
    from reporting.rollup.moment import Moment


def forms(moment: Moment, unit_pk: int, figure: str) -> list[int]:
    """The versions of the expected forms of the unit that the figure counts at the end of the week."""
    counted = ("id", "expected", *sources.FORM_FIGURES).index(figure)
    return [row[0] for row in _rows(sources.FORMS_OF_UNIT, moment, unit_pk) if row[counted]]


def active_groups(moment: Moment, unit_pk: int) -> list[int]:
    """The groups of the unit that had something every day (`groups_active`)."""
    return [row[0] for row in _rows(sources.ACTIVE_OF_UNIT, moment, unit_pk)]


def changed_objects(moment: Moment, unit_pk: int) -> list[tuple[str, str, int]]:
    """(kind of event, `account`, `group` or `administratorship`, its id): each is one in the unit's figures of the week."""
    found = _rows(sources.EVENTS_OF_UNIT, moment, unit_pk)
    return [(figure, sources.OBJECTS[key % 4], key // 4) for figure, key in found]


def _rows(statement: str, moment: Moment, unit_pk: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, moment.params() | {"unit": unit_pk})
        return list(cursor.fetchall())
