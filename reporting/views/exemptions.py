"""免予要求: granted with a reason, and withdrawn, by who runs the campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs.exceptions import NotAllowed, OrgsError
from orgs.permissions import RUN_CAMPAIGN, VIEW, may
from reporting.forms.exemptions import ExemptionForm
from reporting.models import Campaign, Exemption
from reporting.operations import exemptions as operations
from reporting.pages import campaign_board

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.models import OrgUnit


@login_required
@require_http_methods(["GET", "POST"])
def exempt_unit(request: LeagueRequest, pk: int, unit_pk: int, code: str) -> HttpResponse:
    """Why the unit is not asked what the requirement says."""
    campaign = get_object_or_404(Campaign.objects.readable_by(request.user).select_related("unit"), pk=pk)
    unit = campaign_board.unit_of(campaign, unit_pk, request.user.units_in_charge().allowing(VIEW))
    if not may(request.user, RUN_CAMPAIGN, campaign.unit):
        raise NotAllowed(_("只有部署单位可以批准免予要求。"))
    chosen = campaign_board.choose(campaign, None)
    requirement = next((each for each in chosen.requirements if each.code == code), None)
    if requirement is None:
        raise Http404
    form = ExemptionForm(request.POST or None)
    if form.is_valid():
        try:
            operations.grant(pk, code, unit_pk, by=request.user, **form.cleaned_data)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已批准免予要求，正在重新评定。"))
            return _back(campaign, unit, code)
    context = {"form": form, "unit": unit, "requirement": requirement, "campaign": campaign}
    status = 422 if form.errors else 200
    return render(request, "reporting/campaigns/exempt.html", context, status=status)


@login_required
@require_POST
def withdraw_exemption(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回: the requirement asks the unit again."""
    found = Exemption.objects.visible_to(request.user).select_related("unit", "campaign")
    exemption = get_object_or_404(found, pk=pk)
    try:
        operations.withdraw(pk, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤回免予要求，正在重新评定。"))
    return _back(exemption.campaign, exemption.unit, exemption.requirement_code)


def _back(campaign: Campaign, unit: OrgUnit, code: str) -> HttpResponse:
    """To the units among which it stands; provinces stand below the national office."""
    is_top = unit.pk == campaign.unit_id
    superior = unit.pk if is_top else unit.parent_id or campaign.unit_id
    return redirect("reporting:show-campaign-requirement", campaign.pk, superior, code)
