"""One requirement below one unit: who has met it since when, what the others lack, who is responsible, whom to remind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Substr

from orgs.models import Notification, OrgUnit
from orgs.permissions import RUN_CAMPAIGN, VIEW
from reporting import judging
from reporting.choices import CampaignState, Standing
from reporting.models import Exemption, Judgement, Tally
from reporting.operations.campaign_reminders import link_of
from reporting.pages import lacking, people
from reporting.pages.campaign_answers import Answers
from reporting.pages.campaign_board import PER_PAGE, asked_below, board_url, remindable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Requirement
    from reporting.pages.campaign_answers import Cell
    from reporting.pages.campaign_board import Chosen
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
    exemption_pk: int | None
    exemption_reason: str
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
    is_part: bool

    @property
    def board_url(self) -> str:
        return board_url(self.chosen, self.unit.pk)


def read(
    chosen: Chosen,
    requirement: Requirement,
    unit: OrgUnit,
    user: User,
    *,
    page: str | None,
    verb: str = VIEW,
    per_page: int = PER_PAGE,
) -> RequirementPage:
    """Who holds the requirement back below the unit; a dozen statements however many units there are."""
    in_charge = user.units_in_charge().allowing(verb)
    found = Paginator(_below(chosen, requirement, unit, in_charge), per_page).get_page(page)
    units = list(found)
    told, since = _answered(chosen, requirement, [unit, *units])
    answers = Answers.of(chosen, [requirement], [unit, *units], own=told).seen_by(in_charge, unit)
    cells = {each.pk: answers.cell(each, requirement) for each in units}
    is_running = chosen.is_now and chosen.campaign.state == CampaignState.RUNNING
    may_remind = {pk for pk in remindable(chosen, units, in_charge) if cells[pk].is_lacking}
    may_exempt = is_running and in_charge.allowing(RUN_CAMPAIGN).covers(chosen.campaign.unit)
    since |= {pk: at for (pk, asked), at in answers.changed.items() if asked == requirement.pk}
    known = _Known.of(chosen, requirement, units, cells, since, user)
    return RequirementPage(
        chosen,
        requirement,
        unit,
        answers.cell(unit, requirement),
        lacking.standard(requirement),
        [_line(each, cells[each.pk], known, may_remind, may_exempt=may_exempt) for each in units],
        found,
        bool(may_remind),
        may_exempt,
        not in_charge.covers_figures(unit),
    )


def _below(
    chosen: Chosen, requirement: Requirement, unit: OrgUnit, in_charge: UnitsInCharge
) -> OrgUnitQuerySet:
    """The units directly below that are asked it, or lead others that are, each with its exemption and its last reminder of this requirement."""
    exemptions = Exemption.objects.as_of(chosen.at).filter(
        campaign=chosen.campaign, requirement_code=requirement.code, unit=OuterRef("pk")
    )
    reminders = Notification.objects.filter(link=link_of(requirement), unit=OuterRef("pk"))
    below = asked_below(chosen, unit, in_charge)
    if chosen.campaign.judged_until is not None:
        answer = Judgement.objects.as_of(chosen.at).filter(version=chosen.version, unit_id=OuterRef("pk"))
        answer = answer.annotate(character=Substr("standings", requirement.position, 1))
        led = Tally.objects.as_of(chosen.at).filter(requirement=requirement, unit_id=OuterRef("pk"))
        below = below.filter(Exists(answer.exclude(Q(character=judging.NOT_ASKED))) | Exists(led))
    found: OrgUnitQuerySet = below.annotate(
        exemption_pk=Subquery(exemptions.values("pk")[:1]),
        exemption_reason=Subquery(exemptions.values("reason")[:1]),
        is_in_time=Exists(lacking.submitted_in_time(requirement).filter(unit=OuterRef("pk"))),
        reminded_at=Subquery(reminders.order_by("-created_at").values("created_at")[:1]),
    )
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What a page of units needs, each read once for all of them."""

    requirement: Requirement
    since: dict[int, datetime]
    values: judging.Values
    contacts: dict[int, list[Contact]]

    @classmethod
    def of(
        cls,
        chosen: Chosen,
        requirement: Requirement,
        units: list[OrgUnit],
        cells: dict[int, Cell],
        since: dict[int, datetime],
        user: User,
    ) -> _Known:
        alone = [each.pk for each in units if not cells[each.pk].has_others and cells[each.pk].is_lacking]
        return cls(
            requirement,
            since,
            judging.values_asked([requirement], alone, chosen.at),
            people.contacts(user.units_in_charge(), {each.pk: each.parent_id for each in units}),
        )


def _line(unit: OrgUnit, cell: Cell, known: _Known, remindable: set[int], *, may_exempt: bool) -> Line:
    words, told = "", vars(unit)
    if cell.is_lacking and not cell.has_others:
        values = known.values.get((known.requirement.pk, unit.pk))
        words = lacking.words(known.requirement, values, is_in_time=told["is_in_time"])
    is_asked = cell.own is not None
    return Line(
        unit,
        cell.url,
        cell,
        known.since.get(unit.pk),
        words,
        known.contacts.get(unit.pk, []),
        told["reminded_at"],
        told["exemption_pk"],
        told["exemption_reason"] or "",
        unit.pk in remindable,
        may_exempt and told["exemption_pk"] is None and is_asked and cell.own != Standing.EXEMPT,
    )


def _answered(
    chosen: Chosen, requirement: Requirement, units: Sequence[OrgUnit]
) -> tuple[dict[int, str], dict[int, datetime]]:
    """What the units answered at the moment, and since when to this requirement: other answers may have changed since."""
    rows = Judgement.objects.filter(
        version=chosen.version, unit_id__in=[each.pk for each in units], valid_from__lte=chosen.at
    )
    own: dict[int, str] = {}
    since: dict[int, datetime] = {}
    over: set[int] = set()  # asked once, and at the moment no more
    for unit, standings, begins, ends in rows.order_by("valid_from").values_list(
        "unit_id", "standings", "valid_from", "valid_to"
    ):
        before = own.get(unit)
        character = judging.character_of(standings, requirement)
        if before is None or judging.character_of(before, requirement) != character:
            since[unit] = begins
        own[unit] = standings
        if ends is not None and ends <= chosen.at:
            over.add(unit)
        else:
            over.discard(unit)
    return {unit: text for unit, text in own.items() if unit not in over}, since
