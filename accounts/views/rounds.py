"""填报任务: the rounds of the own scope, and launching one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.rounds import LaunchForm
from accounts.models import CollectionRound
from accounts.operations import rounds
from orgs import permissions
from orgs.exceptions import OrgsError

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
def close_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """结束填报: asked once more, for nothing is handed in or reviewed afterwards."""
    round = get_object_or_404(
        CollectionRound.objects.visible_to(request.user).select_related("unit", "field_list"), pk=pk
    )
    if not permissions.may(request.user, permissions.LAUNCH_ROUND, round.unit):
        raise PermissionDenied
    if request.method == "POST":
        rounds.close_round(round, by=request.user)
        messages.success(request, _("已结束：%(title)s。") % {"title": round.title})
        return redirect("accounts:list-rounds")
    return render(request, "accounts/rounds/close.html", {"round": round})


def _ensure_may_launch(request: LeagueRequest) -> None:
    if not permissions.may_anywhere(request.user, permissions.LAUNCH_ROUND):
        raise PermissionDenied
