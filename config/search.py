"""Search over what a person may see: units first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orgs.models import OrgUnit

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

MOST_RESULTS = 50


@login_required
@require_safe
def search(request: LeagueRequest) -> HttpResponse:
    """Units of the own scope whose name, short or former name, pinyin or code matches every word; best first."""
    text = request.GET.get("q", "").strip()
    visible = OrgUnit.objects.visible_to(request.user)
    units = visible.best_matches(text, MOST_RESULTS, with_closed=True) if text else []
    return render(request, "config/search.html", {"text": text, "units": units, "most": MOST_RESULTS})
