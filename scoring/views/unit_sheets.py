"""考评: the sheets of one unit, year by year, a tab of the unit's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.exceptions import NotAllowed
from orgs.pages import unit_head
from orgs.permissions import VIEW_SHEET
from scoring.models import Sheet
from scoring.operations import telling
from scoring.pages import sheets as sheet_pages
from scoring.unit_tabs import SHEETS

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 20


@login_required
@require_safe
def list_unit_sheets(request: LeagueRequest, pk: int) -> HttpResponse:
    """Every year's sheet with state and grade, the newest first; for those who may see sheets here."""
    head = unit_head.read(request.user, pk, SHEETS)
    if not request.user.units_in_charge().allowing(VIEW_SHEET).covers(head.unit):
        raise NotAllowed
    sheets = Sheet.objects.actionable_by(request.user, VIEW_SHEET).of_unit(head.unit.pk)
    page = Paginator(sheets, PER_PAGE).get_page(request.GET.get("page"))
    shown = telling.shown_to(request.user, page)
    context = {"head": head, "page": page, "lines": [sheet_pages.line_of(sheet) for sheet in shown]}
    return render(request, "scoring/sheets/unit.html", context)
