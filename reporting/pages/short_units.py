"""Which units below lack most, however deep they stand: from a number of a county to a branch and its groups in one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least
from django.urls import reverse

from orgs.querysets.scope import UnitsInCharge
from reporting.models import WeekUnit
from reporting.pages.figure_words import COVERED

if TYPE_CHECKING:
    from reporting.pages.breakdown import Breakdown
    from reporting.pages.lineage import Lineage
    from reporting.pages.weeks import ChosenWeek

SHOWN = 10
MOST_UNITS = 20_000  # of larger trees nobody looks for single branches, and reading them all takes its time
OF_MEMBERS = (COVERED, "covered_members")
OF_UNITS = "orgs_with_group"
LARGEST_FIRST: tuple[str, ...] = ("-missing", "code")
READ: tuple[str, ...] = ("unit_id", "name", "missing", "above")


@dataclass(frozen=True, slots=True)
class ShortUnit:
    """One unit with what it lacks of its own: people, or 1 for a unit that has no group."""

    name: str
    above: str
    missing: int
    url: str


def read(chosen: ChosenWeek, line: Lineage, found: Breakdown) -> list[ShortUnit]:
    """At most ten, the largest gap first; one statement. None where the rows themselves are the units."""
    figure, n_orgs = found.figure.name, line.row.sub_orgs
    is_deep = len(found.children) + 1 < n_orgs <= MOST_UNITS
    if figure not in {*OF_MEMBERS, OF_UNITS} or not is_deep or not found.among.is_all:
        return []
    below = WeekUnit.objects.within(line.in_charge).within(UnitsInCharge.below(line.unit))
    rows = below.for_week(chosen.closed.pk).in_operation().exclude(unit_id=line.row.unit_id)
    if figure == OF_UNITS:
        rows = rows.annotate(missing=F("own_orgs") - F("own_orgs_with_group"))
    else:
        covered = Coalesce("own_covered_members", 0)
        rows = rows.annotate(missing=F("own_base_members") - Least(covered, F("own_base_members")))
    above = WeekUnit.objects.filter(week_id=OuterRef("week_id"), unit_id=OuterRef("parent_id"))
    rows = rows.filter(Q(missing__gt=0)).annotate(above=Subquery(above.values("name")[:1]))
    return [
        ShortUnit(
            row["name"],
            row["above"] or "",
            row["missing"],
            chosen.address(reverse("reporting:show-rows", args=[chosen.week, row["unit_id"], figure])),
        )
        for row in rows.order_by(*LARGEST_FIRST).values(*READ)[:SHOWN]
    ]
