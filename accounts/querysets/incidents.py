"""Set-level reads of 不良信息."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import F

from accounts.choices import IncidentState
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Incident


class IncidentQuerySet(ScopedQuerySet["Incident"]):
    def unclosed(self) -> Self:
        """Found or handled, not closed yet."""
        return self.exclude(state=IncidentState.CLOSED)

    def closed(self) -> Self:
        """办结."""
        return self.filter(state=IncidentState.CLOSED)

    def grave(self) -> Self:
        """重大失误: those that feed SUP-4.4.4."""
        return self.filter(is_grave=True)

    def for_list(self) -> Self:
        """With unit and channel; what is still open first, then the newest."""
        return self.select_related("unit__parent", "account", "group").order_by(
            F("closed_at").desc(nulls_first=True), "-found_at", "-pk"
        )

    def for_page(self) -> Self:
        """With everything one page says."""
        return self.select_related(
            "unit__parent", "account", "group", "recorded_by", "handled_by", "closed_by", "grave_by"
        )
