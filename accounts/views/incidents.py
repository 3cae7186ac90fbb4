"""不良信息: the list, recording one, one with its clock, and the steps."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.incidents import GraveForm, HandleForm, RecordForm
from accounts.models import Incident
from accounts.operations import incidents as operations
from accounts.pages import incidents as pages
from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, may, may_anywhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_incidents(request: LeagueRequest) -> HttpResponse:
    """Every incident of the own scope; by state, gravity, unit, year and week by address."""
    chosen = pages.Filter.of(request.GET, request.user)
    found = chosen.apply(Incident.objects.visible_to(request.user)).for_list()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": pages.lines(page),
        "chips": chosen.chips(),
        "is_filtered": chosen.is_set,
        "about": chosen.about,
        "may_record": may_anywhere(request.user, EDIT_REGISTRY),
    }
    return render(request, "accounts/incidents/list.html", context)


@login_required
@require_safe
def choose_unit(request: LeagueRequest) -> HttpResponse:
    """The record page of the unit chosen (`?parent=`, as the picker says it), else of the person's own."""
    in_charge = request.user.units_in_charge().allowing(EDIT_REGISTRY)
    if not in_charge.spans:
        raise PermissionDenied
    pk = whole_number(request.GET.get("parent")) or in_charge.spans[0].unit_id
    return redirect(
        "accounts:record-incident", get_object_or_404(OrgUnit.objects.within(in_charge), pk=pk).pk
    )


@login_required
@require_http_methods(["GET", "POST"])
def record_incident(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """登记: category, channel and time; nothing of what was published."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).select_related("parent"), pk=unit_pk)
    if not may(request.user, EDIT_REGISTRY, unit):
        raise PermissionDenied
    form = RecordForm(request.POST if request.method == "POST" else None, unit=unit)
    key = request.POST.get("key", "")[:40] or uuid.uuid4().hex
    if form.is_valid():
        try:
            incident = operations.record_incident(unit, by=request.user, idempotency_key=key, **form.facts())
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记，请及时处置。"))
            return redirect(incident)
    context = {"form": form, "unit": unit, "key": key}
    return render(request, "accounts/incidents/record.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_incident(request: LeagueRequest, pk: int) -> HttpResponse:
    """One incident: found, handled, closed, and how long each took."""
    return _show(request, _incident(request, pk))


@login_required
@require_POST
def handle_incident(request: LeagueRequest, pk: int) -> HttpResponse:
    """处置."""
    form = HandleForm(request.POST)

    def act() -> None:
        operations.handle_incident(pk, by=request.user, **form.facts())

    return _act(request, pk, form, act, _("已登记处置结果。"))


@login_required
@require_POST
def close_incident(request: LeagueRequest, pk: int) -> HttpResponse:
    """办结."""
    return _act(
        request, pk, None, lambda: operations.close_incident(pk, by=request.user), _("已办结，不能再修改。")
    )


@login_required
@require_POST
def grade_incident(request: LeagueRequest, pk: int) -> HttpResponse:
    """认定或撤销重大失误: `grave` 1 marks, everything else takes it back."""
    form = GraveForm(request.POST)
    is_grave = request.POST.get("grave") == "1"
    grade = operations.mark_grave if is_grave else operations.unmark_grave

    def act() -> None:
        grade(pk, reason=form.cleaned_data["reason"], by=request.user)

    return _act(request, pk, form, act, _("已认定为重大失误。") if is_grave else _("已撤销认定。"))


def _act(
    request: LeagueRequest, pk: int, form: forms.Form | None, act: Callable[[], object], done: str
) -> HttpResponse:
    """Do it and show the incident again; what is wrong stands on the page, nothing typed is lost."""
    incident = _incident(request, pk)
    if not may(request.user, EDIT_REGISTRY, incident.unit):
        raise PermissionDenied
    if form is not None and not form.is_valid():
        return _show(request, incident, form)
    try:
        act()
    except PermissionDenied:
        raise
    except OrgsError as error:
        if form is not None:
            form.add_error(None, error.message)
        else:
            messages.error(request, error.message)
        return _show(request, _incident(request, pk), form, status=422)
    messages.success(request, done)
    return redirect(incident)


def _incident(request: LeagueRequest, pk: int) -> Incident:
    return get_object_or_404(Incident.objects.visible_to(request.user).for_page(), pk=pk)


def _show(
    request: LeagueRequest, incident: Incident, bad: forms.Form | None = None, *, status: int = 200
) -> HttpResponse:
    may_write = may(request.user, EDIT_REGISTRY, incident.unit)
    is_superior = may_write and operations.is_superior(request.user, incident.unit)
    context = {
        "incident": incident,
        "tone": pages.TONES[incident.state],
        "steps": pages.steps(incident),
        "whole": pages.whole(incident),
        "bad_form": bad if bad is not None and bad.errors else None,
        "handle_form": bad if isinstance(bad, HandleForm) else HandleForm(),
        "grave_form": bad if isinstance(bad, GraveForm) else GraveForm(),
        "may_handle": may_write and incident.state == "found",
        "may_close": incident.state == "handled" and is_superior,
        "waits_for_superior": incident.state == "handled" and may_write and not is_superior,
        "may_grade": is_superior and incident.state != "closed",
    }
    return render(
        request,
        "accounts/incidents/show.html",
        context,
        status=422 if bad is not None and bad.errors else status,
    )
