"""One requirement below one unit: who has met it since when, what the others lack, who is responsible, whom to remind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Max

from orgs.models import Notification, OrgUnit
from orgs.permissions import REMIND, RUN_CAMPAIGN
from reporting import judging
from reporting.choices import CampaignState, Standing
from reporting.models import Exemption, Judgement, Tally
from reporting.operations.campaign_reminders import link_of
from reporting.pages import lacking, people
from reporting.pages.campaign_board import PER_PAGE, Answers, board_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import User
    from reporting.models import Requirement
    from reporting.pages.campaign_board import Cell, Chosen
    from reporting.pages.people import Contact


@dataclass(frozen=True, slots=True)
class Line:
    """One unit directly below: `since` when it stands so, `lacking` in numbers, and what the reader may do."""

    unit: OrgUnit
    url: str
    cell: Cell
    since: datetime | None
    lacking: str
    contacts: list[Contact]
    reminded_at: datetime | None
    exemption: Exemption | None
    may_remind: bool
    may_exempt: bool


@dataclass(frozen=True, slots=True)
class RequirementPage:
    """A requirement and the units of one page."""

    chosen: Chosen
    requirement: Requirement
    unit: OrgUnit
    total: Cell
    wanted: str
    lines: list[Line]
    page: Page[OrgUnit]
    may_remind: bool
    may_withdraw: bool

    @property
    def board_url(self) -> str:
        return board_url(self.chosen, self.unit.pk)


def read(
    chosen: Chosen, requirement: Requirement, unit: OrgUnit, user: User, *, page: str | None
) -> RequirementPage:
    """Who holds the requirement back below the unit; a dozen statements however many units there are."""
    in_charge = user.units_in_charge()
    below = OrgUnit.objects.within(in_charge).children_of(unit).in_official_order()
    found = Paginator(below, PER_PAGE).get_page(page)
    units = list(found)
    answers = Answers.of(chosen, [requirement], [unit, *units])
    cells = {each.pk: answers.cell(each, requirement) for each in units}
    is_running = chosen.is_now and chosen.campaign.state == CampaignState.RUNNING
    reminding = in_charge.allowing(REMIND)
    own = reminding.own_unit_ids()
    remindable = {
        each.pk
        for each in units
        if is_running and _is_lacking(cells[each.pk]) and each.pk not in own and reminding.covers(each)
    }
    may_exempt = is_running and in_charge.allowing(RUN_CAMPAIGN).covers(chosen.campaign.unit)
    known = _Known.of(chosen, requirement, units, cells, user)
    return RequirementPage(
        chosen,
        requirement,
        unit,
        answers.cell(unit, requirement),
        lacking.wanted_words(requirement) if requirement.rule.get("metric") else "",
        [_line(each, cells[each.pk], chosen, known, remindable, may_exempt=may_exempt) for each in units],
        found,
        bool(remindable),
        may_exempt,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What a page of units needs, each read once for all of them."""

    requirement: Requirement
    since: dict[int, datetime]
    values: judging.Values
    contacts: dict[int, list[Contact]]
    reminded: dict[int, datetime]
    exemptions: dict[int, Exemption]

    @classmethod
    def of(
        cls,
        chosen: Chosen,
        requirement: Requirement,
        units: list[OrgUnit],
        cells: dict[int, Cell],
        user: User,
    ) -> _Known:
        ids = [each.pk for each in units]
        alone = [pk for pk in ids if not cells[pk].has_others]
        lacking_alone = [pk for pk in alone if _is_lacking(cells[pk])]
        exemptions = Exemption.objects.in_force().filter(
            campaign=chosen.campaign, requirement_code=requirement.code, unit__in=ids
        )
        reminders = Notification.objects.filter(link=link_of(requirement), unit__in=ids).order_by()
        return cls(
            requirement,
            _since_alone(chosen, requirement, alone) | _since_together(chosen, requirement, ids),
            judging.own_values([requirement], lacking_alone, judging.Instant.at(chosen.at)),
            people.contacts(user.units_in_charge(), {each.pk: each.parent_id for each in units}),
            dict(reminders.values("unit_id").annotate(at=Max("created_at")).values_list("unit_id", "at")),
            {each.unit_id: each for each in exemptions},
        )


def _is_lacking(cell: Cell) -> bool:
    return cell.standing not in {None, Standing.MET, Standing.EXEMPT}


def _line(
    unit: OrgUnit, cell: Cell, chosen: Chosen, known: _Known, remindable: set[int], *, may_exempt: bool
) -> Line:
    words = ""
    if _is_lacking(cell) and not cell.has_others:
        words = lacking.words(known.requirement, known.values.get((known.requirement.pk, unit.pk)))
    exemption = known.exemptions.get(unit.pk)
    is_asked = cell.own is not None
    return Line(
        unit,
        cell.url,
        cell,
        known.since.get(unit.pk),
        words,
        known.contacts.get(unit.pk, []),
        known.reminded.get(unit.pk),
        exemption,
        unit.pk in remindable,
        may_exempt and exemption is None and is_asked and cell.own != Standing.EXEMPT,
    )


def _since_alone(chosen: Chosen, requirement: Requirement, ids: Sequence[int]) -> dict[int, datetime]:
    """Unit -> when its answer became what it is at the moment; other answers of the row may have changed since."""
    rows = Judgement.objects.filter(version=chosen.version, unit_id__in=ids, valid_from__lte=chosen.at)
    found: dict[int, tuple[str, datetime]] = {}
    for unit, standings, begins in rows.order_by("valid_from").values_list(
        "unit_id", "standings", "valid_from"
    ):
        character = judging.character_of(standings, requirement)
        if unit not in found or found[unit][0] != character:
            found[unit] = (character, begins)
    return {unit: begins for unit, (_character, begins) in found.items()}


def _since_together(chosen: Chosen, requirement: Requirement, ids: Sequence[int]) -> dict[int, datetime]:
    """Unit with others below -> when its numbers last changed."""
    rows = Tally.objects.as_of(chosen.at).filter(requirement=requirement, unit_id__in=ids)
    return dict(rows.values_list("unit_id", "valid_from"))
