"""日常变更: a unit starts a change; the province opens and closes what takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.rounds import StandingForm
from accounts.models import CollectionRound
from accounts.operations import standing
from orgs.exceptions import NotAllowed, OrgsError
from orgs.models import OrgUnit
from orgs.permissions import FILL, LAUNCH_ROUND, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_POST
def start_change(request: LeagueRequest, round_pk: int, unit_pk: int) -> HttpResponse:
    """登记变更: the form opens, filled with what is registered."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=unit_pk)
    if unit.pk not in request.user.units_in_charge().allowing(FILL).own_unit_ids():
        raise PermissionDenied
    round = get_object_or_404(
        CollectionRound.objects.concerning(unit)
        .filter(is_standing=True)
        .select_related("unit", "field_list"),
        pk=round_pk,
    )
    try:
        expected = standing.start_change(round, unit, by=request.user)
    except NotAllowed as error:
        raise PermissionDenied from error
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("accounts:list-tasks")
    return redirect("accounts:fill-form", expected.pk)


@login_required
@require_http_methods(["GET", "POST"])
def open_standing(request: LeagueRequest) -> HttpResponse:
    """开通日常变更: which form, for the person's province."""
    if not may_anywhere(request.user, LAUNCH_ROUND):
        raise PermissionDenied
    form = StandingForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            opened = standing.open_standing(by=request.user, **form.cleaned_data)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已开通：%(title)s。") % {"title": opened.title})
            return redirect("accounts:list-rounds")
    return render(
        request, "accounts/rounds/standing.html", {"form": form}, status=422 if form.errors else 200
    )
