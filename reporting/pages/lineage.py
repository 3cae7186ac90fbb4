"""The unit a page is about and its superiors, as they stood in that week; what the reader may see decides today's tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from orgs.choices import Kind
from orgs.models import OrgUnit
from reporting.models import WeekUnit
from reporting.querysets.pages import line_of

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.weeks import ChosenWeek


@dataclass(frozen=True, slots=True)
class Lineage:
    """`above` runs from the province down to the direct superior; `unit` is the row of today, for scope alone.

    `sees_all`: the reader may see totals over everything below the unit. `by_line`: of the units below only some.
    """

    row: WeekUnit
    above: list[WeekUnit]
    in_charge: UnitsInCharge
    chosen: ChosenWeek
    sees_all: bool
    by_line: bool = False

    @property
    def unit(self) -> OrgUnit:
        return self.row.unit

    @property
    def is_national(self) -> bool:
        return self.row.kind_id == Kind.NATIONAL

    @property
    def province_pk(self) -> int | None:
        """The province above the unit; None for the province itself."""
        return next((row.unit_id for row in self.above if row.kind_id == Kind.PROVINCE), None)

    def crumbs(self, url_name: str, *args: object) -> list[tuple[str, str]]:
        """(name, address) down to the unit; superiors the reader may not see have no address."""
        linked = [
            (row.name, self.chosen.address(reverse(url_name, args=[args[0], row.unit_id, *args[1:]])))
            if self.in_charge.covers(row.unit)
            else (row.name, "")
            for row in self.above
        ]
        return [*linked, (self.row.name, "")]


def read(chosen: ChosenWeek, unit_pk: int, in_charge: UnitsInCharge) -> Lineage:
    """One statement. Raises Http404 where the unit has no row in the week or is not the reader's to see.

    Under today's tree: its superiors of today, as far as they had a row in the week; one statement more.
    """
    rows = WeekUnit.objects.select_related("unit__kind")
    if chosen.is_restated:
        unit = get_object_or_404(OrgUnit.objects.within(in_charge), pk=unit_pk)
        above = OrgUnit.objects.filter(tree_id=unit.tree_id, lft__lte=unit.lft, rght__gte=unit.rght)
        line = list(rows.for_week(chosen.closed.pk).filter(unit__in=above).order_by("unit__lft"))
    else:
        line = list(rows.filter(line_of(chosen.closed.pk, unit_pk)).order_by("depth"))
    # SECURITY: names of superiors are shown to those below; everything else only to who is in charge.
    if not line or line[-1].unit_id != unit_pk or not in_charge.covers(line[-1].unit):
        raise Http404
    unit = line[-1].unit
    whole, by_line = in_charge.covers_figures(unit), in_charge.covers_by_line(unit)
    return Lineage(line[-1], line[:-1], in_charge, chosen, whole, by_line)
