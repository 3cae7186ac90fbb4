"""填报任务: the rounds of the own scope, and launching one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.fill_rounds import LaunchForm
from accounts.models import CollectionRound
from accounts.operations import collection
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
    rounds = CollectionRound.objects.actionable_by(request.user, permissions.LAUNCH_ROUND).for_list()
    page = Paginator(rounds, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/rounds/list.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def launch_round(request: LeagueRequest) -> HttpResponse:
    """Which form, to whom, from when until when."""
    _ensure_may_launch(request)
    form = LaunchForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            launched = collection.launch_round(by=request.user, **form.facts())
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            n_expected = launched.expected.count()
            messages.success(request, _("已发起，应填 %(n)s 个团组织。") % {"n": n_expected})
            return redirect("accounts:list-rounds")
    return render(request, "accounts/rounds/launch.html", {"form": form}, status=422 if form.errors else 200)


def _ensure_may_launch(request: LeagueRequest) -> None:
    if not permissions.may_anywhere(request.user, permissions.LAUNCH_ROUND):
        raise PermissionDenied
