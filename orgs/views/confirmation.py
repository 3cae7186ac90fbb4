"""年度确认: who below is still in office, many at one tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orgs.exceptions import NotAllowed
from orgs.http import whole_number
from orgs.models import OrgUnit
from orgs.operations import confirmation
from orgs.operations.appointing_rights import Appointer
from orgs.permissions import MANAGE_PEOPLE, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 100


@login_required
@require_http_methods(["GET", "POST"])
def confirm_people(request: LeagueRequest) -> HttpResponse:
    """Those not confirmed this year: directly below the own units, with `all=1` all below, with `unit` directly below it."""
    if not may_anywhere(request.user, MANAGE_PEOPLE):
        raise NotAllowed
    is_deep, text = request.GET.get("all") == "1", request.GET.get("q", "").strip()
    unit = _unit(request)
    if request.method == "POST":
        _decide(request)
        query = f"?unit={unit.pk}" if unit else "?all=1" if is_deep else ""
        return redirect(reverse("orgs:confirm-people") + query)
    waiting = confirmation.waiting_for(request.user, is_deep=is_deep, below=unit)
    page = Paginator(waiting.of_units(text).for_people_list(), PER_PAGE).get_page(request.GET.get("page"))
    appointer = Appointer.of(request.user)
    context = {
        "page": page,
        "text": text,
        "is_deep": is_deep,
        "unit": unit,
        "since": confirmation.year_start(),
        "last_day": confirmation.last_day(),
        "in_hand": {each.pk for each in page if appointer.may_give(each.unit, each.role, each.department)},
    }
    return render(request, "orgs/confirmation/list.html", context)


def _unit(request: LeagueRequest) -> OrgUnit | None:
    pk = request.GET.get("unit")
    return get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=whole_number(pk)) if pk else None


def _decide(request: LeagueRequest) -> None:
    """`left` names one person by the button; else those ticked are still in office."""
    left = whole_number(request.POST.get("left"))
    ticked = [pk for pk in map(whole_number, request.POST.getlist("pk")) if pk is not None]
    if left is not None:
        done = confirmation.mark_left([left], by=request.user)
        words = _("已登记离任，今天是最后任职日。") if done else ""
    else:
        done = confirmation.confirm(ticked[:PER_PAGE], by=request.user)
        words = _("已确认 %(n)s 人仍在任。") % {"n": done} if done else ""
    if words:
        messages.success(request, words)
    else:
        messages.warning(request, _("没有需要办理的人员，请先勾选；已由他人办理的不再列出。"))
