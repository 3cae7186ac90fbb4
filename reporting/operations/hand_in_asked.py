"""What a unit may hand in or plan: the demand of a running campaign, asked of the unit, and the period it is about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.models import OrgUnit
from orgs.permissions import FILL, may
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import CampaignState, DemandKind
from reporting.judging import papers, periods
from reporting.models import Campaign, Requirement
from reporting.querysets import targets

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet


def demand_of(campaign: Campaign, code: str, kind: DemandKind) -> Requirement:
    """The demand in the newest version. Raises IllegalMove where a newer one asks for it no more."""
    found = (
        Requirement.objects.papers(kind).of_newest_versions().filter(version__campaign=campaign, code=code)
    )
    requirement = found.select_related("version__campaign__unit").first()
    if requirement is None:
        raise IllegalMove(_("现行部署中没有这项要求，请重新打开页面。"))
    return requirement


def units_asked(requirement: Requirement) -> OrgUnitQuerySet:
    """The units in operation that the demand asks today, exempt ones included."""
    below = UnitsInCharge.below(requirement.version.campaign.unit)
    units: OrgUnitQuerySet = OrgUnit.objects.within(below).in_operation()
    return units.filter(targets.condition(requirement.target))


def hold(unit: OrgUnit) -> None:
    """Nobody else hands in or plans for the unit until this transaction ends."""
    OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)


def ensure_open(campaign: Campaign, requirement: Requirement, unit: OrgUnit, *, by: User) -> None:
    """Raises NotAllowed, IllegalMove where the campaign does not run or does not ask this of the unit."""
    if not may(by, FILL, unit):
        raise NotAllowed
    if campaign.state != CampaignState.RUNNING:
        raise IllegalMove(_("这项工作部署不在进行中，不能报送。"))
    if not units_asked(requirement).filter(pk=unit.pk).exists():
        raise IllegalMove(_("这项要求不对这个单位提出，不用报送。"))


def period_of(requirement: Requirement, key: str, at: datetime) -> str:
    """The key of the period a document is about, checked. Raises IllegalMove for one that nobody is asked about (yet)."""
    recurs = requirement.rule.get("recurs")
    if not recurs:
        return periods.ONCE
    period = periods.parse(recurs, key)
    first, last = asked_between(requirement, at)
    if period is None or not first <= period <= last:
        raise IllegalMove(_("没有这一期，请重新打开页面选择。"))
    return period.key


def asked_between(requirement: Requirement, at: datetime) -> tuple[periods.Period, periods.Period]:
    """The first and the last period of a recurring document that may be handed in at the moment."""
    recurs = requirement.rule["recurs"]
    last = periods.running(recurs, at)
    if requirement.deadline_at is not None:
        last = min(last, periods.running(recurs, requirement.deadline_at - timedelta(microseconds=1)))
    first = periods.running(recurs, papers.begins(requirement) or at)
    return min(first, last), last


def due_at(requirement: Requirement, period: str) -> datetime | None:
    """Until when the document is in time: the end of its period, else the deadline of the demand."""
    recurs = requirement.rule.get("recurs")
    found = periods.parse(recurs, period) if recurs else None
    return found.ends_at if found else requirement.deadline_at


def planned_by(requirement: Requirement) -> datetime | None:
    """Until when the unit gives its planned number."""
    text = requirement.rule.get("planned_by")
    return datetime.fromisoformat(text) if text else None
