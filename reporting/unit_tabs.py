"""This app's tabs on the page of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.panels import Tab

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

WEEKLY, CHECKS, CAMPAIGNS, SUPERVISION, ACTIVITY = "weekly", "checks", "campaigns", "supervision", "activity"


def tabs(user: User, unit: OrgUnit) -> list[Tab]:
    """周报, the unit in its newest closed week, 工作部署, 日常记录, 抽查 and 督导; the pages decide who may see them."""
    return [
        Tab(WEEKLY, _("周报"), reverse("reporting:show-latest-week", args=[unit.pk]), 40),
        Tab(CAMPAIGNS, _("工作部署"), reverse("reporting:list-unit-requirements", args=[unit.pk]), 45),
        Tab(ACTIVITY, _("日常记录"), reverse("reporting:show-activity-month", args=[unit.pk]), 48),
        Tab(CHECKS, _("抽查"), reverse("reporting:list-unit-checks", args=[unit.pk]), 50),
        Tab(SUPERVISION, _("督导"), reverse("reporting:list-unit-duties", args=[unit.pk]), 55),
    ]
