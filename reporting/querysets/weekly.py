"""Set-level reads of closed weeks and their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import WeekState

if TYPE_CHECKING:
    from reporting.models import WeekUnit


class ClosedWeekQuerySet(models.QuerySet["ClosedWeek"]):
    def published(self) -> Self:
        """Closed editions, newest first."""
        return self.filter(state=WeekState.CLOSED)


class WeekUnitQuerySet(ScopedQuerySet["WeekUnit"]):
    pass
