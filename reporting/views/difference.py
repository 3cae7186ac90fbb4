"""The rows behind a difference between two closed weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.permissions import VIEW
from reporting.pages import difference, lineage, weeks
from reporting.pages.figure_words import FIGURES

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.kernel.clock import Week

PER_PAGE = 50


@login_required
@require_safe
def show(request: LeagueRequest, week: Week, unit_pk: int, figure: str, since: Week) -> HttpResponse:
    """What one figure of one unit gained or lost since an earlier week; the rows sum to it."""
    known = FIGURES.get(figure)
    if known is None:
        raise Http404
    chosen = weeks.choose_known(week, {weeks.EDITION: request.GET.get(weeks.EDITION, "")})
    line = lineage.read(chosen, unit_pk, request.user.units_in_charge().allowing(VIEW))
    found = difference.read(chosen, line, known, since)
    context = {
        "figure": known,
        "chosen": chosen,
        "line": line,
        "crumbs": line.crumbs("reporting:show-difference", week, figure, since),
        "found": found,
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "reporting/rows/difference.html", context)
