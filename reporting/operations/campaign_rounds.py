"""收集任务 of a campaign: what its pack plans becomes a round of collection, once for a phase and a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import FieldList
from accounts.operations.rounds import launch_round
from orgs import permissions
from orgs.choices import Kind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import CampaignState
from reporting.exceptions import PackInvalid, ReportingError
from reporting.models import Campaign, CampaignRound
from reporting.packs import parse
from reporting.querysets.targets import condition

if TYPE_CHECKING:
    from accounts.models import CollectionRound
    from orgs.models import User
    from reporting.packs import Round
    from reporting.querysets.campaigns import CampaignRoundQuerySet


def planned(campaign: Campaign) -> list[Round]:
    """The rounds of the newest version, in its order; one statement. None where its text is no longer valid."""
    newest = campaign.versions.order_by("-number").first()
    if newest is None or "rounds" not in newest.source:
        return []
    try:
        return list(parse(newest.source).rounds)
    except PackInvalid:  # loaded when less was checked
        return []


@transaction.atomic
def launch(campaign_id: int, *, phase: str, form: str, by: User) -> CollectionRound:
    """发起 the planned round of a phase and a form; a second time gives the one that was launched.

    Raises NotAllowed, IllegalMove unless the campaign runs, and ReportingError for what is not planned, is over or asks
    nobody.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=campaign_id)
    if not permissions.may(by, permissions.LAUNCH_ROUND, campaign.unit):
        raise NotAllowed
    known = launched(campaign).filter(phase_code=phase, round__field_list__code=form).first()
    if known is not None:
        return known.round
    if campaign.state != CampaignState.RUNNING:
        raise IllegalMove(_("这项工作部署不在进行中，不能发起收集任务。"))
    plan = next((each for each in planned(campaign) if (each.phase, each.form) == (phase, form)), None)
    if plan is None:
        raise ReportingError(_("部署里没有这项收集任务，请刷新页面后再看。"))
    if plan.deadline_at <= clock.now():
        raise ReportingError(_("这项收集任务的截止时间已过，请先修改部署里的截止时间。"))
    made = _launch(campaign, plan, by)
    link = CampaignRound.objects.create(campaign=campaign, phase_code=phase, round=made)
    ledger.record("campaign.round_launched", link, by=by, unit=campaign.unit, phase=phase, form=form)
    return made


@transaction.atomic
def attach(campaign_id: int, round: CollectionRound, *, phase: str, by: User) -> CampaignRound:
    """A round that runs already serves a phase of the campaign: its notice was entered after the round was launched.

    Raises NotAllowed, and ReportingError for a round of another unit or of another campaign.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=campaign_id)
    if not permissions.may(by, permissions.LAUNCH_ROUND, campaign.unit):
        raise NotAllowed
    known = CampaignRound.objects.filter(round=round).first()
    if known is not None and known.campaign_id == campaign.pk:
        return known
    if known is not None or round.unit_id != campaign.unit_id or round.is_standing:
        raise ReportingError(_("这项收集任务不属于这项工作部署，请刷新页面后再看。"))
    link = CampaignRound.objects.create(campaign=campaign, phase_code=phase, round=round)
    ledger.record("campaign.round_attached", link, by=by, unit=campaign.unit, phase=phase)
    return link


def launched(campaign: Campaign) -> CampaignRoundQuerySet:
    """The rounds that were launched for it, with their forms."""
    return CampaignRound.objects.filter(campaign=campaign).for_list()


def _launch(campaign: Campaign, plan: Round, by: User) -> CollectionRound:
    asked = OrgUnit.objects.within(UnitsInCharge.below(campaign.unit)).filter(condition(plan.target))
    asked = asked.in_operation().exclude(pk=campaign.unit_id)
    if asked.count() > asked.actionable_by(by, permissions.LAUNCH_ROUND).count():
        # Launched once for all: a department would leave the other lines out.
        raise NotAllowed(_("填报范围内有的团组织不在您的工作范围内，请由部署单位办理。"))
    field_list = FieldList.objects.filter(code=plan.form).order_by("-version").first()
    if field_list is None:
        raise ReportingError(_("没有代码为 %s 的收集表，请更正部署内容。") % plan.form)
    return launch_round(
        campaign.unit,
        title=plan.title,
        field_list=field_list,
        kinds=plan.target.get("kinds") or [kind for kind in Kind.values if kind != Kind.NATIONAL],
        among=asked,
        intake_years=plan.target.get("intake_years", ()),
        opens_at=plan.opens_at or clock.now(),
        deadline_at=plan.deadline_at,
        clause=plan.clause,
        by=by,
    )
