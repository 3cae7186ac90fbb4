"""收集任务 of a campaign: launched as its pack plans it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs.exceptions import NotAllowed, OrgsError
from orgs.permissions import LAUNCH_ROUND
from reporting.models import Campaign
from reporting.operations import campaign_rounds

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_POST
def launch_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """发起: which one says the form by phase and collection form. Pressed twice it is launched once."""
    mine = Campaign.objects.actionable_by(request.user, LAUNCH_ROUND)
    campaign = get_object_or_404(mine.readable_by(request.user), pk=pk)
    asked = {"phase": request.POST.get("phase", "")[:40], "form": request.POST.get("form", "")[:20]}
    try:
        made = campaign_rounds.launch(campaign.pk, by=request.user, **asked)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("reporting:show-campaign", pk)
    messages.success(request, _("已发起：%(title)s。") % {"title": made.title})
    return redirect("accounts:show-round", made.pk)
