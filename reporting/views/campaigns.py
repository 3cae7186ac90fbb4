"""工作部署: the list, one campaign, its board down the tree, one requirement with its units, what is asked of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.operations.reminders import in_words
from orgs import exports
from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.pages import unit_head
from orgs.permissions import EXPORT, REMIND, RUN_CAMPAIGN, VIEW, may, may_anywhere
from reporting.models import Campaign
from reporting.operations import campaign_reminders
from reporting.pages import (
    campaign_board,
    campaign_files,
    campaign_rounds,
    campaign_units,
    campaigns,
    weeks,
)
from reporting.unit_tabs import CAMPAIGNS

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest
    from reporting.models import Requirement
    from reporting.pages.campaign_board import Chosen

PER_PAGE = 50


@login_required
@require_safe
def list_campaigns(request: LeagueRequest) -> HttpResponseBase:
    """Every campaign that asks something of the own units, the newest first; `?export=` all of them as a file."""
    found = Campaign.objects.readable_by(request.user, exports.verb_for(request)).select_related("unit")
    if exports.is_wanted(request):
        return exports.answer(request, campaign_files.of_campaigns(campaigns.lines(found.order_by("-pk"))))
    page = Paginator(found.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": campaigns.lines(page),
        "page": page,
        "may_write": may_anywhere(request.user, RUN_CAMPAIGN),
    }
    return render(request, "reporting/campaigns/list.html", context)


@login_required
@require_safe
def show_campaign(request: LeagueRequest, pk: int) -> HttpResponse:
    """The notice, its phases and requirements, and how far the own units are."""
    campaign = _campaign(request, pk)
    page = campaigns.read(campaign, request.user.units_in_charge().allowing(VIEW))
    context = {
        "page": page,
        "rounds": campaign_rounds.lines(campaign, page.named_phases, request.user),
        "may_run": may(request.user, RUN_CAMPAIGN, campaign.unit),
    }
    return render(request, "reporting/campaigns/show.html", context)


@login_required
@require_safe
def show_board(request: LeagueRequest, pk: int, unit_pk: int) -> HttpResponseBase:
    """Requirement × unit below; `?week=` as it stood at its end, `?phase=`, `?export=` the whole board as a file."""
    verb = exports.verb_for(request)
    in_charge = request.user.units_in_charge().allowing(verb)
    campaign = _campaign(request, pk, verb)
    unit = campaign_board.unit_of(campaign, unit_pk, in_charge)
    chosen = campaign_board.choose(campaign, weeks.parse(request.GET.get("week")))
    phase = request.GET.get("phase", "")
    if exports.is_wanted(request):
        whole = campaign_board.read(
            chosen, unit, request.user, verb=verb, phase=phase, page=None, per_page=exports.ALL_ROWS
        )
        table = campaign_files.as_table(whole)
        return exports.answer(
            request, table, filters=[name for name in ("week", "phase") if request.GET.get(name)]
        )
    board = campaign_board.read(chosen, unit, request.user, phase=phase, page=request.GET.get("page"))
    context = {
        "board": board,
        "page": board.page,
        "curve": campaign_board.curve(board),
        "may_export_here": may(request.user, EXPORT, unit),
    }
    return render(request, "reporting/campaigns/board.html", context)


@login_required
@require_safe
def show_requirement(request: LeagueRequest, pk: int, unit_pk: int, code: str) -> HttpResponseBase:
    """One requirement below one unit: who, since when, what is lacking, who is responsible; `?export=` all as a file."""
    verb = exports.verb_for(request)
    campaign = _campaign(request, pk, verb)
    unit = campaign_board.unit_of(campaign, unit_pk, request.user.units_in_charge().allowing(verb))
    chosen = campaign_board.choose(campaign, weeks.parse(request.GET.get("week")))
    requirement = _requirement(chosen, code)
    if exports.is_wanted(request):
        whole = campaign_units.read(
            chosen, requirement, unit, request.user, verb=verb, page=None, per_page=exports.ALL_ROWS
        )
        table = campaign_files.of_requirement(whole)
        return exports.answer(request, table, filters=["week"] if request.GET.get("week") else [])
    page = campaign_units.read(chosen, requirement, unit, request.user, page=request.GET.get("page"))
    context = {"found": page, "page": page.page, "may_export_here": may(request.user, EXPORT, unit)}
    return render(request, "reporting/campaigns/requirement.html", context)


@login_required
@require_POST
def remind_units(request: LeagueRequest, pk: int, unit_pk: int, code: str) -> HttpResponse:
    """提醒: one unit directly below, or all that hold the requirement back."""
    campaign = _campaign(request, pk, REMIND)
    unit = campaign_board.unit_of(campaign, unit_pk, request.user.units_in_charge().allowing(REMIND))
    requirement = _requirement(campaign_board.choose(campaign, None), code)
    only = whole_number(request.POST.get("only"))
    if "only" in request.POST and not only:
        raise Http404
    try:
        done = campaign_reminders.remind(requirement, unit, by=request.user, unit_id=only)
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, in_words(done))
    if request.POST.get("from") == "board":
        return redirect("reporting:show-campaign-board", pk, unit_pk)
    return redirect("reporting:show-campaign-requirement", pk, unit_pk, code)


@login_required
@require_safe
def list_unit_requirements(request: LeagueRequest, pk: int) -> HttpResponse:
    """工作部署, a tab of the unit's page: what running campaigns ask of it, what is not met first."""
    head = unit_head.read(request.user, pk, CAMPAIGNS)
    running = Campaign.objects.readable_by(request.user).running()
    context = {"head": head, "asked": campaigns.asked_of(head.unit, running)}
    return render(request, "reporting/campaigns/unit.html", context)


def _campaign(request: LeagueRequest, pk: int, verb: str = VIEW) -> Campaign:
    return get_object_or_404(Campaign.objects.readable_by(request.user, verb).for_page(), pk=pk)


def _requirement(chosen: Chosen, code: str) -> Requirement:
    for each in chosen.requirements:
        if each.code == code:
            return each
    raise Http404(_("没有这项要求。"))
