"""What this app adds to the page of a unit: its tabs, and what is to be confirmed or handled there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Incident
from accounts.pages import attention
from accounts.pages import incidents as incident_pages
from orgs.kernel.counting import counts
from orgs.operations import confirmation
from orgs.pages import unit_head
from orgs.panels import Panel, Tab
from orgs.permissions import MANAGE_PEOPLE
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.lists import Listing
    from orgs.models import OrgUnit, User
    from orgs.pages.unit_head import UnitHead

INCIDENTS_SHOWN = 5
CHANNELS, ADMINISTRATORS, CHANGES = "channels", "administrators", "changes"


def tabs(user: User, unit: OrgUnit) -> list[Tab]:
    """账号与群 and 管理员 are the lists, filtered to this unit's subtree; 变更 is what happened to the unit itself."""
    accounts, people = reverse("accounts:list-accounts"), reverse("accounts:list-administrators")
    return [
        Tab(CHANNELS, _("账号与群"), f"{accounts}?unit={unit.pk}", 20),
        Tab(ADMINISTRATORS, _("管理员"), f"{people}?unit={unit.pk}", 30),
        Tab(CHANGES, _("变更"), reverse("accounts:list-unit-changes", args=[unit.pk]), 90),
    ]


def head_of(listing: Listing, current: str) -> UnitHead | None:
    """The unit's head above a list that is filtered to its subtree; None above the list of everything."""
    chosen = listing.filter.unit
    return unit_head.read(listing.request.user, chosen.pk, current) if chosen else None


def channel_choices(unit_pk: int, current: str) -> list[tuple[str, str, bool]]:
    """账号 and 群, the two lists of one tab; `current` is the URL name of the one shown."""
    names = (("accounts:list-accounts", _("账号")), ("accounts:list-groups", _("群")))
    return [(word, f"{reverse(name)}?unit={unit_pk}", name == current) for name, word in names]


def panels(user: User, unit: OrgUnit, children: Sequence[OrgUnit]) -> list[Panel]:
    """待确认 of the unit and directly below, and open 不良信息 of its subtree, overdue first; two statements at most."""
    in_charge, below = user.units_in_charge(), UnitsInCharge.below(unit)
    found = Incident.objects.within(in_charge).within(below)
    asked = {**attention.to_confirm_near([unit.pk], in_charge), **attention.open_incidents(found)}
    if in_charge.allowing(MANAGE_PEOPLE).covers(unit):
        asked["people"] = confirmation.waiting_for(user, below=unit)
    n = counts(**asked)
    if not any(n.values()):
        return []
    context = {
        "lines": _lines(unit, n),
        "n_incidents": n["incidents"],
        "overdue": attention.overdue_words(n["late_incidents"]) if n["late_incidents"] else "",
        "incidents": incident_pages.lines(
            found.unclosed().most_urgent_first().select_related("unit", "account", "group")[:INCIDENTS_SHOWN]
        )
        if n["incidents"]
        else [],
    }
    return [Panel("aside", "accounts/unit/_attention.html", context)]


def _lines(unit: OrgUnit, n: dict[str, int]) -> list[tuple[str, int, str]]:
    """(words, how many, address) of what somebody has to confirm."""
    lines = (
        (
            _("账号信息"),
            n["stale_accounts"],
            attention.to_confirm_url("accounts:list-accounts", unit=unit.pk),
        ),
        (_("群信息"), n["stale_groups"], attention.to_confirm_url("accounts:list-groups", unit=unit.pk)),
        (_("下级人员是否仍在任"), n.get("people", 0), f"{reverse('orgs:confirm-people')}?unit={unit.pk}"),
    )
    return [line for line in lines if line[1]]
