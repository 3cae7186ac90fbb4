"""Set-level reads of campaigns and of how units stand to them."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery

from orgs.choices import Kind
from orgs.kernel.versions import VersionQuerySet
from orgs.permissions import RUN_CAMPAIGN, VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import CampaignState, DemandKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import Span
    from reporting.models import (
        Campaign,
        CampaignRound,  # noqa: F401 - these four in the bases of their querysets
        Exemption,
        Judgement,  # noqa: F401
        Requirement,  # noqa: F401
        Tally,  # noqa: F401
    )


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    def running(self) -> Self:
        return self.filter(state=CampaignState.RUNNING)

    def to_judge(self) -> Self:
        """Running ones, and ended ones that are not judged up to their end yet."""
        is_open = Q(judged_until__isnull=True) | Q(judged_until__lt=F("ended_at"))
        return self.filter(Q(state=CampaignState.RUNNING) | Q(state=CampaignState.ENDED) & is_open)

    def for_page(self) -> Self:
        """With its unit, who launched it, and the number of its newest version, which may not be judged yet."""
        return self.select_related("unit", "launched_by").annotate(newest_number=Max("versions__number"))

    def with_newest_title(self) -> Self:
        """Each with `newest_title`, that of its newest version."""
        versions = self.model.versions.rel.related_model._default_manager.filter(campaign=OuterRef("pk"))
        titles = versions.order_by("-number").values("title")[:1]
        return self.annotate(newest_title=Subquery(titles))

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Those that were launched in the person's subtrees or above them; drafts where the person runs campaigns."""
        in_charge = user.units_in_charge().allowing(verb)
        if not in_charge.spans:
            return self.none()
        asked = reduce(or_, (_above(span) | span.condition(self.unit_lookup) for span in in_charge.spans))
        drafts = self.actionable_by(user, RUN_CAMPAIGN).values("pk")
        return self.filter(asked).exclude(Q(state=CampaignState.DRAFT) & ~Q(pk__in=drafts))


class RequirementQuerySet(models.QuerySet["Requirement"]):
    def monthly_figures(self) -> Self:
        """Figures that are judged at the end of each calendar month."""
        return self.filter(kind=DemandKind.FIGURE, rule__recurs="monthly")

    def papers(self, *kinds: str) -> Self:
        """What asks for a document or a planned number; a demand that shares those of another one is left out."""
        return self.filter(kind__in=kinds or (DemandKind.DOCUMENT, DemandKind.PLAN), rule__of__isnull=True)

    def of_newest_versions(self) -> Self:
        """Those of the newest version of each campaign."""
        return self.exclude(version__campaign__versions__number__gt=F("version__number"))


class ExemptionQuerySet(ScopedQuerySet["Exemption"]):
    def in_force(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def as_of(self, moment: datetime) -> Self:
        """Those that were in force at the moment."""
        is_open = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=moment)
        return self.filter(is_open, granted_at__lte=moment)


class CampaignRoundQuerySet(models.QuerySet["CampaignRound"]):
    def for_list(self) -> Self:
        return self.select_related("round__field_list", "round__unit")


class JudgementQuerySet(VersionQuerySet["Judgement"]):
    def of_running(self) -> Self:
        """Those that stand now in campaigns that are running."""
        return self.current().filter(version__campaign__state=CampaignState.RUNNING)

    def lacking(self) -> Self:
        """Units that have not met something they are asked."""
        return self.filter(Q(standings__contains="0") | Q(standings__contains="y"))


class TallyQuerySet(VersionQuerySet["Tally"]):
    def as_of_any(self, moments: Sequence[datetime]) -> Self:
        """What was valid at one of several instants."""
        if not moments:
            return self.none()
        valid = (Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at)) for at in moments)
        return self.filter(reduce(or_, valid))


def _above(span: Span) -> Q:
    """Campaigns of the units above a subtree, the national office included."""
    over = Q(unit__tree_id=span.tree_id, unit__lft__lte=span.lft, unit__rght__gte=span.rght)
    return over | Q(unit__kind=Kind.NATIONAL)
