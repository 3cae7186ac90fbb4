"""Many invitations at once: the list, the sheets of QR codes (shown once), who has not used theirs, print again."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.exceptions import LinkAlreadyMade, NotAllowed, OrgsError
from orgs.forms.people_bulk import InviteManyForm, as_text
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.models import Invitation, OrgUnit
from orgs.operations import invitations_bulk
from orgs.operations.appointing_rights import Appointer
from orgs.operations.invitations_bulk import FaultyList, Line
from orgs.permissions import MANAGE_PEOPLE, may_anywhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.operations.invitations import Invited

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Card:
    """One QR code to cut out."""

    invitation: Invitation
    link: str
    qr_code: str


@dataclass(slots=True)
class Sheet:
    """The cards of one superior unit, and their text for its WeChat group."""

    title: str
    cards: list[Card] = field(default_factory=list)
    text: str = ""


@login_required
@require_http_methods(["GET", "POST"])
def invite_many(request: LeagueRequest) -> HttpResponse:
    """Paste or upload a list, or start from the class branches without a secretary; answers with sheets of QR codes."""
    if not may_anywhere(request.user, MANAGE_PEOPLE):
        raise NotAllowed
    unit = _unit(request)
    form = InviteManyForm(request.POST or None, request.FILES or None, initial={"text": _vacant(unit)})
    errors: list[object] = []
    if form.is_valid():
        try:
            invited = invitations_bulk.invite_many(
                form.cleaned_data["lines"],
                by=request.user,
                idempotency_key=form.cleaned_data["idempotency_key"],
            )
        except FaultyList as error:
            errors = list(error.errors)
            form.add_error(None, error.message)
        except LinkAlreadyMade as error:
            return render(request, "orgs/invitations/repeated.html", {"message": error.message}, status=409)
        else:
            return _show(request, invited)
    context = {"form": form, "errors": errors, "unit": unit}
    return render(request, "orgs/invitations/invite_many.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def list_invitations(request: LeagueRequest) -> HttpResponse:
    """Who has not used the invitation yet: by college or batch, with its end; renew, revoke, print a batch again."""
    if not may_anywhere(request.user, MANAGE_PEOPLE):
        raise NotAllowed
    text, batch = request.GET.get("q", "").strip(), request.GET.get("batch", "")
    unused = Invitation.objects.actionable_by(request.user, MANAGE_PEOPLE).unused().of_units(text)
    if batch:
        unused = unused.of_batch(batch)
    page = Paginator(unused.for_people_list(), PER_PAGE).get_page(request.GET.get("page"))
    appointer = Appointer.of(request.user)
    context = {
        "page": page,
        "text": text,
        "batch": batch,
        "now": clock.now(),
        "in_hand": {each.pk for each in page if appointer.may_give(each.unit, each.role, each.department)},
    }
    return render(request, "orgs/invitations/list.html", context)


@login_required
@require_POST
def renew(request: LeagueRequest, pk: int) -> HttpResponse:
    """A new code for one unused invitation; the old one dies. Shown once."""
    invitation = _invitation(request, pk)
    try:
        invited = invitations_bulk.renew(invitation, by=request.user)
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("orgs:list-invitations")
    return _show(request, [invited])


@login_required
@require_POST
def renew_batch(request: LeagueRequest, pk: int) -> HttpResponse:
    """Print again the unused ones of the batch to which this invitation belongs. Shown once."""
    invitation = _invitation(request, pk)
    try:
        invited = invitations_bulk.renew_batch(invitation.batch, by=request.user)
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("orgs:list-invitations")
    return _show(request, invited)


def _invitation(request: LeagueRequest, pk: int) -> Invitation:
    found = Invitation.objects.actionable_by(request.user, MANAGE_PEOPLE).select_related("unit")
    return get_object_or_404(found, pk=pk)


def _unit(request: LeagueRequest) -> OrgUnit | None:
    """The unit the picker names; without script, the best match of what was typed."""
    pk, text = whole_number(request.GET.get("unit")), request.GET.get("unit_q", "").strip()
    units = OrgUnit.objects.actionable_by(request.user, MANAGE_PEOPLE)
    if pk is not None:
        unit: OrgUnit = get_object_or_404(units, pk=pk)
        return unit
    return next(iter(units.best_matches(text, 1)), None) if text else None


def _vacant(unit: OrgUnit | None) -> str:
    """A line to fill for each class branch without a secretary, by code where names are not enough."""
    if unit is None:
        return ""
    branches = invitations_bulk.vacant_branches(unit)
    names = [branch.name for branch in branches]
    alike = {name for name in names if names.count(name) > 1} if len(set(names)) != len(names) else set()
    return as_text(Line(0, each.code if each.name in alike else each.name, "", "") for each in branches)


def _show(request: LeagueRequest, invited: Sequence[Invited]) -> HttpResponse:
    # Codes are shown once, in this answer to a POST: they stand in no address of ours and in no message.
    context = {
        "sheets": _sheets(request, invited),
        "n_invited": len(invited),
        "expires_at": invited[0].invitation.expires_at,
    }
    return render(request, "orgs/invitations/created_many.html", context)


def _sheets(request: LeagueRequest, invited: Sequence[Invited]) -> list[Sheet]:
    def college(each: Invited) -> tuple[int, int, int]:
        unit = each.invitation.unit
        above = unit.parent or unit
        return above.tree_id, above.lft, above.pk

    in_order = sorted(
        invited, key=lambda each: (*college(each), each.invitation.unit.lft, each.invitation.pk)
    )
    sheets = []
    for _key, group in groupby(in_order, key=college):
        cards = [_card(request, each) for each in group]
        unit = cards[0].invitation.unit
        sheet = Sheet((unit.parent or unit).name, cards)
        sheet.text = _group_text(sheet)
        sheets.append(sheet)
    return sheets


def _card(request: LeagueRequest, each: Invited) -> Card:
    link = request.build_absolute_uri(reverse("orgs:accept-invitation", args=[each.code]))
    return Card(each.invitation, link, segno.make(link, error="m").svg_data_uri(scale=4, border=2))


def _group_text(sheet: Sheet) -> str:
    until = clock.local(sheet.cards[0].invitation.expires_at)
    head = _(
        "%(unit)s：请各团支部负责人打开自己的链接，核对本人信息并设置密码后填报，%(month)s月%(day)s日前有效，只能使用一次。"
    ) % {
        "unit": sheet.title,
        "month": until.month,
        "day": until.day,
    }
    return "\n".join([head, *(_group_line(card) for card in sheet.cards)])


def _group_line(card: Card) -> str:
    who = f"{card.invitation.unit.name} {card.invitation.masked_name}"
    if card.invitation.stands_in_until:
        day = card.invitation.stands_in_until
        who += _("（临时代理，到%(month)s月%(day)s日）") % {"month": day.month, "day": day.day}
    return f"{who} {card.link}"
