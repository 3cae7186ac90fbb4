"""The page of one unit in one closed week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.kernel.clock import Week


def show(request: LeagueRequest, week: Week, unit_pk: int) -> HttpResponse:
    """One unit in one closed week."""
    raise Http404


def show_latest(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """One unit in the newest closed week."""
    raise Http404
