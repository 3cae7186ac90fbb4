"""收集任务 on the page of a campaign: what its pack plans and what of it was launched; and the way back from a round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.permissions import LAUNCH_ROUND, may
from reporting.choices import CampaignState
from reporting.models import Campaign, CampaignRound
from reporting.operations import campaign_rounds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import CollectionRound
    from orgs.models import User
    from reporting.models import CampaignPhase


@dataclass(frozen=True, slots=True)
class Line:
    """One round: planned, or launched where `round` is there; `may_open`: the reader sees its page."""

    title: str
    form: str
    phase: str
    phase_title: str
    opens_at: datetime | None
    deadline_at: datetime
    round: CollectionRound | None
    may_launch: bool
    may_open: bool

    @property
    def is_over(self) -> bool:
        return self.deadline_at <= clock.now()


def lines(campaign: Campaign, phases: Sequence[CampaignPhase], user: User) -> list[Line]:
    """What the newest version plans, then what was launched for an earlier one and is planned no more; two statements."""
    titles = {phase.code: phase.title for phase in phases}
    done = {
        (each.phase_code, each.round.field_list.code): each for each in campaign_rounds.launched(campaign)
    }
    may_launch = may(user, LAUNCH_ROUND, campaign.unit)
    is_open = may_launch and campaign.state == CampaignState.RUNNING
    found = []
    for plan in campaign_rounds.planned(campaign):
        known = done.pop((plan.phase, plan.form), None)
        round = known.round if known else None
        may_now = is_open and round is None and plan.deadline_at > clock.now()
        found.append(
            Line(
                round.title if round else plan.title,
                plan.form,
                plan.phase,
                titles.get(plan.phase, ""),
                round.opens_at if round else plan.opens_at,
                round.deadline_at if round else plan.deadline_at,
                round,
                may_now,
                may_launch,
            )
        )
    return found + [_launched(each, titles, may_launch) for each in done.values()]


def _launched(each: CampaignRound, titles: dict[str, str], may_launch: bool) -> Line:
    round = each.round
    form = round.field_list.code
    title = titles.get(each.phase_code, "")
    return Line(
        *(round.title, form, each.phase_code, title, round.opens_at, round.deadline_at, round),
        may_launch=False,
        may_open=may_launch,
    )


def links(user: User, round: CollectionRound) -> list[tuple[str, str]]:
    """From a round to the campaign it was launched for, where the reader may read that."""
    found = Campaign.objects.readable_by(user).filter(rounds__round=round).first()
    if found is None:
        return []
    return [(_("所属工作部署"), reverse("reporting:show-campaign", args=[found.pk]))]
