"""Set-level reads of spot checks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Q

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.kernel.clock import Week
    from reporting.models import CheckPhoto, SpotCheck


class SpotCheckQuerySet(ScopedQuerySet["SpotCheck"]):
    def valid(self) -> Self:
        """Checks that were not voided."""
        return self.filter(voided_at__isnull=True)

    def valid_at(self, at: datetime) -> Self:
        """Checks made before that moment and not voided before it."""
        return self.filter(Q(voided_at__isnull=True) | Q(voided_at__gte=at), checked_at__lt=at)

    def in_week(self, week: Week, known: datetime | None = None) -> Self:
        """Checks that count in the week: of the day after the one counted, entered before the week's end.

        `known` is the later moment up to which a new edition takes late ones in.
        """
        return self.valid_at(known or week.ends_at).of_days_of(week)

    def of_days_of(self, week: Week) -> Self:
        """Checks of the days of the week, entered whenever: a check counts the last full day before it."""
        one = timedelta(days=1)
        return self.filter(counted_on__range=(week.starts_on - one, week.ends_on - one))

    def for_list(self) -> Self:
        """With everything a row of the list shows, newest first."""
        return self.select_related("unit", "direct_unit", "group", "account", "checked_by").order_by(
            "-checked_at", "-pk"
        )


class CheckPhotoQuerySet(ScopedQuerySet["CheckPhoto"]):
    """A photo belongs to the unit that was checked."""

    unit_lookup: ClassVar[str] = "check_made__unit"

    def kept(self) -> Self:
        """Those whose file is still there."""
        return self.filter(deleted_at__isnull=True)
