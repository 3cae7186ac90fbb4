"""The rows behind a difference between two closed weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs import exports
from orgs.permissions import EXPORT
from reporting.pages import difference, lineage, week_table, weeks
from reporting.pages.figure_words import FIGURES

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.kernel.clock import Week

PER_PAGE = 50


@login_required
@require_safe
def show(request: LeagueRequest, week: Week, unit_pk: int, figure: str, since: Week) -> HttpResponseBase:
    """What one figure of one unit gained or lost since an earlier week; the rows sum to it. `?export=` as a file."""
    known = FIGURES.get(figure)
    if known is None:
        raise Http404
    chosen = weeks.choose_known(week, {weeks.EDITION: request.GET.get(weeks.EDITION, "")})
    in_charge = request.user.units_in_charge()
    line = lineage.read(chosen, unit_pk, in_charge.allowing(exports.verb_for(request)))
    found = difference.read(chosen, line, known, since)
    if exports.is_wanted(request):
        return exports.answer(request, week_table.of_difference(line, known, found))
    context = {
        "figure": known,
        "chosen": chosen,
        "line": line,
        "crumbs": line.crumbs("reporting:show-difference", week, figure, since),
        "found": found,
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_export": in_charge.allowing(EXPORT).covers(line.unit),
    }
    return render(request, "reporting/rows/difference.html", context)
