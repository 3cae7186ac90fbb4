"""抽查: the spot checks of one unit and everything below it, a tab of the unit's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.pages import unit_head
from reporting.pages import unit_checks
from reporting.unit_tabs import CHECKS

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_unit_checks(request: LeagueRequest, pk: int) -> HttpResponse:
    """Newest first, fifty a page; `?grade=` one grade, or those that were voided."""
    head = unit_head.read(request.user, pk, CHECKS)
    checks = unit_checks.read(head.unit, request.user, request.GET.get("grade", ""), request.GET.get("page"))
    return render(
        request, "reporting/unit/checks.html", {"head": head, "checks": checks, "page": checks.page}
    )
