"""定稿 by two persons: proposed, withdrawn, confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scoring.operations import finalising
from scoring.views.on_sheet import act, version_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_POST
def propose_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """提出定稿: another person has to confirm it."""
    version = version_of(request)
    return act(
        request,
        pk,
        lambda sheet: finalising.propose(sheet, version=version, by=request.user),
        _("已提出定稿，请另一位考评人员确认。"),
        to="scoring:show-result",
    )


@login_required
@require_POST
def withdraw_proposal(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回定稿, by who proposed it; 退回 with a reason, by the second person."""
    version, reason = version_of(request), request.POST.get("reason", "")
    return act(
        request,
        pk,
        lambda sheet: finalising.withdraw_proposal(sheet, version=version, reason=reason, by=request.user),
        _("已撤回，考评表可以修改。"),
        to="scoring:show-result",
    )


@login_required
@require_POST
def confirm_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """确认定稿: from then on nothing changes."""
    version = version_of(request)
    return act(
        request,
        pk,
        lambda sheet: finalising.confirm(sheet, version=version, by=request.user),
        _("考评表已定稿。"),
        to="scoring:show-result",
    )
