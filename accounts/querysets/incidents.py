"""Set-level reads of 不良信息."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db.models import F

from accounts.choices import IncidentState
from orgs.kernel import clock
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Incident


class IncidentQuerySet(ScopedQuerySet["Incident"]):
    def unclosed(self) -> Self:
        """Found or handled, not closed yet."""
        return self.exclude(state=IncidentState.CLOSED)

    def overdue(self) -> Self:
        """Found, and not handled within settings.INCIDENT_HANDLE_HOURS (SUP-2.2.1c asks for a quick reaction)."""
        since = clock.now() - timedelta(hours=settings.INCIDENT_HANDLE_HOURS)
        return self.filter(state=IncidentState.FOUND, found_at__lt=since)

    def most_urgent_first(self) -> Self:
        """What nobody has handled, the longest waiting first; then what waits for being closed."""
        return self.order_by(F("handled_at").asc(nulls_first=True), "found_at", "pk")

    def closed(self) -> Self:
        """办结."""
        return self.filter(state=IncidentState.CLOSED)

    def grave(self) -> Self:
        """重大失误: those that feed SUP-4.4.4."""
        return self.filter(is_grave=True)

    def found_since(self, year: int) -> Self:
        """Found in the calendar year or later."""
        return self.filter(found_at__gte=clock.day_start(date(year, 1, 1)))

    def found_in(self, year: int) -> Self:
        """Found in the calendar year."""
        return self.found_since(year).filter(found_at__lt=clock.day_start(date(year + 1, 1, 1)))

    def on_record_at(self, moment: datetime) -> Self:
        """Found and on record before the moment: what a closed week knew of."""
        return self.filter(found_at__lt=moment, recorded_at__lt=moment)

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
