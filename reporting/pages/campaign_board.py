"""The board: every requirement by every unit directly below one, at each level of the tree, now or at a week's end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import REMIND, VIEW
from orgs.querysets.scope import Span
from reporting import judging
from reporting.choices import CampaignState
from reporting.models import Judgement, Tally
from reporting.pages import campaign_curve, people
from reporting.pages.campaign_answers import Answers
from reporting.pages.campaigns import requirement_url

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orgs.kernel.clock import Week
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Campaign, CampaignVersion, Requirement
    from reporting.pages.campaign_answers import Cell
    from reporting.pages.campaign_curve import Curve
    from reporting.pages.people import Contact

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

    @property
    def is_behind(self) -> bool:
        """A newer version has been loaded and not been judged yet: what is shown is the one before it."""
        return self.is_now and vars(self.campaign).get("newest_number", 0) > self.version.number


@dataclass(frozen=True, slots=True)
class Row:
    """One unit; `url` leads a level down, or to the unit itself. `contacts`: who is responsible for it."""

    unit: OrgUnit
    url: str
    cells: list[Cell]
    contacts: list[Contact] = field(default_factory=list)
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
    requirements = judging.requirements_at(campaign, at) if week else judging.requirements_now(campaign, at)
    if not requirements:
        raise Http404
    return Chosen(campaign, requirements[0].version, requirements, at, week)


def unit_of(campaign: Campaign, unit_pk: int, in_charge: UnitsInCharge) -> OrgUnit:
    """The unit, where the reader sees it and the campaign reaches it. Raises Http404 else."""
    unit: OrgUnit | None = OrgUnit.objects.within(in_charge).with_path().filter(pk=unit_pk).first()
    if unit is None or not Span.of(campaign.unit).covers(unit):
        raise Http404
    return unit


def read(
    chosen: Chosen,
    unit: OrgUnit,
    user: User,
    *,
    verb: str = VIEW,
    phase: str,
    page: str | None,
    per_page: int = PER_PAGE,
) -> Board:
    """The board below a unit; five statements more, six for a department, however many rows and columns."""
    in_charge = user.units_in_charge().allowing(verb)
    shown = [each for each in chosen.requirements if not phase or (each.phase and each.phase.code == phase)]
    found = Paginator(asked_below(chosen, unit, in_charge), per_page).get_page(page)
    units = list(found)
    answers = Answers.of(chosen, shown, [unit, *units]).seen_by(in_charge, unit)
    if answers.tallies:
        # What nobody is asked here, or nobody judges, needs no column.
        shown = [each for each in shown if answers.cell(unit, each).standing]
        answers = replace(answers, requirements=shown)
    is_part = not in_charge.covers_figures(unit)
    return Board(
        chosen,
        unit,
        Row(unit, "", answers.cells(unit), is_total=True, is_part=is_part),
        _rows(answers, unit, units, user if verb == VIEW else None),
        found,
        _chips(chosen, phase),
        [(each, requirement_url(chosen.campaign.pk, unit.pk, each.code) + chosen.query) for each in shown],
        _crumbs(chosen, unit, in_charge),
        *_weeks(chosen),
        is_part=is_part,
    )


def _rows(answers: Answers, unit: OrgUnit, units: list[OrgUnit], user: User | None) -> list[Row]:
    """Each with who is responsible for it and the way to remind it, for a reader of the page; one statement."""
    chosen = answers.chosen
    if user is None:
        return [Row(each, _row_url(chosen, each, answers), answers.cells(each, unit)) for each in units]
    in_charge = user.units_in_charge()
    told = people.contacts(in_charge, {each.pk: each.parent_id for each in units}, administrators_of=())
    reminding = remindable(chosen, units, in_charge)
    return [
        Row(
            each,
            _row_url(chosen, each, answers),
            answers.cells(each, unit, may_remind=each.pk in reminding),
            told.get(each.pk, []),
        )
        for each in units
    ]


def remindable(chosen: Chosen, units: Iterable[OrgUnit], in_charge: UnitsInCharge) -> set[int]:
    """Which of the units the reader may remind: below the own ones, while the campaign runs."""
    if not chosen.is_now or chosen.campaign.state != CampaignState.RUNNING:
        return set()
    reminding = in_charge.allowing(REMIND)
    own = reminding.own_unit_ids()
    return {each.pk for each in units if each.pk not in own and reminding.covers(each)}


def curve(board: Board) -> Curve | None:
    """The progress of the unit with all below it; None for a past week, and to a department that sees a part of it."""
    if board.is_part or not board.chosen.is_now:
        return None
    phases = {each.phase_id: each.phase for each in board.chosen.requirements if each.phase}
    return campaign_curve.read(board.chosen.campaign, board.unit.pk, phases.values())


def asked_below(chosen: Chosen, unit: OrgUnit, in_charge: UnitsInCharge) -> OrgUnitQuerySet:
    """The units directly below that are asked something, or lead others that are; all of them before any judging."""
    below: OrgUnitQuerySet = OrgUnit.objects.within(in_charge).children_of(unit).in_official_order()
    if chosen.campaign.judged_until is None:
        return below
    own = Judgement.objects.as_of(chosen.at).filter(version=chosen.version, unit_id=OuterRef("pk"))
    led = Tally.objects.as_of(chosen.at).filter(requirement__version=chosen.version, unit_id=OuterRef("pk"))
    return below.filter(Exists(own) | Exists(led))


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
