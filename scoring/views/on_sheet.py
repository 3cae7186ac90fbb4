"""What the views of one sheet share: finding it, and taking one step on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from orgs import permissions
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import whole_number
from scoring.models import Sheet
from scoring.operations import telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from orgs.http import LeagueRequest


def sheet_of(request: LeagueRequest, pk: int) -> Sheet:
    """SECURITY: a sheet outside the own subtree doesn't exist; inside it, the role decides; the unit's own people read
    of it what they have been told.
    """
    visible = Sheet.objects.visible_to(request.user)
    sheet = get_object_or_404(
        visible.select_related(
            "scheme", "unit", "week", "round", "group", "corrected_by", "proposed_by", "finalised_by"
        ),
        pk=pk,
    )
    if not permissions.may(request.user, permissions.VIEW_SHEET, sheet.unit):
        raise NotAllowed
    return telling.shown_to(request.user, [sheet])[0]


def version_of(request: LeagueRequest) -> int:
    """The version of the sheet that was read; 0 where the form names none."""
    return whole_number(request.POST.get("version")) or 0


def act(
    request: LeagueRequest,
    pk: int,
    step: Callable[[Sheet], object],
    done: str,
    *,
    to: str = "scoring:show-sheet",
) -> HttpResponse:
    """One step on a sheet; what can't be done is said on the page the step leads to, the sheet's own by default."""
    sheet = sheet_of(request, pk)
    try:
        step(sheet)
        messages.success(request, done)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect(to, sheet.pk)
