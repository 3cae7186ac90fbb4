"""走访统计: the visits of a year by the units directly below, after the sheet of RUR-3. What no visit looked at stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from reporting.models import Duty
from reporting.pages import by_child

if TYPE_CHECKING:
    from orgs.models import OrgUnit
    from orgs.querysets.scope import UnitsInCharge

SUMMED = ("groups_built", "youth_in_touch", "online_activities", "offline_activities")
YEARS_SHOWN = 3

Chip = tuple[str, str, bool]
Numbers = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One direct unit: how many visits, to how many units, and what the latest visit of each found, added up."""

    unit: OrgUnit
    n_visits: int
    n_units: int
    sums: Numbers


@dataclass(frozen=True, slots=True)
class Page:
    """The direct units of one unit in one year."""

    unit: OrgUnit
    year: int
    lines: list[Line]
    chips: list[Chip]


def read(unit: OrgUnit, in_charge: UnitsInCharge, asked: str) -> Page:
    """Two statements however many units there are."""
    this = clock.today().year
    years = [this - n for n in range(YEARS_SHOWN)]
    year = int(asked) if asked in {str(each) for each in years} else this
    units = by_child.children(unit, in_charge)
    visits = Duty.objects.within(in_charge.narrowed_to(unit)).visited().filter(held_on__year=year)
    named = ("unit__tree_id", "unit__lft", "unit_id", *(f"visit_sheet__{name}" for name in SUMMED))
    rows = [(row[0], row[1], row[2:]) for row in visits.order_by("held_on", "pk").values_list(*named)]
    found = by_child.grouped(units, rows)
    lines = [_line(each, found[each.pk]) for each in units if each.is_open or found[each.pk]]
    chips = [
        (_("%(year)d年") % {"year": each}, f"?unit={unit.pk}&year={each}", each == year) for each in years
    ]
    return Page(unit, year, lines, chips)


def _line(unit: OrgUnit, visits: list[Numbers]) -> Line:
    latest = {visit[0]: visit[1:] for visit in visits}
    columns = zip(*latest.values(), strict=True) if latest else [()] * len(SUMMED)
    return Line(unit, len(visits), len(latest), tuple(_sum(column) for column in columns))


def _sum(values: tuple[int | None, ...]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
