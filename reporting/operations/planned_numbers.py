"""计划数: a unit says what it plans, by the day the notice names; then what came of it is judged against that.

READING: until that day the unit corrects its own number; afterwards only the unit that runs the campaign enters or changes
one, with a reason. Every number that was given stays, with who gave it when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import FILL, RUN_CAMPAIGN, may
from reporting.choices import CampaignState, DemandKind
from reporting.exceptions import ReportingError
from reporting.models import Campaign, PlannedNumber
from reporting.operations.hand_in_asked import demand_of, hold, planned_by, units_asked
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import Requirement

LARGEST = 10_000_000
LONGEST_REASON = 200


def may_plan(requirement: Requirement, unit: OrgUnit, *, by: User) -> bool:
    """Whether the unit's number is still to be given by the unit itself, and the person fills for it."""
    due = planned_by(requirement)
    is_open = due is None or clock.now() < due
    return is_open and may(by, FILL, unit)


def may_change(requirement: Requirement, unit: OrgUnit, *, by: User) -> bool:
    """Whether the person may enter or change the number for the unit after its day, with a reason."""
    runs = may(by, RUN_CAMPAIGN, requirement.version.campaign.unit)
    return runs and by.units_in_charge().allowing(RUN_CAMPAIGN).covers(unit)


@transaction.atomic
def plan(
    campaign_id: int, code: str, unit_id: int, *, planned: int, reason: str = "", by: User
) -> PlannedNumber:
    """填写计划数; the same number again changes nothing.

    Raises NotAllowed, IllegalMove where it is not asked of the unit or its day is over for the unit, ReportingError.
    """
    campaign = Campaign.objects.readable_by(by).select_related("unit").get(pk=campaign_id)
    unit = OrgUnit.objects.visible_to(by).get(pk=unit_id)
    requirement = demand_of(campaign, code, DemandKind.PLAN)
    why = _permitted(campaign, requirement, unit, reason, by=by)
    if not 0 <= planned <= LARGEST:
        raise ReportingError(_("计划数应在0到%(n)d之间，请更正。") % {"n": LARGEST})
    # Two presses at once: the second waits here, and finds what the first has left.
    hold(unit)
    given = PlannedNumber.objects.in_force().filter(campaign=campaign, requirement_code=code, unit=unit)
    before = given.first()
    if before is not None and before.planned == planned:
        return before
    now = clock.now()
    given.update(superseded_at=now)
    made = PlannedNumber.objects.create(
        campaign=campaign,
        requirement_code=code,
        unit=unit,
        planned=planned,
        recorded_at=now,
        recorded_by=by,
        reason=why,
    )
    was = before.planned if before else None
    ledger.record("plan.recorded", made, by=by, reason=why, requirement=code, planned=planned, before=was)
    return made


def _permitted(campaign: Campaign, requirement: Requirement, unit: OrgUnit, reason: str, *, by: User) -> str:
    """The reason, where one is needed. Raises NotAllowed, IllegalMove, ReportingError."""
    if not (may(by, FILL, unit) or may_change(requirement, unit, by=by)):
        raise NotAllowed
    if campaign.state != CampaignState.RUNNING:
        raise IllegalMove(_("这项工作部署不在进行中，不能填写计划数。"))
    if not units_asked(requirement).filter(pk=unit.pk).exists():
        raise IllegalMove(_("这项要求不对这个单位提出，不用填写。"))
    if may_plan(requirement, unit, by=by):
        return ""
    if not may_change(requirement, unit, by=by):
        raise IllegalMove(_("计划数填写已经截止。如需补填或更改，请联系部署单位，由其说明理由后更改。"))
    why = checked(reason, label=_("理由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("计划数填写已经截止，补填或更改请填写理由。"))
    return why
