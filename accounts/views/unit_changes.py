"""变更: what happened to one unit, its accounts, groups, administrators, place and bases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.pages import unit as unit_page
from accounts.pages import unit_changes
from orgs.pages import unit_head

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_unit_changes(request: LeagueRequest, pk: int) -> HttpResponse:
    """A tab of the unit's page: its changes, the newest first, fifty a page."""
    head = unit_head.read(request.user, pk, unit_page.CHANGES)
    page, changes = unit_changes.of_unit(head.unit, request.user, request.GET.get("page"))
    return render(request, "accounts/unit/changes.html", {"head": head, "page": page, "changes": changes})
