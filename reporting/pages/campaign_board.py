"""The board: every requirement by every unit directly below one, at each level of the tree, now or at a week's end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.querysets.scope import Span
from reporting import judging
from reporting.choices import CampaignState, Standing
from reporting.models import Judgement, Tally
from reporting.pages.campaign_counts import Count, of_character, seen_counts
from reporting.pages.campaigns import TONES, requirement_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.kernel.clock import Week
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Campaign, CampaignVersion, Requirement

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Chosen:
    """A campaign at a moment: now, or the end of a week, with the version that was in force then."""

    campaign: Campaign
    version: CampaignVersion
    requirements: list[Requirement]
    at: datetime
    week: Week | None

    @property
    def query(self) -> str:
        return f"?week={self.week}" if self.week else ""

    @property
    def is_now(self) -> bool:
        return self.week is None


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit and one requirement: its own answer, and how many of its subtree have met it."""

    requirement: Requirement
    own: Standing | None
    count: Count
    has_others: bool
    at: datetime
    url: str

    @property
    def standing(self) -> Standing | None:
        return self.count.standing(self.requirement, self.at)

    @property
    def tone(self) -> str:
        return TONES.get(self.standing or "", "mute")

    @property
    def word(self) -> str:
        """What the pill says; read without colour."""
        return str(Standing(self.standing).label) if self.standing else _("不要求")

    @property
    def numbers(self) -> str:
        return f"{self.count.met}/{self.count.asked}" if self.has_others and self.count.asked else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One unit; `url` leads a level down, or to the unit itself."""

    unit: OrgUnit
    url: str
    cells: list[Cell]
    is_total: bool = False
    is_part: bool = False

    @property
    def total_name(self) -> str:
        """What the sum adds up: to a department only what it sees."""
        return _("合计（本级和所列单位）") if self.is_part else _("合计（含本级）")


@dataclass(frozen=True, slots=True)
class Board:
    """The rows of one page, and above them the unit itself with everything below it; `is_part`: with what is seen of it."""

    chosen: Chosen
    unit: OrgUnit
    total: Row
    rows: list[Row]
    page: Page[OrgUnit]
    chips: list[tuple[str, str, bool]]
    columns: list[tuple[Requirement, str]]
    crumbs: list[tuple[str, str]]
    earlier_url: str
    later_url: str
    is_part: bool


def choose(campaign: Campaign, week: Week | None) -> Chosen:
    """The moment asked for. Raises Http404 for a week not over or before the launch or after the end, and without a version."""
    if week is not None:
        launched, until = campaign.launched_at, campaign.ended_at or clock.now()
        if launched is None or not launched < week.ends_at <= until:
            raise Http404
    at = week.ends_at if week else campaign.ended_at or clock.now()
    requirements = judging.requirements_at(campaign, at)
    if not requirements:
        raise Http404
    return Chosen(campaign, requirements[0].version, requirements, at, week)


def unit_of(campaign: Campaign, unit_pk: int, in_charge: UnitsInCharge) -> OrgUnit:
    """The unit, where the reader sees it and the campaign reaches it. Raises Http404 else."""
    unit = OrgUnit.objects.within(in_charge).with_path().filter(pk=unit_pk).first()
    if unit is None or not Span.of(campaign.unit).covers(unit):
        raise Http404
    return unit


def read(
    chosen: Chosen,
    unit: OrgUnit,
    in_charge: UnitsInCharge,
    *,
    phase: str,
    page: str | None,
    per_page: int = PER_PAGE,
) -> Board:
    """The board below a unit; four statements more, five for a department, however many rows and columns."""
    shown = [each for each in chosen.requirements if not phase or (each.phase and each.phase.code == phase)]
    found = Paginator(asked_below(chosen, unit, in_charge), per_page).get_page(page)
    units = list(found)
    answers = Answers.of(chosen, shown, [unit, *units]).seen_by(in_charge, unit)
    if answers.tallies:
        # What nobody is asked here, or nobody judges, needs no column.
        shown = [each for each in shown if answers.cell(unit, each).standing]
        answers = replace(answers, requirements=shown)
    is_part = not in_charge.covers_sums(unit)
    return Board(
        chosen,
        unit,
        Row(unit, "", answers.cells(unit), is_total=True, is_part=is_part),
        [Row(each, _row_url(chosen, each, answers), answers.cells(each)) for each in units],
        found,
        _chips(chosen, phase),
        [(each, requirement_url(chosen.campaign.pk, unit.pk, each.code) + chosen.query) for each in shown],
        _crumbs(chosen, unit, in_charge),
        *_weeks(chosen),
        is_part=is_part,
    )


def asked_below(chosen: Chosen, unit: OrgUnit, in_charge: UnitsInCharge) -> OrgUnitQuerySet:
    """The units directly below that are asked something, or lead others that are; all of them before any judging."""
    below = OrgUnit.objects.within(in_charge).children_of(unit).in_official_order()
    if chosen.campaign.judged_until is None:
        return below
    own = Judgement.objects.as_of(chosen.at).filter(version=chosen.version, unit_id=OuterRef("pk"))
    led = Tally.objects.as_of(chosen.at).filter(requirement__version=chosen.version, unit_id=OuterRef("pk"))
    return below.filter(Exists(own) | Exists(led))


@dataclass(frozen=True, slots=True)
class Answers:
    """Judgements and tallies of some units, as they stood at the moment."""

    chosen: Chosen
    requirements: Sequence[Requirement]
    own: dict[int, str]
    tallies: dict[tuple[int, int], Count]
    changed: dict[tuple[int, int], datetime]
    leading: frozenset[int]

    @classmethod
    def of(
        cls,
        chosen: Chosen,
        requirements: Sequence[Requirement],
        units: Sequence[OrgUnit],
        *,
        own: dict[int, str] | None = None,
    ) -> Answers:
        """Two statements; one where the caller knows what the units answered themselves."""
        ids = [each.pk for each in units]
        if own is None:
            rows = Judgement.objects.as_of(chosen.at).filter(version=chosen.version, unit_id__in=ids)
            own = dict(rows.values_list("unit_id", "standings"))
        kept = Tally.objects.as_of(chosen.at).filter(requirement__version=chosen.version, unit_id__in=ids)
        tallies, changed = {}, {}
        for unit, requirement, at, *counts in kept.values_list(
            "unit_id", "requirement_id", "valid_from", "n_asked", "n_met", "n_exempt"
        ):
            tallies[unit, requirement] = Count(*counts)
            changed[unit, requirement] = at
        return cls(chosen, requirements, own, tallies, changed, frozenset(unit for unit, _r in tallies))

    def seen_by(self, in_charge: UnitsInCharge, unit: OrgUnit) -> Answers:
        """The same, with the sum of the unit over what the reader sees where its own holds other lines (A3)."""
        if unit.pk not in self.leading or in_charge.covers_sums(unit):
            return self
        seen = seen_counts(self.requirements, unit, in_charge, self.chosen.at)
        return replace(self, tallies=self.tallies | {(unit.pk, pk): count for pk, count in seen.items()})

    def cell(self, unit: OrgUnit, requirement: Requirement) -> Cell:
        character = judging.character_of(self.own.get(unit.pk, ""), requirement)
        has_others = unit.pk in self.leading
        count = (
            self.tallies.get((unit.pk, requirement.pk), Count()) if has_others else of_character(character)
        )
        url = requirement_url(self.chosen.campaign.pk, unit.pk, requirement.code) if has_others else ""
        own = judging.standing(character, requirement, self.chosen.at)
        return Cell(requirement, own, count, has_others, self.chosen.at, url and url + self.chosen.query)

    def cells(self, unit: OrgUnit) -> list[Cell]:
        return [self.cell(unit, each) for each in self.requirements]


def board_url(chosen: Chosen, unit_pk: int) -> str:
    return reverse("reporting:show-campaign-board", args=[chosen.campaign.pk, unit_pk]) + chosen.query


def _row_url(chosen: Chosen, unit: OrgUnit, answers: Answers) -> str:
    if unit.pk in answers.leading:
        return board_url(chosen, unit.pk)
    return reverse("reporting:list-unit-requirements", args=[unit.pk])


def _chips(chosen: Chosen, phase: str) -> list[tuple[str, str, bool]]:
    phases = {each.phase.code: each.phase.title for each in chosen.requirements if each.phase}
    week = f"week={chosen.week}&" if chosen.week else ""
    if len(phases) < 2:
        return []
    return [
        (_("全部阶段"), chosen.query or "?", not phase),
        *((title, f"?{week}phase={code}", code == phase) for code, title in phases.items()),
    ]


def _crumbs(chosen: Chosen, unit: OrgUnit, in_charge: UnitsInCharge) -> list[tuple[str, str]]:
    """From the campaign down to the unit, as far up as the reader sees."""
    whole = Span.of(chosen.campaign.unit)
    above: list[tuple[str, str]] = []
    superior = unit.parent
    while superior is not None and in_charge.covers(superior) and whole.covers(superior):
        above.insert(0, (superior.name, board_url(chosen, superior.pk)))
        superior = superior.parent
    campaign_url = reverse("reporting:show-campaign", args=[chosen.campaign.pk])
    return [
        (_("工作部署"), reverse("reporting:list-campaigns")),
        (chosen.version.title, campaign_url),
        *above,
        (unit.name, ""),
    ]


def _weeks(chosen: Chosen) -> tuple[str, str]:
    """Addresses of the week before and of the next one, of now after the last; "" where there is none."""
    launched = chosen.campaign.launched_at
    current = clock.Week.containing(chosen.campaign.ended_at or clock.now())
    before = (chosen.week or current).previous()
    is_known = (
        launched is not None and before.ends_at > launched and chosen.campaign.state != CampaignState.DRAFT
    )
    later = ""
    if chosen.week is not None:
        later = f"?week={chosen.week.next()}" if chosen.week.next() < current else "?"
    return (f"?week={before}" if is_known else "", later)
