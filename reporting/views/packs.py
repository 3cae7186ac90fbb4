"""Writing a pack: a new campaign or the next version of one, checked, tried out, kept; launched and ended; its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs.exceptions import Conflict, OrgsError
from orgs.http import own_unit, whole_number
from orgs.kernel import clock
from orgs.permissions import RUN_CAMPAIGN
from reporting.choices import CampaignState
from reporting.forms.packs import EndForm, PackForm
from reporting.models import Campaign, CampaignVersion, PackTrial
from reporting.operations import campaigns as operations
from reporting.operations import trial_jobs
from reporting.packs.starter import starter
from reporting.pages import pack_keys, pack_versions, packs

if TYPE_CHECKING:
    from orgs.http import LeagueRequest
    from orgs.models import OrgUnit
    from reporting.operations.campaigns import Loaded
    from reporting.pages.packs import Checked


@login_required
@require_http_methods(["GET", "POST"])
def new_campaign(request: LeagueRequest) -> HttpResponse:
    """写部署: from a template or a file; checked as often as one likes, then kept as a draft."""
    unit = own_unit(request, RUN_CAMPAIGN)
    return _write(request, unit, None, starter(unit.name, clock.today()))


@login_required
@require_http_methods(["GET", "POST"])
def edit_campaign(request: LeagueRequest, pk: int) -> HttpResponse:
    """修改部署: the newest version's text; what is kept is the next version."""
    campaign = _own(request, pk)
    newest = campaign.versions.order_by("-number").first()
    if campaign.state == CampaignState.ENDED:
        messages.error(request, _("这项工作部署已结束，不能再改；请换一个代码，另写部署。"))
        return redirect("reporting:show-campaign", pk)
    return _write(request, campaign.unit, campaign, newest.source if newest else "", newest)


@login_required
@require_http_methods(["GET", "POST"])
def launch_campaign(request: LeagueRequest, pk: int) -> HttpResponse:
    """启动: first what it asks of how many units, then once more."""
    campaign = _own(request, pk)
    if campaign.state != CampaignState.DRAFT:
        return redirect("reporting:show-campaign", pk)
    if request.method == "POST":
        try:
            operations.launch_campaign(pk, by=request.user)
        except OrgsError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("已启动，正在进行第一次评定。"))
        return redirect("reporting:show-campaign", pk)
    newest = campaign.versions.order_by("-number").first()
    text = newest.source if newest else ""
    checked = packs.check(text, campaign.unit, request.user, campaign, with_trial=False)
    context = {"campaign": campaign, "version": newest, "checked": checked}
    return render(request, "reporting/packs/launch.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def end_campaign(request: LeagueRequest, pk: int) -> HttpResponse:
    """结束, with the reason."""
    campaign = _own(request, pk)
    if campaign.state != CampaignState.RUNNING:
        return redirect("reporting:show-campaign", pk)
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            operations.end_campaign(pk, by=request.user, reason=form.cleaned_data["reason"])
        except OrgsError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(request, _("已结束，已有的结果保留。"))
            return redirect("reporting:show-campaign", pk)
    newest = campaign.versions.order_by("-number").first()
    context = {"campaign": campaign, "version": newest, "form": form}
    return render(request, "reporting/packs/end.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def list_versions(request: LeagueRequest, pk: int) -> HttpResponse:
    """Every version of the campaign, the newest first."""
    campaign = get_object_or_404(Campaign.objects.readable_by(request.user), pk=pk)
    found = campaign.versions.select_related("loaded_by").defer("source").order_by("-number")
    return render(request, "reporting/packs/versions.html", {"campaign": campaign, "versions": found})


@login_required
@require_safe
def show_version(request: LeagueRequest, pk: int, number: int) -> HttpResponse:
    """The text of a version; `?against=` what has changed since another."""
    campaign = get_object_or_404(Campaign.objects.readable_by(request.user), pk=pk)
    page = pack_versions.read(campaign, number, whole_number(request.GET.get("against")))
    return render(request, "reporting/packs/version.html", {"campaign": campaign, "page": page})


@login_required
@require_safe
def show_trial(request: LeagueRequest, pk: int) -> HttpResponse:
    """How far the job is that tries a pack out; then what it has found."""
    own = PackTrial.objects.ordered_by(request.user).select_related("job", "unit", "campaign__unit")
    trial = get_object_or_404(own, pk=pk)
    context = packs.trial_page(trial, request.user)
    if request.htmx and not context["in_progress"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    name = "_progress" if request.htmx else "trial"
    return render(request, f"reporting/packs/{name}.html", context)


def _own(request: LeagueRequest, pk: int) -> Campaign:
    mine = Campaign.objects.actionable_by(request.user, RUN_CAMPAIGN).select_related("unit")
    return get_object_or_404(mine, pk=pk)


def _write(
    request: LeagueRequest,
    unit: OrgUnit,
    campaign: Campaign | None,
    text: str,
    newest: CampaignVersion | None = None,
) -> HttpResponse:
    """The page on which a pack is written: asked to check, to try out, or to keep."""
    number = newest.number if newest else 0
    if request.method == "GET":
        initial = _tried_text(request, campaign) or {"text": text, "version": number}
        return _page(request, PackForm(initial=initial), unit, campaign, number)
    given = PackForm(request.POST, request.FILES)
    if not given.is_valid():
        return _page(request, given, unit, campaign, number, status=422)
    text, seen = given.cleaned_data["text"], given.cleaned_data["version"] or 0
    if request.POST.get("do") == "save":
        return _save(request, text, unit, campaign, number, seen)
    checked = packs.check(text, unit, request.user, campaign, with_trial=request.POST.get("do") == "try")
    if checked.is_too_large:
        return _try_in_job(request, text, unit, campaign, seen)
    status = 200 if checked.is_right else 422
    form = PackForm(initial={"text": text, "version": seen})
    return _page(request, form, unit, campaign, number, checked=checked, status=status)


def _save(
    request: LeagueRequest, text: str, unit: OrgUnit, campaign: Campaign | None, number: int, seen: int
) -> HttpResponse:
    try:
        loaded = _keep(text, unit, campaign, seen, request)
    except Conflict as error:
        # Saving again is a decision made with the other text in sight.
        form = PackForm(initial={"text": text, "version": number})
        return _page(request, form, unit, campaign, number, conflict=error.message, status=409)
    except OrgsError as error:
        form = PackForm(initial={"text": text, "version": seen})
        checked = packs.refused(text, error)
        return _page(request, form, unit, campaign, number, checked=checked, status=422)
    _tell(request, loaded)
    return redirect("reporting:show-campaign", loaded.campaign.pk)


def _try_in_job(
    request: LeagueRequest, text: str, unit: OrgUnit, campaign: Campaign | None, seen: int
) -> HttpResponse:
    runs = campaign.unit if campaign else packs.unit_for(packs.read_pack(text, None), unit)
    trial = trial_jobs.order(text, runs, by=request.user, campaign=campaign, seen=seen)
    return redirect("reporting:show-pack-trial", trial.pk)


def _tried_text(request: LeagueRequest, campaign: Campaign | None) -> dict[str, object] | None:
    """What `?trial=` names, of this very campaign: nothing that was written is lost on the way back from a trial."""
    pk = whole_number(request.GET.get("trial"))
    if pk is None:
        return None
    tried = PackTrial.objects.ordered_by(request.user).filter(pk=pk, campaign=campaign).first()
    return {"text": tried.source, "version": tried.seen} if tried else None


def _keep(text: str, unit: OrgUnit, campaign: Campaign | None, seen: int, request: LeagueRequest) -> Loaded:
    pack = packs.read_pack(text, campaign)
    runs = campaign.unit if campaign else packs.unit_for(pack, unit)
    return operations.load_pack(pack, unit=runs, by=request.user, seen=seen)


def _tell(request: LeagueRequest, loaded: Loaded) -> None:
    if loaded.outcome == "unchanged":
        messages.info(request, _("内容没有变化，没有另存版本。"))
    elif loaded.campaign.state == CampaignState.RUNNING:
        messages.success(request, _("已存为第 %(n)s 版，正在按新的内容评定。") % {"n": loaded.version})
    else:
        messages.success(request, _("已存为草稿，第 %(n)s 版。") % {"n": loaded.version})


def _page(
    request: LeagueRequest,
    form: PackForm,
    unit: OrgUnit,
    campaign: Campaign | None,
    number: int,
    *,
    checked: Checked | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "unit": unit,
        "campaign": campaign,
        "number": number,
        "checked": checked,
        "conflict": conflict,
        "keys": pack_keys.parts(),
    }
    return render(request, "reporting/packs/write.html", context, status=status)
