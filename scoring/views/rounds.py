"""年度考评工作: the rounds a committee runs, opening one, its units and calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import permissions
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.kernel import clock
from scoring.forms.rounds import AssignForm, ExtendForm, RoundForm, StartForm
from scoring.models import AssessmentRound
from scoring.operations import groups, round_evidence
from scoring.operations import rounds as operations
from scoring.pages import rounds as pages
from scoring.views.on_sheet import act

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_rounds(request: LeagueRequest) -> HttpResponse:
    """Rounds of the person's own committee and of those below, the newest year first."""
    if not permissions.may_anywhere(request.user, permissions.RUN_ASSESSMENT):
        raise NotAllowed
    found = AssessmentRound.objects.actionable_by(request.user, permissions.RUN_ASSESSMENT).for_list()
    page = Paginator(found, pages.PER_PAGE).get_page(request.GET.get("page"))
    context = {"lines": pages.lines_of(page), "page": page}
    return render(request, "scoring/rounds/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_round(request: LeagueRequest) -> HttpResponse:
    """Open a round for the level below the own committee; scheme and calendar proposed."""
    unit = own_unit(request, permissions.RUN_ASSESSMENT)
    form = RoundForm(request.POST or None, schemes=operations.usable_schemes(unit))
    if request.method == "POST" and form.is_valid():
        try:
            round = operations.open_round(unit, form.plan(), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            n = round.sheets.count()
            messages.success(request, _("已建立，%(n)s 个单位的考评表已经打开自评。") % {"n": n})
            return redirect(round)
    context = {"form": form, "unit": unit}
    return render(request, "scoring/rounds/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """Calendar, groups, and how far each unit is."""
    return _page(request, _round(request, pk))


@login_required
@require_POST
def add_units(request: LeagueRequest, pk: int) -> HttpResponse:
    """补入 units that came since."""
    round = _round(request, pk)
    try:
        n = operations.add_units(round, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("补入 %(n)s 个单位。") % {"n": n} if n else _("没有要补入的单位。"))
    return redirect(round)


@login_required
@require_POST
def start_scoring(request: LeagueRequest, pk: int) -> HttpResponse:
    """Self-assessment ends; what is missing is put down with the reason."""
    round, form = _round(request, pk), StartForm(request.POST)

    def act() -> str:
        reason, version = form.cleaned_data["reason"], _version(request)
        n = operations.start_scoring(round, reason=reason, version=version, by=request.user)
        return _("已进入考评阶段，%(n)s 个单位登记为未交自评。") % {"n": n}

    return _step(request, round, form, act, "start_form")


@login_required
@require_POST
def extend_round(request: LeagueRequest, pk: int) -> HttpResponse:
    """延期 of a deadline, with a reason."""
    round, form = _round(request, pk), ExtendForm(request.POST)

    def act() -> str:
        given = form.cleaned_data
        until, reason = clock.day_end(given["until"]), given["reason"]
        operations.extend(
            round, given["which"], until, reason=reason, version=_version(request), by=request.user
        )
        return _("已延期。")

    return _step(request, round, form, act, "extend_form")


@login_required
@require_POST
def assign_sheets(request: LeagueRequest, pk: int) -> HttpResponse:
    """分派 the ticked units to a group."""
    round = _round(request, pk)
    form = AssignForm(request.POST, round=round)

    def act() -> str:
        group_id = form.cleaned_data["group"]
        group = round.groups.get(pk=group_id) if group_id else None
        n = groups.assign(round, form.cleaned_data["sheets"], group, by=request.user)
        return _("已分派 %(n)s 个单位。") % {"n": n} if group else _("已收回 %(n)s 个单位。") % {"n": n}

    return _step(request, round, form, act, "assign_form")


@login_required
@require_POST
def assign_by_lot(request: LeagueRequest, pk: int) -> HttpResponse:
    """分派 what has no group, evenly by lot."""
    round = _round(request, pk)
    try:
        n = groups.assign_by_lot(round, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("按抽签分派 %(n)s 个单位。") % {"n": n})
    return redirect(round)


@login_required
@require_POST
def attach_round(request: LeagueRequest, pk: int, round_pk: int) -> HttpResponse:
    """The unit lists its own published round as evidence on its own sheet."""
    round = get_object_or_404(AssessmentRound.objects.visible_to(request.user), pk=round_pk)
    return act(
        request,
        pk,
        lambda sheet: round_evidence.attach(sheet, round, by=request.user),
        _("已列为佐证。"),
    )


def _round(request: LeagueRequest, pk: int) -> AssessmentRound:
    """SECURITY: a round of a committee outside the own subtree doesn't exist; inside it, the role decides."""
    visible = AssessmentRound.objects.visible_to(request.user).select_related("unit", "scheme")
    round = get_object_or_404(visible, pk=pk)
    if not permissions.may(request.user, permissions.RUN_ASSESSMENT, round.unit):
        raise NotAllowed
    return round


def _version(request: LeagueRequest) -> int:
    return whole_number(request.POST.get("version")) or 0


def _step(
    request: LeagueRequest, round: AssessmentRound, form: Form, act: Callable[[], str], name: str
) -> HttpResponse:
    """One step of the office; what is wrong stands at its form, with what was typed."""
    if form.is_valid():
        try:
            messages.success(request, act())
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            return redirect(round)
    return _page(request, round, bad={name: form})


def _page(request: LeagueRequest, round: AssessmentRound, bad: dict[str, Form] | None = None) -> HttpResponse:
    wrong = bad or {}
    context = {
        "page_of_round": pages.page_of(round, request.user, request.GET.get("page")),
        "round": round,
        "start_form": StartForm(),
        "extend_form": ExtendForm(),
        "bad_form": next(iter(wrong.values()), None),
    } | wrong
    return render(request, "scoring/rounds/show.html", context, status=422 if wrong else 200)
