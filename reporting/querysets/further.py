"""Units of a kind or a line anywhere below a unit, found by the parents of a closed week, never by today's tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from reporting.choices import GOOD_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

OFFICIAL, BY_COVERAGE, BY_GAP = "official", "coverage", "gap"

# A step down only into units that may have such a unit below them: of a province some thousands, not all of it.
# The path puts units in the official order of their superiors, and under one superior in their own.
_WALK = """
WITH RECURSIVE down (unit_id, path) AS (
    SELECT CAST(%s AS bigint), CAST('' AS text)
    UNION ALL
    SELECT w.unit_id, down.path || substr(CAST(10000000000 + w.position AS text), 2) || w.code || '/'
      FROM down JOIN reporting_weekunit w
        ON w.week_id = %s AND w.parent_id = down.unit_id AND w.kind_id IN ({containers}))
SELECT {what} FROM down JOIN reporting_weekunit w ON w.week_id = %s AND w.parent_id = down.unit_id
 WHERE w.is_open AND {wanted} AND w.unit_id IN ({visible})
"""
# As `WeekUnitQuerySet.with_coverage` and `Coverage` have it.
_PART = "CASE WHEN w.own_holders = 1 AND w.sub_holders = 1 THEN w.own_covered ELSE w.sub_covered_capped END"
_IS_RATE = "w.sub_holders > w.sub_unreported AND w.sub_base_members > 0"
_WANTED = f"(w.sub_base_members * {GOOD_LINE} + 99) / 100"
_SHARE = f"CASE WHEN {_IS_RATE} THEN CAST({_PART} AS bigint) * 1000000000 / w.sub_base_members END"
_LACKING = f"CASE WHEN {_WANTED} > {_PART} THEN {_WANTED} - ({_PART}) ELSE 0 END"
_GAP = f"CASE WHEN {_IS_RATE} AND ({_PART}) IS NOT NULL THEN {_LACKING} END"
_IN_ORDER = "{path}, w.position, w.code"
_PATH = {
    "postgresql": 'down.path COLLATE "C"'
}  # byte by byte, as SQLite does: a superior's path stands together
_ORDERS = {
    OFFICIAL: _IN_ORDER,
    BY_COVERAGE: f"CASE WHEN ({_SHARE}) IS NULL THEN 1 ELSE 0 END, {_SHARE}, {_IN_ORDER}",
    BY_GAP: f"CASE WHEN ({_GAP}) IS NULL THEN 1 ELSE 0 END, {_GAP} DESC, {_IN_ORDER}",
}


@dataclass(frozen=True, slots=True)
class Further:
    """Ids of such units, counted and sliced as a paginator asks; one statement each.

    `containers` are the kinds that may have them below; `visible` is the statement of whose rows may be read, with its
    parameters. `kind` or `line` "" narrows nothing.
    """

    week_pk: int
    unit_pk: int
    containers: Sequence[str]
    kind: str
    line: str
    visible: tuple[str, Sequence[int | str]]
    sort: str = OFFICIAL

    def count(self) -> int:
        """How many there are."""
        return int(self._read("COUNT(*)", "", ())[0])

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, at: slice) -> list[int]:
        first, last = at.start or 0, at.stop
        order = _ORDERS[self.sort].format(path=_PATH.get(connection.vendor, "down.path"))
        more = f"ORDER BY {order} LIMIT %s OFFSET %s"
        return self._read("w.unit_id", more, (last - first, first))

    def _read(self, what: str, more: str, params: Sequence[int]) -> list[int]:
        narrowed = [
            (column, value) for column, value in (("kind_id", self.kind), ("line", self.line)) if value
        ]
        visible, its_params = self.visible
        statement = _WALK.format(
            containers=", ".join(["%s"] * len(self.containers)) or "NULL",
            what=what,
            wanted=" AND ".join(f"w.{column} = %s" for column, _value in narrowed),
            visible=visible,
        )
        given: list[int | str] = [
            self.unit_pk,
            self.week_pk,
            *self.containers,
            self.week_pk,
            *(value for _column, value in narrowed),
            *its_params,
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"{statement} {more}", [*given, *params])
            return [int(row[0]) for row in cursor.fetchall()]
