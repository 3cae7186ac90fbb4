"""Set-level reads of daily records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from reporting.models import DailyRecord


class DailyRecordQuerySet(ScopedQuerySet["DailyRecord"]):
    pass
