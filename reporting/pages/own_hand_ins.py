"""报送材料 of the own units: what they have to hand in or to plan, and what waits for them where they run a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Value

from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import FILL, RUN_CAMPAIGN
from reporting.choices import DemandKind, HandInState
from reporting.models import Campaign, Exemption, HandIn, Requirement
from reporting.operations import hand_in_asked
from reporting.pages import planned_numbers
from reporting.pages.hand_ins import Paper, State, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orgs.models import User
    from reporting.querysets.hand_ins import HandInQuerySet

PERIODS_SHOWN = 6
Key = tuple[int, str, str, int]  # campaign, requirement, period, unit


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One thing that one of the own units has to hand in or to plan, or has."""

    paper: Paper
    unit: OrgUnit
    state: State
    due_at: datetime | None
    remark: str
    url: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """One requirement of a campaign that the reader's units run: how many documents wait, were accepted and returned."""

    paper: Paper
    n_waiting: int
    n_accepted: int
    n_returned: int
    url: str


def own(user: User) -> list[OwnLine]:
    """What is asked of the very units in which the person fills, what is still to be done first; at most seven statements."""
    in_charge = user.units_in_charge().allowing(FILL)
    own_ids = in_charge.own_unit_ids()
    if not own_ids:
        return []
    requirements = _requirements(Campaign.objects.readable_by(user).running())
    asked = _asked(requirements, own_ids)
    units = OrgUnit.objects.in_bulk({pk for _requirement, pk in asked})
    exempt = _exempt(requirements, own_ids)
    given = _given(HandIn.objects.filter(unit_id__in=own_ids), [requirement for requirement, _pk in asked])
    found = planned_numbers.own_lines(
        [(each, units[pk]) for each, pk in asked if each.kind == DemandKind.PLAN]
    )
    lines = [
        OwnLine(Paper(each, None), unit, state, hand_in_asked.planned_by(each), "", url)
        for each, unit, state, url in found
    ]
    for requirement, pk in asked:
        is_exempt = (requirement.version.campaign_id, requirement.code, pk) in exempt
        if requirement.kind == DemandKind.DOCUMENT and not is_exempt:
            lines += _own_lines(requirement, units[pk], given)
    return sorted(lines, key=_urgency)


def _urgency(line: OwnLine) -> tuple[int, bool, datetime, int]:
    requirement = line.paper.requirement
    due = line.due_at or requirement.version.loaded_at
    return line.state.rank, line.due_at is None, due, requirement.pk


def running(user: User) -> list[RunLine]:
    """The documents that campaigns of the person's own units ask for; three statements."""
    in_charge = user.units_in_charge().allowing(RUN_CAMPAIGN)
    campaigns = Campaign.objects.running().filter(unit_id__in=in_charge.own_unit_ids())
    requirements = [each for each in _requirements(campaigns) if each.kind == DemandKind.DOCUMENT]
    if not requirements:
        return []
    counted = _counted(HandIn.objects.within(in_charge), requirements)
    lines = []
    for each in requirements:
        paper = _newest(each)
        waiting, accepted, returned = counted.get((each.version.campaign_id, each.code), (0, 0, 0))
        lines.append(RunLine(paper, waiting, accepted, returned, paper.list_url()))
    return sorted(lines, key=lambda line: (-line.n_waiting, line.paper.requirement.pk))


def _requirements(campaigns: Iterable[Campaign]) -> list[Requirement]:
    """What these campaigns ask to be handed in or planned; one statement."""
    rows = Requirement.objects.papers().of_newest_versions().filter(version__campaign__in=campaigns)
    return list(rows.select_related("version__campaign__unit").order_by("-version_id", "position"))


def _asked(requirements: Sequence[Requirement], unit_ids: Iterable[int]) -> list[tuple[Requirement, int]]:
    """Which of these units each requirement asks; one statement."""
    if not requirements:
        return []
    parts = [
        hand_in_asked.units_asked(each).filter(pk__in=unit_ids).order_by().values_list("pk", Value(each.pk))
        for each in requirements
    ]
    by_pk = {each.pk: each for each in requirements}
    return [(by_pk[requirement], pk) for pk, requirement in parts[0].union(*parts[1:], all=True)]


def _exempt(requirements: Sequence[Requirement], unit_ids: Iterable[int]) -> set[tuple[int, str, int]]:
    campaigns = {each.version.campaign_id for each in requirements}
    given = Exemption.objects.in_force().filter(campaign__in=campaigns, unit_id__in=unit_ids)
    return set(given.values_list("campaign_id", "requirement_code", "unit_id"))


def _given(rows: HandInQuerySet, requirements: Iterable[Requirement]) -> dict[Key, list[HandIn]]:
    """The documents by what they are of, the newest first."""
    campaigns = {each.version.campaign_id for each in requirements}
    found: dict[Key, list[HandIn]] = {}
    for each in rows.filter(campaign__in=campaigns):
        found.setdefault((each.campaign_id, each.requirement_code, each.period, each.unit_id), []).append(
            each
        )
    return found


def _own_lines(requirement: Requirement, unit: OrgUnit, given: dict[Key, list[HandIn]]) -> list[OwnLine]:
    """One line; of what recurs the period that runs, and those before it that still lack something."""
    now, lines = clock.now(), []
    for n, paper in enumerate(_papers(requirement)):
        hand_ins = given.get((requirement.version.campaign_id, requirement.code, paper.key, unit.pk), [])
        state = state_of(paper, hand_ins, now)
        if n == 0 or state.is_open:
            back = next((each.remark for each in hand_ins if each.state == HandInState.RETURNED), "")
            remark = back if state.is_open else ""
            lines.append(OwnLine(paper, unit, state, paper.due_at, remark, paper.url(unit.pk)))
    return lines


def _papers(requirement: Requirement) -> list[Paper]:
    """The newest periods first."""
    if not requirement.rule.get("recurs"):
        return [Paper(requirement, None)]
    first, last = hand_in_asked.asked_between(requirement, clock.now())
    found = [last]
    while len(found) < PERIODS_SHOWN and found[-1].previous() >= first:
        found.append(found[-1].previous())
    return [Paper(requirement, each) for each in found]


def _newest(requirement: Requirement) -> Paper:
    return _papers(requirement)[0]


def _counted(
    rows: HandInQuerySet, requirements: Sequence[Requirement]
) -> dict[tuple[int, str], tuple[int, int, int]]:
    states = {
        name: Count("pk", filter=Q(state=state))
        for name, state in (
            ("n_waiting", HandInState.HANDED),
            ("n_accepted", HandInState.ACCEPTED),
            ("n_returned", HandInState.RETURNED),
        )
    }
    of_campaigns = rows.filter(campaign__in={each.version.campaign_id for each in requirements})
    key = ("campaign_id", "requirement_code")
    counted = of_campaigns.order_by().values(*key).annotate(**states).values_list(*key, *states)
    return {
        (campaign_id, code): (waiting, accepted, returned)
        for campaign_id, code, waiting, accepted, returned in counted
    }
