"""发布情况: channels asked for daily records and how long they have been silent; the demand on those below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs import exports
from orgs.models import OrgUnit
from orgs.permissions import EXPORT, may_anywhere
from reporting.operations import daily_duty
from reporting.pages import activity_channels as pages

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_channels(request: LeagueRequest) -> HttpResponseBase:
    """多日未发布 and the rest, accounts or groups; `?export=` gives all pages as a file."""
    chosen = pages.Filter.of(request.GET.get("kind", ""), request.GET.get("silent", ""))
    in_charge = request.user.units_in_charge().allowing(exports.verb_for(request))
    rows = pages.channels(chosen, in_charge)
    shown = chosen.apply(rows)
    if chosen.is_set:
        shown = pages.longest_silent_first(shown)
    if exports.is_wanted(request):
        named = [name for name in ("kind", "silent") if request.GET.get(name)]
        return exports.answer(request, pages.of_channels(shown), filters=named)
    page = Paginator(shown, pages.PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": pages.lines(page),
        "chips": pages.chips(chosen, rows),
        "kinds": pages.kinds(chosen),
        "filter": chosen,
        "duties": pages.duties(request.user),
        "may_export": may_anywhere(request.user, EXPORT),
    }
    return render(request, "reporting/activity/channels.html", context)


@login_required
@require_POST
def set_duty(request: LeagueRequest, pk: int) -> HttpResponse:
    """要求 or 不再要求 of all units below."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=pk)
    asks_below = request.POST.get("asks_below") == "1"
    if daily_duty.set_duty(unit.pk, asks_below=asks_below, by=request.user):
        text = _("已要求所属团组织每日记录。") if asks_below else _("不再要求所属团组织每日记录。")
        messages.success(request, text)
    return redirect("reporting:list-activity")
