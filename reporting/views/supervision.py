"""督导台账: the list of both sides, opening one, one with its course, the tab of a unit, visits per unit (SUP-2.1.2, SUP-4.1d, RUR-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.models import OrgUnit
from orgs.pages import unit_head
from orgs.permissions import EXPORT, SUPERVISE, may_anywhere
from reporting.choices import DutyKind
from reporting.forms.supervision import DutyForm
from reporting.models import Duty, SpotCheck
from reporting.operations import supervision as operations
from reporting.operations.duties import superior_span
from reporting.pages import supervision as pages
from reporting.pages import supervision_tables, visits
from reporting.unit_tabs import SUPERVISION
from reporting.views.supervision_steps import page_of

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

PER_PAGE = 50
FILTERS = ("state", "kind", "side", "q")


@login_required
@require_safe
def list_duties(request: LeagueRequest) -> HttpResponseBase:
    """Every matter of the own scope, those that wait by their deadline first; `?export=` gives the ledger as a file."""
    chosen = pages.Filter.of(*(request.GET.get(name, "") for name in FILTERS))
    in_charge = request.user.units_in_charge()
    if exports.is_wanted(request):
        in_charge = in_charge.allowing(EXPORT)
    found = chosen.apply(Duty.objects.within(in_charge), in_charge).for_list().by_urgency()
    if exports.is_wanted(request):
        named = [name for name in FILTERS if request.GET.get(name)]
        return exports.answer(request, supervision_tables.of_duties(pages.lines(found)), filters=named)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": pages.lines(page),
        "filter": chosen,
        "tabs": pages.tabs(pages.DUTIES),
        "may_open": may_anywhere(request.user, SUPERVISE),
    }
    return render(request, "reporting/supervision/list.html", context)


@login_required
@require_safe
def list_visits(request: LeagueRequest) -> HttpResponseBase:
    """走访统计 by the units directly below; `?unit=` and `?year=`, `?export=` as a file."""
    unit = own_unit(request, exports.verb_for(request))
    in_charge = request.user.units_in_charge().allowing(exports.verb_for(request))
    page = visits.read(unit, in_charge, request.GET.get("year", ""))
    if exports.is_wanted(request):
        return exports.answer(request, supervision_tables.of_visits(page), filters=["year"])
    context = {"page": page, "tabs": pages.tabs(pages.VISITS)}
    return render(request, "reporting/supervision/visits.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_duty(request: LeagueRequest) -> HttpResponse:
    """提出 about the unit that the picker or the address (`?unit=`) names; `?check=` says after which check."""
    if not may_anywhere(request.user, SUPERVISE):
        raise PermissionDenied
    unit, form = _unit(request), DutyForm(request.POST or None, initial=_following(request))
    if form.is_valid() and unit:
        try:
            duty = operations.open_duty(unit, form.opening(), by=request.user)
        except NotAllowed as error:
            form.add_error(None, error.message)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已提出督导事项，并通知该单位。"))
            return redirect("reporting:show-duty", duty.pk)
    is_bad = request.method == "POST"
    context = {
        "form": form,
        "unit": unit,
        "unit_q": unit.name if unit else request.POST.get("unit_q", ""),
        "unit_error": _("没有找到这个团组织，请重新选择。") if is_bad and unit is None else "",
        "pick_url": reverse("orgs:pick-unit"),
    }
    return render(request, "reporting/supervision/new.html", context, status=422 if is_bad else 200)


@login_required
@require_safe
def show_duty(request: LeagueRequest, pk: int) -> HttpResponse:
    """One matter: by whom, why, until when, what came of it, with the steps this reader may take."""
    return page_of(request, get_object_or_404(Duty.objects.visible_to(request.user).for_page(), pk=pk))


@login_required
@require_safe
def list_unit_duties(request: LeagueRequest, pk: int) -> HttpResponse:
    """督导 of one unit and everything below it, a tab of the unit's page."""
    head = unit_head.read(request.user, pk, SUPERVISION)
    in_charge = request.user.units_in_charge().narrowed_to(head.unit)
    found = Duty.objects.within(in_charge).for_list().by_urgency()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "head": head,
        "page": page,
        "lines": pages.lines(page),
        "may_open": superior_span(request.user, head.unit, SUPERVISE) is not None,
    }
    return render(request, "reporting/unit/duties.html", context)


def _unit(request: LeagueRequest) -> OrgUnit | None:
    """The unit the picker or the address names; without script the best match of what was typed."""
    given = request.POST if request.method == "POST" else request.GET
    pk, typed = whole_number(given.get("unit")), given.get("unit_q", "").strip()
    units = OrgUnit.objects.actionable_by(request.user, SUPERVISE)
    if pk is not None:
        named: OrgUnit | None = units.filter(pk=pk).first()
        return named
    return next(iter(units.best_matches(typed, 1)), None) if typed else None


def _following(request: LeagueRequest) -> dict[str, Any]:
    """What a check that the address names puts into the form."""
    pk = whole_number(request.GET.get("check"))
    check = SpotCheck.objects.visible_to(request.user).valid().filter(pk=pk).first() if pk else None
    if check is None:
        return {}
    words = {"day": check.counted_on.isoformat(), "grade": check.get_grade_display(), "n": check.posts}
    reason = _("%(day)s抽查为“%(grade)s”（%(n)d条）") % words
    return {"check": check.pk, "reason": reason, "kind": DutyKind.TALK, "clause": "SUP-2.1.2"}
