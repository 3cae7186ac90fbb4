"""免予要求: a unit that a requirement does not ask, with a reason; granted and withdrawn by who runs the campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import RUN_CAMPAIGN, may
from orgs.querysets.scope import Span
from reporting.choices import CampaignState
from reporting.exceptions import ReportingError
from reporting.models import Campaign, Exemption, Requirement
from reporting.operations import judging
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from orgs.models import User

LONGEST_REASON = 200


@transaction.atomic
def grant(campaign_id: int, requirement_code: str, unit_id: int, *, reason: str, by: User) -> Exemption:
    """免予要求 from now on; judged at once. Raises NotAllowed, IllegalMove, ReportingError for a missing reason."""
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=campaign_id)
    if not may(by, RUN_CAMPAIGN, campaign.unit):
        raise NotAllowed(_("只有部署单位可以批准免予要求。"))
    if campaign.state == CampaignState.ENDED:
        raise IllegalMove(_("这项工作部署已结束，不能再改。"))
    unit = OrgUnit.objects.visible_to(by).get(pk=unit_id)
    if not Span.of(campaign.unit).covers(unit):
        raise IllegalMove(_("这个单位不在本次部署的范围内。"))
    newest = campaign.versions.order_by("-number").first()
    if not Requirement.objects.filter(version=newest, code=requirement_code).exists():
        raise IllegalMove(_("现行部署中没有这项要求，请重新打开页面。"))
    why = checked(reason, label=_("理由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写理由。"))
    given = Exemption.objects.in_force().filter(
        campaign=campaign, requirement_code=requirement_code, unit=unit
    )
    if given.exists():
        raise IllegalMove(_("这个单位已免予这项要求，不用重复批准。"))
    exemption = Exemption.objects.create(
        campaign=campaign,
        requirement_code=requirement_code,
        unit=unit,
        reason=why,
        granted_at=clock.now(),
        granted_by=by,
    )
    ledger.record("exemption.granted", exemption, by=by, reason=why, requirement=requirement_code)
    judging.enqueue_judging(campaign, by=by, because=f"x{exemption.pk}")
    return exemption


@transaction.atomic
def withdraw(exemption_id: int, *, by: User) -> Exemption:
    """撤回: the requirement asks the unit again from now on. Raises NotAllowed, IllegalMove."""
    known = Exemption.objects.visible_to(by).get(pk=exemption_id)
    # The campaign first, as `grant` and ending it do.
    campaigns = Campaign.objects.select_for_update(of=("self",)).select_related("unit")
    campaign = campaigns.get(pk=known.campaign_id)
    if not may(by, RUN_CAMPAIGN, campaign.unit):
        raise NotAllowed(_("只有部署单位可以撤回免予要求。"))
    if campaign.state == CampaignState.ENDED:
        raise IllegalMove(_("这项工作部署已结束，不能再改。"))
    exemption = Exemption.objects.select_for_update(of=("self",)).get(pk=exemption_id)
    if exemption.withdrawn_at is not None:
        raise IllegalMove(_("已经撤回，不用重复撤回。"))
    exemption.withdrawn_at = clock.now()
    exemption.save(update_fields=["withdrawn_at"])
    ledger.record("exemption.withdrawn", exemption, by=by, requirement=exemption.requirement_code)
    judging.enqueue_judging(campaign, by=by, because=f"x{exemption.pk}w")
    return exemption
