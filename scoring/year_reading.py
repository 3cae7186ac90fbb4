"""Reads the years of units for the rules of some criteria: every week, and whom units are compared with, where asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reporting.models import WeekUnit
from scoring import metrics
from scoring.frozen import Group
from scoring.written_rules import Rule

if TYPE_CHECKING:
    from scoring.frozen import Period, Year
    from scoring.models import Criterion

AT_ONCE = 250  # units whose year is read together


class YearReader:
    """`YearReader(criteria, Period(2026)).read(unit_ids)` -> {unit id: Year}; one reader for all units of a scheme."""

    def __init__(self, criteria: Iterable[Criterion], period: Period) -> None:
        found = [Rule.of_criterion(each) for each in criteria]
        self.period = period
        self.is_week_by_week = any(each.is_week_by_week for each in found)
        self.is_by_rank = any(each.is_by_rank for each in found)
        self._groups: dict[int, Group] = {}

    def read(self, unit_ids: Collection[int]) -> dict[int, Year]:
        """The years of these units; a few statements, and some more for each 250 units they are compared with."""
        years = self._plain(unit_ids)
        if not self.is_by_rank:
            return years
        parents = {pk: each.row.parent_id for pk, each in years.items() if each.row is not None}
        self._read_groups({each for each in parents.values() if each is not None}, years)
        return {pk: replace(each, group=self._group_of(parents.get(pk))) for pk, each in years.items()}

    def _plain(self, unit_ids: Iterable[int]) -> dict[int, Year]:
        period = self.period
        return metrics.read_year(
            period.year,
            unit_ids,
            week_by_week=self.is_week_by_week,
            first=period.first,
            last=period.last,
        )

    def _group_of(self, parent_id: int | None) -> Group | None:
        return None if parent_id is None else self._groups.get(parent_id)

    def _read_groups(self, parents: set[int], known: Mapping[int, Year]) -> None:
        """Everybody directly below these committees in the last week, each committee once."""
        parents -= self._groups.keys()
        week = next((each.week for each in known.values() if each.week is not None), None)
        if not parents or week is None:
            return
        rows = WeekUnit.objects.for_week(week.pk).in_operation().filter(parent_id__in=parents)
        pairs = rows.order_by("unit_id").values_list("unit_id", "parent_id")
        below = {unit_id: parent_id for unit_id, parent_id in pairs if parent_id is not None}
        members: dict[int, dict[int, Year]] = {parent_id: {} for parent_id in parents}
        ids = list(below)
        for start in range(0, len(ids), AT_ONCE):
            for unit_id, year in self._plain(ids[start : start + AT_ONCE]).items():
                members[below[unit_id]][unit_id] = replace(year, weeks=())
        self._groups |= {parent_id: Group(each) for parent_id, each in members.items()}
