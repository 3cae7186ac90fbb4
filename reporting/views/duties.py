"""更换要求: the list of both sides, making one, one with its course, and the steps (SUP-2.1.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Administratorship
from accounts.pages import administrators as people
from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import whole_number
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, EXPORT, REMIND, may, may_anywhere
from reporting.forms.duties import DemandForm, MeetForm, WithdrawForm
from reporting.models import Demand
from reporting.operations import duties as operations
from reporting.pages import duties as pages
from reporting.pages import list_tables, supervision

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_demands(request: LeagueRequest) -> HttpResponseBase:
    """Every demand of the own scope, the open ones by their deadline first; open, overdue and own ones by address.

    `?export=` gives all of them as a file.
    """
    chosen = pages.Filter.of(request.GET.get("state", ""), request.GET.get("side", ""))
    in_charge = request.user.units_in_charge()
    if exports.is_wanted(request):
        in_charge = in_charge.allowing(EXPORT)
    found = chosen.apply(Demand.objects.within(in_charge), in_charge).for_list().by_urgency()
    if exports.is_wanted(request):
        named = [name for name in ("state", "side") if request.GET.get(name)]
        return exports.answer(request, list_tables.of_demands(pages.lines(found)), filters=named)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": pages.lines(page),
        "chips": chosen.chips(),
        "tabs": supervision.tabs(supervision.DEMANDS),
        "is_filtered": chosen.is_set,
        "may_demand": may_anywhere(request.user, REMIND),
    }
    return render(request, "reporting/duties/list.html", context)


@login_required
@require_safe
def choose_administrator(request: LeagueRequest) -> HttpResponse:
    """Whom: administrators in office of the unit chosen (`?parent=`, as the picker says it)."""
    in_charge = request.user.units_in_charge().allowing(REMIND)
    if not in_charge.spans:
        raise PermissionDenied
    pk = whole_number(request.GET.get("parent"))
    unit = get_object_or_404(OrgUnit.objects.within(in_charge), pk=pk) if pk else None
    is_own = unit is not None and operations.superior_span(request.user, unit) is None
    terms = Administratorship.objects.within(in_charge).in_office().filter(unit=unit).with_places()
    shown = [] if unit is None or is_own else list(terms.order_by("pk")[:PER_PAGE])
    context = {"unit": unit, "is_own": is_own, "lines": [(each.pk, people.about(each)) for each in shown]}
    return render(request, "reporting/duties/choose.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_demand(request: LeagueRequest, term_pk: int) -> HttpResponse:
    """提出: why and until when."""
    found = Administratorship.objects.visible_to(request.user).with_places()
    term = get_object_or_404(found, pk=term_pk)
    if operations.superior_span(request.user, term.unit) is None:
        raise NotAllowed(_("只有上级团组织可以要求更换管理员。"))
    form = DemandForm(request.POST or None)
    if form.is_valid():
        try:
            demand = operations.demand_replacement(term.pk, by=request.user, **form.cleaned_data)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已提出更换要求，并通知该单位。"))
            return redirect("reporting:show-demand", demand.pk)
    context = {"form": form, "about": people.about(term), "term": term}
    return render(request, "reporting/duties/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_demand(request: LeagueRequest, pk: int) -> HttpResponse:
    """One demand: by whom, why, until when, what came of it; the unit replaces here, the superior takes it back."""
    return _show(request, _demand(request, pk))


@login_required
@require_POST
def meet_demand(request: LeagueRequest, pk: int) -> HttpResponse:
    """更换, and the demand is met."""
    demand = _demand(request, pk)
    if not may(request.user, EDIT_REGISTRY, demand.unit):
        raise PermissionDenied
    form = MeetForm(request.POST)

    def act() -> None:
        reason = form.cleaned_data["reason"]
        operations.meet_demand(pk, form.person(), reason=reason, by=request.user)

    return _act(request, demand, form, act, _("已更换管理员，更换要求已办结。"))


@login_required
@require_POST
def withdraw_demand(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回."""
    demand = _demand(request, pk)
    if operations.superior_span(request.user, demand.unit) is None:
        raise PermissionDenied
    form = WithdrawForm(request.POST)

    def act() -> None:
        operations.withdraw_demand(pk, reason=form.cleaned_data["reason"], by=request.user)

    return _act(request, demand, form, act, _("已撤回更换要求。"))


def _act(
    request: LeagueRequest, demand: Demand, form: forms.Form, act: Callable[[], None], done: str
) -> HttpResponse:
    """Do it and show the demand again; what is wrong stands on the page, nothing typed is lost."""
    if form.is_valid():
        try:
            act()
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
            demand = _demand(request, demand.pk)
        else:
            messages.success(request, done)
            return redirect("reporting:show-demand", demand.pk)
    return _show(request, demand, form)


def _demand(request: LeagueRequest, pk: int) -> Demand:
    return get_object_or_404(Demand.objects.visible_to(request.user).for_page(), pk=pk)


def _show(request: LeagueRequest, demand: Demand, bad: forms.Form | None = None) -> HttpResponse:
    is_waiting = pages.is_waiting(demand)
    context = {
        "demand": demand,
        "line": pages.line(demand),
        "steps": pages.steps(demand),
        "bad_form": bad,
        "meet_form": bad if isinstance(bad, MeetForm) else MeetForm(),
        "withdraw_form": bad if isinstance(bad, WithdrawForm) else WithdrawForm(),
        "may_meet": is_waiting and may(request.user, EDIT_REGISTRY, demand.unit),
        "may_withdraw": is_waiting and operations.superior_span(request.user, demand.unit) is not None,
    }
    page = render(request, "reporting/duties/show.html", context, status=422 if bad is not None else 200)
    page["Cache-Control"] = "no-store"  # what was typed about a person stays in no cache
    return page
