"""Set-level reads of the direct units' own weekly reports, and of the units that owe them (SUP-4.1a)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from orgs.kernel.clock import Week
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import WeeklyReport


class WeeklyReportQuerySet(ScopedQuerySet["WeeklyReport"]):
    def of_week(self, week: Week) -> Self:
        """Reports about one week."""
        return self.filter(year=week.year, number=week.number)

    def of_year(self, year: int) -> Self:
        """Reports about the weeks that carry the year's number."""
        return self.filter(year=year)

    def confirmed(self) -> Self:
        """Reports that their committee has confirmed, in time or late."""
        return self.filter(confirmed_at__isnull=False)

    def for_list(self) -> Self:
        """With who confirmed and what was explained; two statements."""
        return self.select_related("confirmed_by").prefetch_related("explanations")


def reporters(units: OrgUnitQuerySet, week: Week) -> OrgUnitQuerySet:
    """Those of the units that owe a report of the week.

    READING of "each city/county and system": direct units in operation that are League organisations and lead others.
    A direct unit that holds its members itself is like a branch, of which nothing weekly is asked.
    Nothing is asked of a week before WEEKLY_REPORTS_FROM. Of a closed week those that its snapshot has, as punctuality
    counts them: a unit that was merged or moved since owes it still, one that came since does not.
    """
    if str(week) < settings.WEEKLY_REPORTS_FROM:
        return units.none()
    # The relation, as a queryset file imports no model at run time.
    rows = units.model._meta.get_field("weeks").related_model._default_manager
    weeks = rows.model._meta.get_field("week").related_model._default_manager
    closed = weeks.newest_editions().filter(year=week.year, number=week.number).order_by()
    then = rows.asked_to_report().filter(week__in=closed.values("pk"), unit=OuterRef("pk"))
    now = units.model._default_manager.direct_units().in_operation()
    now = now.filter(kind__is_league_organisation=True, kind__holds_members=False)
    now = now.filter(Q(opened_on__isnull=True) | Q(opened_on__lte=week.ends_on))
    return units.filter(Exists(then) | (~Exists(closed) & Q(pk__in=now.values("pk"))))


def silent(units: OrgUnitQuerySet, reports: WeeklyReportQuerySet) -> OrgUnitQuerySet:
    """The units that none of the reports is about."""
    return units.filter(~Exists(reports.filter(unit=OuterRef("pk"))))
