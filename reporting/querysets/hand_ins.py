"""Set-level reads of documents that were handed in and of planned numbers; rows belong to the unit that gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import F, Q

from orgs.permissions import RUN_CAMPAIGN
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import HandInState

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Campaign, HandIn, PlannedNumber


class HandInQuerySet(ScopedQuerySet["HandIn"]):
    def of(self, campaign: Campaign, code: str, period: str) -> Self:
        """What was handed in for one requirement and period."""
        return self.filter(campaign=campaign, requirement_code=code, period=period)

    def standing(self) -> Self:
        """Handed in or accepted; what was returned counts no more."""
        return self.exclude(state=HandInState.RETURNED)

    def waiting(self) -> Self:
        """Neither accepted nor returned yet."""
        return self.filter(state=HandInState.HANDED)

    def since_judged(self) -> Self:
        """Handed in since their campaign was judged last: its answers do not know of them yet."""
        not_judged = Q(campaign__judged_until__isnull=True)
        return self.filter(not_judged | Q(handed_at__gte=F("campaign__judged_until")))

    def to_decide(self, in_charge: UnitsInCharge) -> Self:
        """Those that wait for the unit that runs the campaign, where the person may run it and sees the unit (SUP-1.0)."""
        running = in_charge.allowing(RUN_CAMPAIGN)
        return self.within(running).waiting().filter(campaign__unit_id__in=running.own_unit_ids())

    def decidable_by(self, user: User) -> Self:
        """Those of campaigns the person may run, of units the person sees."""
        running = user.units_in_charge().allowing(RUN_CAMPAIGN)
        if not running.spans:
            return self.none()
        conditions = Q(pk__in=[])
        for span in running.spans:
            conditions |= span.condition("campaign__unit")
        return self.within(running).filter(conditions)

    def for_page(self) -> Self:
        """With what pages say of each."""
        return self.select_related("unit", "handed_by", "decided_by")


class PlannedNumberQuerySet(ScopedQuerySet["PlannedNumber"]):
    def in_force(self) -> Self:
        """The newest number of each unit."""
        return self.filter(superseded_at__isnull=True)

    def as_of(self, moment: datetime) -> Self:
        """Those that were in force at the moment."""
        is_open = Q(superseded_at__isnull=True) | Q(superseded_at__gt=moment)
        return self.filter(is_open, recorded_at__lte=moment)
