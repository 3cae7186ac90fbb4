"""年度考评: the sheets of a year with self-assessment, points, grade, and the progress of each round and group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.http import whole_number
from orgs.kernel import clock
from scoring.forms.year_list import YearFilter
from scoring.models import Sheet
from scoring.operations import telling
from scoring.pages import year_list as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_sheets(request: LeagueRequest) -> HttpResponse:
    """The sheets of one year in official order; by kind, group, state and grade."""
    in_charge = request.user.units_in_charge()
    if not in_charge.allowing(permissions.VIEW_SHEET).spans:
        raise NotAllowed
    visible = Sheet.objects.actionable_by(request.user, permissions.VIEW_SHEET)
    years = list(visible.order_by("-year").values_list("year", flat=True).distinct())
    year = _asked_year(request, years)
    standing = visible.of_year(year).standing()
    untold = telling.untold_to(request.user)
    progress = pages.progress_of(standing, untold)
    chosen = YearFilter(request.GET, choices=progress)
    page = Paginator(chosen.apply(standing, untold).for_list(), PER_PAGE).get_page(request.GET.get("page"))
    runs = bool(in_charge.allowing(permissions.RUN_ASSESSMENT).spans)
    assesses = bool(in_charge.allowing(permissions.ASSESS).spans)
    context = {
        "year": year,
        "years": [(f"{each}年", f"?year={each}", each == year) for each in years],
        "page": page,
        "lines": pages.lines_of(telling.shown_to(request.user, page)),
        "filter": chosen,
        "progress": progress.rounds if progress.n_sheets > 1 else [],
        "has_any": progress.n_sheets > 0,
        "may_export": bool(in_charge.allowing(permissions.EXPORT).spans),
        "may_run": runs,
        "may_score": runs or assesses,
    }
    return render(request, "scoring/sheets/list.html", context)


def _asked_year(request: LeagueRequest, years: list[int]) -> int:
    asked = whole_number(request.GET.get("year"))
    if asked in years and asked is not None:
        return asked
    return years[0] if years else clock.today().year
