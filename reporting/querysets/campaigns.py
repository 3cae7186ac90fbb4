"""Set-level reads of campaigns and of how units stand to them."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from orgs.choices import Kind
from orgs.kernel.versions import VersionQuerySet
from orgs.permissions import RUN_CAMPAIGN, VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import CampaignState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import Span
    from reporting.models import (
        Campaign,
        Exemption,
        HandIn,
    )


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    def running(self) -> Self:
        return self.filter(state=CampaignState.RUNNING)

    def to_judge(self) -> Self:
        """Running ones, and ended ones that are not judged up to their end yet."""
        is_open = Q(judged_until__isnull=True) | Q(judged_until__lt=F("ended_at"))
        return self.filter(Q(state=CampaignState.RUNNING) | Q(state=CampaignState.ENDED) & is_open)

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Those that were launched in the person's subtrees or above them; drafts where the person runs campaigns."""
        in_charge = user.units_in_charge().allowing(verb)
        if not in_charge.spans:
            return self.none()
        asked = reduce(or_, (_above(span) | span.condition(self.unit_lookup) for span in in_charge.spans))
        drafts = self.actionable_by(user, RUN_CAMPAIGN).values("pk")
        return self.filter(asked).exclude(Q(state=CampaignState.DRAFT) & ~Q(pk__in=drafts))


class RequirementQuerySet(models.QuerySet["Requirement"]):
    pass


class ExemptionQuerySet(ScopedQuerySet["Exemption"]):
    def in_force(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def as_of(self, moment: datetime) -> Self:
        """Those that were in force at the moment."""
        is_open = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=moment)
        return self.filter(is_open, granted_at__lte=moment)


class JudgementQuerySet(VersionQuerySet["Judgement"]):
    def of_running(self) -> Self:
        """Those that stand now in campaigns that are running."""
        return self.current().filter(version__campaign__state=CampaignState.RUNNING)

    def lacking(self) -> Self:
        """Units that have not met something they are asked."""
        return self.filter(standings__contains="0")


class TallyQuerySet(VersionQuerySet["Tally"]):
    def as_of_any(self, moments: Sequence[datetime]) -> Self:
        """What was valid at one of several instants."""
        if not moments:
            return self.none()
        valid = (Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at)) for at in moments)
        return self.filter(reduce(or_, valid))


class HandInQuerySet(ScopedQuerySet["HandIn"]):
    pass


def _above(span: Span) -> Q:
    """Campaigns of the units above a subtree, the national office included."""
    over = Q(unit__tree_id=span.tree_id, unit__lft__lte=span.lft, unit__rght__gte=span.rght)
    return over | Q(unit__kind=Kind.NATIONAL)
