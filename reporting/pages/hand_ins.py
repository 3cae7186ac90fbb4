"""The page of one unit's documents for one requirement: what stands, what came back and why, what may be done now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.permissions import FILL, may
from orgs.querysets.scope import Span
from reporting.choices import CampaignState, DemandKind, HandInState
from reporting.judging import periods
from reporting.judging.papers import code_of
from reporting.models import Campaign, Exemption, HandIn, Requirement
from reporting.operations import hand_in_asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import OrgUnit, User
    from reporting.judging.periods import Period

TONES: dict[str, str] = {
    HandInState.HANDED: "info",
    HandInState.ACCEPTED: "ok",
    HandInState.RETURNED: "bad",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One requirement of one period, and until when; `period` None: it does not recur."""

    requirement: Requirement
    period: Period | None

    @property
    def key(self) -> str:
        return self.period.key if self.period else periods.ONCE

    @property
    def due_at(self) -> datetime | None:
        return self.period.ends_at if self.period else self.requirement.deadline_at

    @property
    def title(self) -> str:
        return str(self.requirement.rule.get("title") or self.requirement.title)

    @property
    def label(self) -> str:
        return self.period.label if self.period else ""

    @property
    def n_copies(self) -> int:
        return int(self.requirement.rule.get("copies") or 1)

    @property
    def query(self) -> str:
        return f"?period={self.key}" if self.key else ""

    def url(self, unit_pk: int) -> str:
        place = [self.requirement.version.campaign_id, self.requirement.code, unit_pk]
        return reverse("reporting:show-hand-ins", args=place) + self.query

    def list_url(self) -> str:
        place = [self.requirement.version.campaign_id, self.requirement.code]
        return reverse("reporting:list-campaign-hand-ins", args=place) + self.query


@dataclass(frozen=True, slots=True)
class State:
    """How one unit stands to a paper: word and tone; `is_open`: it has still to hand something in."""

    word: str
    tone: str
    rank: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One document that was handed in."""

    hand_in: HandIn
    tone: str
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The unit's documents for one paper, and what this reader may do with them."""

    paper: Paper
    unit: OrgUnit
    state: State
    entries: list[Entry]
    may_hand_in: bool
    why_not: str
    earlier_url: str
    later_url: str
    exemption: str

    @property
    def campaign(self) -> Campaign:
        return self.paper.requirement.version.campaign


def requirement_of(campaign: Campaign, code: str, kind: DemandKind = DemandKind.DOCUMENT) -> Requirement:
    """The demand of the newest version. Raises Http404."""
    found = (
        Requirement.objects.papers(kind).of_newest_versions().filter(version__campaign=campaign, code=code)
    )
    requirement = found.select_related("version__campaign__unit").first()
    if requirement is None:
        raise Http404
    return requirement


def cell_url(requirement: Requirement, unit: OrgUnit, *, is_asked: bool) -> str:
    """Where a unit's answer to a document or a plan is told in full; "" for other requirements, and where it is not asked."""
    pages = {DemandKind.DOCUMENT: "show-hand-ins", DemandKind.PLAN: "show-plan"}
    name = pages.get(DemandKind(requirement.kind)) if is_asked else None
    place = [requirement.version.campaign_id, code_of(requirement), unit.pk]
    return reverse(f"reporting:{name}", args=place) if name else ""


def paper_of(requirement: Requirement, key: str, at: datetime) -> Paper:
    """The paper of that period; without one, of the period that runs. Raises Http404 for a period nobody is asked about."""
    recurs = requirement.rule.get("recurs")
    if not recurs:
        return Paper(requirement, None)
    first, last = hand_in_asked.asked_between(requirement, at)
    period = periods.parse(recurs, key) if key else last
    if period is None or not first <= period <= last:
        raise Http404
    return Paper(requirement, period)


def read(paper: Paper, unit: OrgUnit, user: User) -> Page:
    """Six statements at most. Raises Http404 for a unit outside the campaign."""
    campaign = paper.requirement.version.campaign
    if not Span.of(campaign.unit).covers(unit):
        raise Http404
    given = HandIn.objects.of(campaign, paper.requirement.code, paper.key).filter(unit=unit)
    hand_ins = list(given.for_page())
    decidable = _decidable(hand_ins, user)
    stands = state_of(paper, hand_ins, clock.now())
    why_not = _why_not(paper, unit, stands)
    is_filler = may(user, FILL, unit)
    earlier, later = _neighbours(paper, unit)
    return Page(
        paper,
        unit,
        stands,
        [Entry(each, TONES[each.state], each.pk in decidable) for each in hand_ins],
        may_hand_in=is_filler and not why_not,
        why_not=why_not if is_filler else "",
        earlier_url=earlier,
        later_url=later,
        exemption=_exemption(campaign, paper.requirement.code, unit),
    )


def state_of(paper: Paper, hand_ins: Sequence[HandIn], at: datetime) -> State:
    """From the documents of one unit, the newest first."""
    standing = [each for each in hand_ins if each.state != HandInState.RETURNED]
    if len(standing) >= paper.n_copies:
        if any(each.state == HandInState.HANDED for each in standing):
            return State(_("待接收"), "info", 4, is_open=False)
        return State(_("已接收"), "ok", 5, is_open=False)
    if len(hand_ins) > len(standing):
        return State(_("已退回，待重报"), "bad", 0, is_open=True)
    if paper.due_at is not None and at >= paper.due_at:
        return State(_("已逾期，未报"), "bad", 1, is_open=True)
    if standing:
        words = {"n": len(standing), "all": paper.n_copies}
        return State(_("已报%(n)d份，共%(all)d份") % words, "warn", 2, is_open=True)
    return State(_("待报送"), "warn", 3, is_open=True)


def _why_not(paper: Paper, unit: OrgUnit, stands: State) -> str:
    """Why nothing can be handed in now; "" where something can."""
    if paper.requirement.version.campaign.state != CampaignState.RUNNING:
        return _("这项工作部署不在进行中，不能报送。")
    if not stands.is_open:
        return _("材料已报送。如需更换，请联系部署单位退回后再报送。") if stands.rank == 4 else ""
    if not hand_in_asked.units_asked(paper.requirement).filter(pk=unit.pk).exists():
        return _("这项要求不对这个单位提出，不用报送。")
    return ""


def _decidable(hand_ins: Sequence[HandIn], user: User) -> set[int]:
    waiting = [each.pk for each in hand_ins if each.state == HandInState.HANDED]
    if not waiting:
        return set()
    rows = HandIn.objects.decidable_by(user).filter(pk__in=waiting).exclude(handed_by=user)
    return set(rows.values_list("pk", flat=True))


def _neighbours(paper: Paper, unit: OrgUnit) -> tuple[str, str]:
    """Addresses of the periods before and after; "" where there is none."""
    if paper.period is None:
        return "", ""
    first, last = hand_in_asked.asked_between(paper.requirement, clock.now())
    before, after = paper.period.previous(), paper.period.next()
    return (
        Paper(paper.requirement, before).url(unit.pk) if before >= first else "",
        Paper(paper.requirement, after).url(unit.pk) if after <= last else "",
    )


def _exemption(campaign: Campaign, code: str, unit: OrgUnit) -> str:
    """Why the unit is not asked; "" where it is."""
    given = Exemption.objects.in_force().filter(campaign=campaign, requirement_code=code, unit=unit)
    return given.values_list("reason", flat=True).first() or ""
