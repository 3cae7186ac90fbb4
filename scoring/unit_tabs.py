"""This app's tab on the page of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.panels import Tab
from orgs.permissions import EXPORT, VIEW_SHEET

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

SHEETS = "sheets"


def tabs(user: User, unit: OrgUnit) -> list[Tab]:
    """考评, for those who may see the unit's sheets."""
    charge = user.units_in_charge()
    if not charge.allowing(VIEW_SHEET).covers(unit):
        return []
    # A branch is seldom assessed: its secretary isn't shown a tab with nothing in it.
    if not charge.allowing(EXPORT).covers(unit) and not unit.sheets.exists():
        return []
    return [Tab(SHEETS, _("考评"), reverse("scoring:list-unit-sheets", args=[unit.pk]), 60)]
