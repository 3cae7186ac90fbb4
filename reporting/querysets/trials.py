"""Set-level reads of packs that were tried out by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.choices import JobState
from orgs.permissions import RUN_CAMPAIGN
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import PackTrial


class PackTrialQuerySet(ScopedQuerySet["PackTrial"]):
    def ordered_by(self, user: User) -> Self:
        """Those of the person, as long as they may run campaigns there."""
        return self.actionable_by(user, RUN_CAMPAIGN).filter(created_by=user)

    def unfinished(self) -> Self:
        return self.filter(job__state__in=[JobState.QUEUED, JobState.RUNNING])
