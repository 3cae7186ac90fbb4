"""The rows that make up one figure of a closed week, down to the unit's own accounts, groups and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs import exports
from orgs.permissions import EXPORT
from reporting.pages import breakdown, lineage, own_facts, short_units, week_table, weeks
from reporting.pages.figure_words import FIGURES, missing_word
from reporting.scopes import Scope

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.kernel.clock import Week

PER_PAGE = 50


@login_required
@require_safe
def show(request: LeagueRequest, week: Week, unit_pk: int, figure: str) -> HttpResponseBase:
    """A figure's rows; the sum in the footer is the figure. `?export=` gives them as a file."""
    known = FIGURES.get(figure)
    if known is None:
        raise Http404
    chosen = weeks.choose_known(week, {weeks.EDITION: request.GET.get(weeks.EDITION, "")})
    in_charge = request.user.units_in_charge()
    line = lineage.read(chosen, unit_pk, in_charge.allowing(exports.verb_for(request)))
    found = breakdown.read(chosen, line, known, Scope.of(request.GET))
    if exports.is_wanted(request):
        return exports.answer(request, week_table.of_breakdown(line, found), filters=[found.scope])
    context = {
        "figure": known,
        "chosen": chosen,
        "line": line,
        "crumbs": line.crumbs("reporting:show-rows", week, figure),
        "breakdown": found,
        "short": short_units.read(chosen, line, found),
        "missing": missing_word(figure, chosen.closed),
        "page": Paginator(found.parts, PER_PAGE).get_page(request.GET.get("page")),
        "facts": own_facts.read(chosen.closed, line, known)
        if found.own_value or not found.has_children or own_facts.is_recorded(line, known)
        else None,
        "may_export": in_charge.allowing(EXPORT).covers(line.unit),
    }
    return render(request, "reporting/rows/page.html", context)
