"""This app's lines on the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.kernel import clock
from orgs.todo import Todo
from scoring.models import Sheet

if TYPE_CHECKING:
    from orgs.models import User

END_OF_SELF_ASSESSMENT = (12, 31)  # SUP-4.2


def for_user(user: User) -> list[Todo]:
    """The own unit's unfinished self-assessment; for assessors, how many sheets wait for their scores."""
    charge = user.units_in_charge()
    own_units = charge.allowing(permissions.SELF_ASSESS).own_unit_ids()
    lines = [_self_line(sheet) for sheet in Sheet.objects.awaiting_self_of(own_units)] if own_units else []
    if charge.allowing(permissions.ASSESS).spans:
        n_open = Sheet.objects.within(charge.allowing(permissions.ASSESS)).ungraded().count()
        if n_open:
            url = reverse("scoring:list-sheets")
            lines.append(Todo(label=_("考评表未评完"), verb=_("去评分"), url=url, count=n_open))
    return lines


def _self_line(sheet: Sheet) -> Todo:
    month, day = END_OF_SELF_ASSESSMENT
    due = _("%(year)s年%(month)s月%(day)s日前") % {"year": sheet.year, "month": month, "day": day}
    is_late = clock.today().year > sheet.year
    return Todo(
        label=_("年度自评未完成"),
        verb=_("去自评"),
        url=sheet.get_absolute_url(),
        due=due,
        detail=sheet.title,
        tone="bad" if is_late else "warn",
    )
