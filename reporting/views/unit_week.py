"""The page of one unit in one closed week: drill-down from province to class, all from the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from orgs import exports
from orgs.http import render_fragment
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.pages import unit_head
from reporting.models import WeekUnit
from reporting.pages import board as boards
from reporting.pages import lineage, restated, unit, weeks
from reporting.pages.overview import unit_url
from reporting.unit_tabs import WEEKLY
from reporting.views import week_files

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_safe
def show(request: LeagueRequest, week: Week, unit_pk: int) -> HttpResponseBase:
    """One unit in one closed week; an htmx request gets the body alone, `?export=` the table of subordinates as a file."""
    in_charge = request.user.units_in_charge().allowing(exports.verb_for(request))
    chosen = weeks.choose_known(week, request.GET)
    line = lineage.read(chosen, unit_pk, in_charge)
    sort = request.GET.get("sort", "")
    board = (restated if chosen.is_restated else boards).read(
        chosen,
        unit_pk,
        in_charge,
        is_whole=line.sees_all,
        is_national=line.is_national,
        sort=sort if sort in boards.SORTS else boards.OFFICIAL,
    )
    if exports.is_wanted(request):
        return week_files.answer(request, board)
    url = unit_url(board, unit_pk)
    files = week_files.links(request, board, f"{url}{'&' if '?' in url else '?'}{board.among.query}")
    context: dict[str, object] = {"page": unit.of_unit(line, board), "files": files}
    context["tabs"] = unit_head.tabs_of(request.user, line.unit, WEEKLY)
    return render_fragment(
        request, "reporting/unit_week/page.html", "reporting/unit_week/_body.html", context
    )


@login_required
@require_safe
def show_latest(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """The unit in its newest closed week; before the first one, when that will be."""
    found = get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=unit_pk)
    newest = WeekUnit.objects.visible_to(request.user).trend(found.pk, 1).first()
    if newest is not None:
        return redirect("reporting:show-unit-week", newest.week.week, found.pk)
    head = unit_head.read(request.user, found.pk, WEEKLY)
    return render(request, "reporting/unit/no_week.html", {"head": head, "first_on": Week.current().ends_on})
