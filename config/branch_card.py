"""The card for branch secretaries: what to fill in, how to sign in, until when, whom to ask; made to be printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Expected, FieldList
from accounts.pages.superiors import Contact, contact_of
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import FILL, may

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

FORM = "UNI-A"  # what a branch fills in where nothing is asked of it now
MOST_CARDS = 100


@dataclass(frozen=True, slots=True)
class Card:
    """One unit's card. `due`: its forms to hand in, the nearest deadline first; `asked`: (group, captions) of the form."""

    unit: OrgUnit
    contact: Contact | None
    due: list[Expected]
    asked: list[tuple[str, list[str]]]


@login_required
@require_safe
def show_card(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """The unit's card on a page of A4; with `below`, those of its child units, two on a page."""
    unit = get_object_or_404(
        OrgUnit.objects.visible_to(request.user).select_related("kind", "parent__contact"), pk=unit_pk
    )
    if not may(request.user, FILL, unit):
        raise NotAllowed
    is_below = "below" in request.GET
    units = list(_children(request, unit)[:MOST_CARDS]) if is_below else [unit]
    link = request.build_absolute_uri(reverse("accounts:start"))
    context = {
        "unit": unit,
        "is_below": is_below,
        "cards": _cards(request, units),
        "link": link,
        "qr_code": segno.make(link, error="m").svg_data_uri(scale=4, border=2),
        "printed_on": clock.today(),
        "most": MOST_CARDS,
    }
    return render(request, "help/card.html", context)


def _children(request: LeagueRequest, unit: OrgUnit) -> QuerySet[OrgUnit]:
    below = OrgUnit.objects.visible_to(request.user).children_of(unit).in_official_order()
    children: QuerySet[OrgUnit] = below.select_related("parent__contact")
    return children


def _cards(request: LeagueRequest, units: list[OrgUnit]) -> list[Card]:
    """All of them have one superior, so whom to ask is found once."""
    expected = Expected.objects.visible_to(request.user).due().for_tasks()
    due = list(expected.filter(unit__in=units, round__closed_at__isnull=True, round__is_standing=False))
    contact = contact_of(units[0]) if units else None
    usual = FieldList.objects.filter(code=FORM).order_by("-version").first()
    return [_card(unit, contact, [each for each in due if each.unit_id == unit.pk], usual) for unit in units]


def _card(unit: OrgUnit, contact: Contact | None, due: list[Expected], usual: FieldList | None) -> Card:
    form = due[0].round.field_list if due else usual
    groups: dict[str, list[str]] = {}
    for each in form.fields if form else []:
        groups.setdefault(each.get("group_label", ""), []).append(each["label"])
    return Card(unit, contact, due, list(groups.items()))
