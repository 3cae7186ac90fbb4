"""The rows that make up one figure of a closed week, down to the unit's own accounts, groups and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.permissions import VIEW
from reporting.pages import board as boards
from reporting.pages import breakdown, lineage, own_facts, weeks
from reporting.pages.figure_words import FIGURES

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.kernel.clock import Week

PER_PAGE = 50


@login_required
@require_safe
def show(request: LeagueRequest, week: Week, unit_pk: int, figure: str) -> HttpResponse:
    """A figure's rows; the sum in the footer is the figure."""
    known = FIGURES.get(figure)
    if known is None:
        raise Http404
    scope = request.GET.get("scope", boards.ALL)
    chosen = weeks.choose_known(week, {weeks.EDITION: request.GET.get(weeks.EDITION, "")})
    line = lineage.read(chosen, unit_pk, request.user.units_in_charge().allowing(VIEW))
    found = breakdown.read(chosen, line, known, scope if scope in boards.SCOPES else boards.ALL)
    context = {
        "figure": known,
        "chosen": chosen,
        "line": line,
        "crumbs": line.crumbs("reporting:show-rows", week, figure),
        "breakdown": found,
        "page": Paginator(found.parts, PER_PAGE).get_page(request.GET.get("page")),
        "facts": own_facts.read(chosen.closed, line, known)
        if found.own_value or not found.has_children
        else None,
    }
    return render(request, "reporting/rows/page.html", context)
