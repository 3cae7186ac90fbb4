"""Home page lines about daily records and topics: what todo.py counts, and its words (SUP-2.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account, Group
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import FILL
from orgs.todo import Todo
from reporting.models import Outreach
from reporting.querysets.activity import asked_daily, unrecorded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.querysets.scope import UnitsInCharge


def sets(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """Channels of the own units that have no record of today, where one is asked; topics of superiors not answered yet."""
    own = in_charge.allowing(FILL).own_unit_ids()
    if not own:
        return {}
    asked, today = asked_daily(OrgUnit.objects.filter(pk__in=own)), clock.today()
    return {
        "accounts_today": unrecorded(Account.objects.filter(unit__in=asked), today),
        "groups_today": unrecorded(Group.objects.filter(unit__in=asked), today),
        "topics_waiting": Outreach.objects.expected_of(own).running(today).unanswered_by(own),
    }


def lines(counted: dict[str, int]) -> list[Todo]:
    """What the counts of `sets` ask for."""
    found = []
    if n := counted.get("accounts_today", 0) + counted.get("groups_today", 0):
        found.append(
            Todo(
                _("今天发布了吗"),
                _("去登记"),
                reverse("reporting:record-today"),
                n,
                detail=_("没有登记的账号、群；发布了的一点即可，条数可以更正"),
                status=_("待登记"),
                tap=_("都发布了"),
                tap_url=reverse("reporting:record-all-today"),
            )
        )
    if n := counted.get("topics_waiting", 0):
        url = f"{reverse('reporting:list-outreach')}?box=waiting"
        found.append(Todo(_("上级微话题待开展"), _("去登记"), url, n, tone="warn", status=_("待开展")))
    return found
