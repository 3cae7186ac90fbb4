"""Which corrected bases a new edition may take in, to be ticked one by one, and which ones an edition has taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet

from orgs.choices import Measure
from orgs.models import OrgUnit, UnitBaseVersion
from orgs.permissions import CORRECT_WEEK
from reporting import corrected_bases
from reporting.models import BaseCorrection, ClosedWeek

if TYPE_CHECKING:
    from collections.abc import Collection

    from orgs.kernel.clock import Week
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

M = TypeVar("M", bound=Model)
PER_PAGE = 50
LONGEST_TEXT = 60
NAMED = 50


@dataclass(frozen=True, slots=True)
class BaseLine:
    """One base of a unit: what is counted so far (None = nothing), and what instead."""

    pk: int
    unit: OrgUnit
    measure: str
    counted: int | None
    counted_year: int | None
    base: UnitBaseVersion | BaseCorrection
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class BaseChoice:
    """A page of the bases to tick; `elsewhere` are those ticked that this page does not show."""

    text: str
    page: Page[UnitBaseVersion]
    lines: list[BaseLine]
    elsewhere: list[int]
    n_chosen: int

    @property
    def is_asked(self) -> bool:
        """There is something to tick, or was before the search."""
        return bool(self.lines or self.text or self.n_chosen)


@dataclass(frozen=True, slots=True)
class TakenBases:
    """The bases that a later edition counts otherwise: the first ones, and how many there are."""

    lines: list[BaseLine]
    n_all: int


def choice(week: Week, user: User, *, text: str, number: str | None, chosen: Collection[int]) -> BaseChoice:
    """Four statements. The week is closed: the page has asked before."""
    newest = ClosedWeek.objects.published().of_week(week)[0]
    found = corrected_bases.changed_since(newest, user.units_in_charge().allowing(CORRECT_WEEK))
    # What has changed since it was ticked is not ticked any more.
    ticked = set(found.filter(pk__in=chosen).values_list("pk", flat=True)) if chosen else set()
    text = text.strip()[:LONGEST_TEXT]
    shown = found.filter(unit__in=OrgUnit.objects.matching(text).values("pk")) if text else found
    page = Paginator(_in_order(shown), PER_PAGE).get_page(number)
    lines = [_line(each, is_chosen=each.pk in ticked) for each in page]
    return BaseChoice(text, page, lines, sorted(ticked - {line.pk for line in lines}), len(ticked))


def taken(before: ClosedWeek, after: ClosedWeek, in_charge: UnitsInCharge) -> TakenBases:
    """Two statements."""
    found = corrected_bases.taken(before, after, in_charge)
    return TakenBases([_line(each) for each in _in_order(found)[:NAMED]], found.count())


def _in_order(bases: QuerySet[M]) -> QuerySet[M]:
    return bases.select_related("unit__parent").order_by(
        "unit__depth", "unit__position", "unit__code", "measure"
    )


def _line(base: UnitBaseVersion | BaseCorrection, *, is_chosen: bool = False) -> BaseLine:
    # Both are annotated by `corrected_bases`.
    counted, year = getattr(base, "counted"), getattr(base, "counted_year")  # noqa: B009
    return BaseLine(base.pk, base.unit, str(Measure(base.measure).label), counted, year, base, is_chosen)
