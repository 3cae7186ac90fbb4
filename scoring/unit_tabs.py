"""This app's tab on the page of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.panels import Tab
from orgs.permissions import VIEW_SHEET

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

SHEETS = "sheets"


def tabs(user: User, unit: OrgUnit) -> list[Tab]:
    """考评, for those who may see the unit's sheets."""
    if not user.units_in_charge().allowing(VIEW_SHEET).covers(unit):
        return []
    return [Tab(SHEETS, _("考评"), reverse("scoring:list-unit-sheets", args=[unit.pk]), 60)]
