"""This app's tab on the page of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.panels import Tab

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User


def tabs(user: User, unit: OrgUnit) -> list[Tab]:
    """The unit in its newest closed week; the page itself decides who may see it."""
    return [Tab(_("周报"), reverse("reporting:show-latest-week", args=[unit.pk]))]
