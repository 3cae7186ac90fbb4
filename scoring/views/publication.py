"""考评结果: 告知 of a whole round, 公布, and the results as those who may read them see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from scoring.forms.results import PublishForm
from scoring.models import AssessmentRound
from scoring.operations import explanations, notices, publishing, rounds
from scoring.pages import publication as pages
from scoring.views.on_sheet import version_of
from scoring.views.outcomes import NO_DAY, due_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_safe
def show_results(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """The ranking with last year's, the distribution, where points are lost; before publication what is missing."""
    # SECURITY: results that aren't published exist for the office only; published ones for the assessed units too.
    round = get_object_or_404(AssessmentRound.objects.readable_by(request.user), pk=pk)
    page = pages.page_of(round, request.user, request.GET.get("kind", ""))
    if exports.is_wanted(request):
        return exports.answer(request, pages.as_table(page))
    return _show(request, page, PublishForm())


@login_required
@require_POST
def notify_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """告知 all units together."""
    return _act(
        request,
        pk,
        lambda round: notices.notify_round(round, version=version_of(request), by=request.user),
        _("已告知全部单位，异议期开始。"),
    )


@login_required
@require_POST
def demand_explanations(request: LeagueRequest, pk: int) -> HttpResponse:
    """要求书面情况说明 of every unit of the round whose result demands one, together."""
    round, due_on = _run_by(request, pk), due_day(request)
    if due_on is None:
        messages.error(request, NO_DAY)
        return redirect("scoring:show-results", pk)
    try:
        n = explanations.demand_all(round, due_on=due_on, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        said = _("已要求 %(n)s 个单位作出书面情况说明，办理情况见督导台账。") % {"n": n}
        messages.success(request, said if n else _("应作说明的单位都已要求，没有重复通知。"))
    return redirect("scoring:show-results", pk)


@login_required
@require_POST
def publish_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """公布: from then on the round never changes."""
    round = _run_by(request, pk)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _show(request, pages.page_of(round, request.user, ""), form, status=422)
    audience = form.cleaned_data["audience"]
    return _act(
        request,
        pk,
        lambda round: publishing.publish(
            round, audience=audience, version=version_of(request), by=request.user
        ),
        _("考评结果已公布，并告知各单位。"),
    )


def _run_by(request: LeagueRequest, pk: int) -> AssessmentRound:
    round: AssessmentRound = get_object_or_404(
        AssessmentRound.objects.visible_to(request.user).select_related("unit", "scheme"), pk=pk
    )
    if not rounds.runs(request.user, round):
        raise NotAllowed
    return round


def _act(
    request: LeagueRequest, pk: int, step: Callable[[AssessmentRound], object], done: str
) -> HttpResponse:
    round = _run_by(request, pk)
    try:
        step(round)
        messages.success(request, done)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect("scoring:show-results", pk)


def _show(
    request: LeagueRequest, page: pages.PublicationPage, form: PublishForm, *, status: int = 200
) -> HttpResponse:
    context = {"round": page.round, "page": page, "publish_form": form}
    return render(request, "scoring/results/round.html", context, status=status)
