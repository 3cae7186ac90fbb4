"""The rows that make up one figure of a closed week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.kernel.clock import Week


def show(request: LeagueRequest, week: Week, unit_pk: int, figure: str) -> HttpResponse:
    """The rows behind a figure."""
    raise Http404

    """One unit in the newest closed week."""
    raise Http404
