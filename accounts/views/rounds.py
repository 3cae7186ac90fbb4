"""填报任务: the rounds of the own scope, and launching one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import links
from accounts.exceptions import AccountsError
from accounts.forms.rounds import LaunchForm
from accounts.models import CollectionRound
from accounts.operations import rounds
from accounts.pages import rounds as rounds_page
from orgs import permissions
from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.models import OrgUnit

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_rounds(request: LeagueRequest) -> HttpResponse:
    """Every round launched in the person's scope, with how far it is."""
    _ensure_may_launch(request)
    found = CollectionRound.objects.actionable_by(request.user, permissions.LAUNCH_ROUND).for_list()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/rounds/list.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def launch_round(request: LeagueRequest) -> HttpResponse:
    """Which form, to whom, from when until when."""
    _ensure_may_launch(request)
    form = LaunchForm(request.POST or None, user=request.user)
    key = request.POST.get("key", "")[:40] or uuid.uuid4().hex
    if form.is_valid():
        try:
            launched = rounds.launch_round(by=request.user, idempotency_key=key, **form.facts())
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            n_expected = launched.expected.count()
            messages.success(request, _("已发起，应填 %(n)s 个团组织。") % {"n": n_expected})
            return redirect("accounts:list-rounds")
    context = {"form": form, "key": key}
    return render(request, "accounts/rounds/launch.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def show_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """One round by its phases; a unit founded after the launch is added here, in its phase."""
    round = _own_round(request, pk)
    if request.method == "POST":
        unit = _unit_named(request)
        try:
            if unit is None:
                raise AccountsError(_("没有找到这个团组织，请填写全称或代码，从列表中选择。"))
            added = rounds.expect(round, unit, by=request.user)
        except OrgsError as error:
            messages.error(request, error.message)
        else:
            at = f"{clock.local(added.deadline_at):%m-%d %H:%M}"
            messages.success(
                request, _("已列入应填：%(unit)s，%(at)s 截止。") % {"unit": unit.name, "at": at}
            )
        return redirect("accounts:show-round", pk)
    context = {
        "round": round,
        "phases": rounds_page.phase_lines(round),
        "links": links.of_round(request.user, round),
        "pick_url": reverse("orgs:pick-unit"),
    }
    return render(request, "accounts/rounds/show.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def close_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """结束填报: asked once more, for nothing is handed in or reviewed afterwards."""
    round = _own_round(request, pk)
    if request.method == "POST":
        rounds.close_round(round, by=request.user)
        messages.success(request, _("已结束：%(title)s。") % {"title": round.title})
        return redirect("accounts:list-rounds")
    return render(request, "accounts/rounds/close.html", {"round": round})


def _own_round(request: LeagueRequest, pk: int) -> CollectionRound:
    round = get_object_or_404(
        CollectionRound.objects.visible_to(request.user).select_related("unit", "field_list"), pk=pk
    )
    if not permissions.may(request.user, permissions.LAUNCH_ROUND, round.unit):
        raise PermissionDenied
    return round


def _unit_named(request: LeagueRequest) -> OrgUnit | None:
    """The unit chosen from the list; without a script the one whose name or code was typed, if there is just one."""
    units = OrgUnit.objects.visible_to(request.user)
    pk, text = whole_number(request.POST.get("unit")), request.POST.get("unit_q", "").strip()
    found = units.filter(pk=pk) if pk else units.filter(Q(code=text) | Q(name=text)) if text else units.none()
    candidates = list(found[:2])
    return candidates[0] if len(candidates) == 1 else None


def _ensure_may_launch(request: LeagueRequest) -> None:
    if not permissions.may_anywhere(request.user, permissions.LAUNCH_ROUND):
        raise PermissionDenied
