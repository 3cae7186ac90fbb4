"""This app's tabs on the page of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.panels import Tab

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

WEEKLY, CHECKS, CAMPAIGNS = "weekly", "checks", "campaigns"


def tabs(user: User, unit: OrgUnit) -> list[Tab]:
    """周报, the unit in its newest closed week, 工作部署 and 抽查; the pages themselves decide who may see them."""
    return [
        Tab(WEEKLY, _("周报"), reverse("reporting:show-latest-week", args=[unit.pk]), 40),
        Tab(CAMPAIGNS, _("工作部署"), reverse("reporting:list-unit-requirements", args=[unit.pk]), 45),
        Tab(CHECKS, _("抽查"), reverse("reporting:list-unit-checks", args=[unit.pk]), 50),
    ]
