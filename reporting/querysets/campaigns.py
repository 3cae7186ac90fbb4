"""Set-level reads of campaigns and of how units stand to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from orgs.kernel.versions import VersionQuerySet
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import CampaignState

if TYPE_CHECKING:
    from reporting.models import (
        Campaign,
        Exemption,
        HandIn,
    )


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    def running(self) -> Self:
        return self.filter(state=CampaignState.RUNNING)


class RequirementQuerySet(models.QuerySet["Requirement"]):
    pass


class ExemptionQuerySet(ScopedQuerySet["Exemption"]):
    def in_force(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class JudgementQuerySet(VersionQuerySet["Judgement"]):
    pass


class TallyQuerySet(VersionQuerySet["Tally"]):
    pass


class HandInQuerySet(ScopedQuerySet["HandIn"]):
    pass
