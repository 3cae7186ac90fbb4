"""周报报送: a direct unit's own weekly report, and the superiors' list of all of them (SUP-4.1a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.operations.reminders import in_words
from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.permissions import EXPORT, REMIND, REPORT_PACKAGE, VIEW, may
from reporting.exceptions import ReportIncomplete
from reporting.operations import report_reminders
from reporting.operations import reports as operations
from reporting.pages import list_tables, report, reports, weeks
from reporting.querysets.reports import reporters

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest
    from reporting.pages.report import ReportPage

FIRST_YEAR = 2000


@login_required
@require_safe
def own_report(request: LeagueRequest) -> HttpResponse:
    """To the report of the own direct unit, of the running week or the one asked for; the list where there is none."""
    in_charge = request.user.units_in_charge().allowing(REPORT_PACKAGE)
    if not in_charge.spans:
        raise PermissionDenied
    week = _week(request.GET.get("w")) or Week.current()
    mine = OrgUnit.objects.within(in_charge).filter(pk__in=in_charge.own_unit_ids())
    own = reporters(mine, week).in_official_order().first()
    if own is None:
        return redirect("reporting:list-reports")
    return redirect("reporting:show-report", own.pk, week)


@login_required
@require_safe
def show_report(request: LeagueRequest, unit_pk: int, week: Week) -> HttpResponse:
    """One week of one direct unit: prefilled, for the committee to confirm and for superiors to read."""
    unit = _unit(request, unit_pk, week)
    return _show(request, report.read(unit, week, request.user))


@login_required
@require_POST
def confirm_report(request: LeagueRequest, unit_pk: int, week: Week) -> HttpResponse:
    """确认: one tap where nothing is to be explained."""
    unit = _unit(request, unit_pk, week)
    if not may(request.user, REPORT_PACKAGE, unit):
        raise PermissionDenied
    page = report.read(unit, week, request.user, request.POST)
    if page.form is not None and page.form.is_valid() and _confirm(request, page):
        messages.success(request, _("已确认周报。"))
        return redirect("reporting:show-report", unit.pk, week)
    if page.form is None:  # frozen, and nothing is missing: a late second tap
        return redirect("reporting:show-report", unit.pk, week)
    return _show(request, page, status=422)


@login_required
@require_safe
def list_reports(request: LeagueRequest) -> HttpResponseBase:
    """Who has confirmed the week (the last one that is over), who is late, who is missing; `?export=` all as a file."""
    unit = own_unit(request, exports.verb_for(request))
    week = _week(request.GET.get("w")) or Week.current().previous()
    state = request.GET.get("state", "")
    if exports.is_wanted(request):
        whole = reports.of_week(
            unit, week, request.user, state=state, page=None, per_page=exports.ALL_ROWS, verb=EXPORT
        )
        return exports.answer(request, list_tables.of_reports(whole), filters=["state"] if state else [])
    found = reports.of_week(unit, week, request.user, state=state, page=request.GET.get("page"))
    link = request.build_absolute_uri(report_reminders.link_of(week))
    context = {
        "list": found,
        "link": link,
        "text": report_reminders.ready_text(week, found.names, found.names_lacking, link=link),
        "qr_code": segno.make(link, error="m").svg_data_uri(scale=4, border=2)
        if found.is_anybody_named
        else "",
        "may_export_here": may(request.user, EXPORT, unit),
    }
    return render(request, "reporting/reports/list.html", context)


@login_required
@require_safe
def list_report_years(request: LeagueRequest) -> HttpResponseBase:
    """How punctually each direct unit has reported in one year: what the assessment looks at; `?export=` all as a file."""
    unit = own_unit(request, exports.verb_for(request))
    year = whole_number(request.GET.get("year")) or clock.Week.current().year
    if not FIRST_YEAR <= year <= clock.Week.current().year:
        raise Http404
    if exports.is_wanted(request):
        whole = reports.of_year(unit, year, request.user, page=None, per_page=exports.ALL_ROWS, verb=EXPORT)
        return exports.answer(request, list_tables.of_year(whole))
    found = reports.of_year(unit, year, request.user, page=request.GET.get("page"))
    context = {"list": found, "may_export_here": may(request.user, EXPORT, unit)}
    return render(request, "reporting/reports/year.html", context)


@login_required
@require_POST
def remind_reports(request: LeagueRequest) -> HttpResponse:
    """提醒: one direct unit, or all below the chosen unit that are silent about the week."""
    superior = own_unit(request, REMIND)
    week = _week(request.POST.get("w"))
    if week is None:
        raise Http404
    try:
        done = report_reminders.remind(
            week, superior, by=request.user, unit_id=whole_number(request.POST.get("only"))
        )
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, in_words(done))
    return redirect(f"{reverse('reporting:list-reports')}?unit={superior.pk}&w={week}")


def _unit(request: LeagueRequest, unit_pk: int, week: Week) -> OrgUnit:
    """The direct unit, where the person may see it and the week is asked of it."""
    visible = OrgUnit.objects.actionable_by(request.user, VIEW).select_related("kind", "parent")
    unit = reporters(visible, _known(week)).filter(pk=unit_pk).first()
    if unit is None:
        raise Http404
    return unit


def _week(text: str | None) -> Week | None:
    week = weeks.parse(text)
    return _known(week) if week else None


def _known(week: Week) -> Week:
    """A week that somebody may have to report. Raises Http404 for one to come or long before any portal."""
    if week.year < FIRST_YEAR or week > Week.current():
        raise Http404
    return week


def _confirm(request: LeagueRequest, page: ReportPage) -> bool:
    """Whether it went through; what is wrong stands at the fields."""
    form = page.form
    if form is None:
        return False
    try:
        operations.confirm(
            page.unit, page.week, form.said(), version=form.cleaned_data["version"], by=request.user
        )
    except NotAllowed:
        raise
    except ReportIncomplete as error:
        form.add_missing(error)
    except OrgsError as error:
        form.add_error(None, error.message)
    return not form.errors


def _show(request: LeagueRequest, page: ReportPage, *, status: int = 200) -> HttpResponse:
    return render(request, "reporting/reports/show.html", {"page": page}, status=status)
