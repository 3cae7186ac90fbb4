"""考核小组: the own tasks, scoring alone, and what all found side by side for the leader to enter what they agreed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import permissions
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.http import whole_number
from scoring import deadlines
from scoring.exceptions import ScoresRefused
from scoring.forms.blind import AgreeForm, BlindForm
from scoring.models import Sheet
from scoring.operations import agreeing, blind_scores
from scoring.pages import blind as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from scoring.models import BlindSheet, Score

HAND_IN = "hand_in"


@login_required
@require_safe
def list_tasks(request: LeagueRequest) -> HttpResponse:
    """我的考评: the sheets of the person's groups, what is to be done first."""
    charge = request.user.units_in_charge()
    if not (charge.allowing(permissions.ASSESS).spans or charge.allowing(permissions.RUN_ASSESSMENT).spans):
        raise NotAllowed
    return render(request, "scoring/blind/list.html", {"tasks": pages.tasks_of(request.user)})


@login_required
@require_http_methods(["GET", "POST"])
def score_blind(request: LeagueRequest, pk: int) -> HttpResponse:
    """One member scores every criterion alone, then hands in. SECURITY: reads and writes the person's own rows only."""
    sheet = _sheet(request, pk)
    if not blind_scores.is_member(request.user, sheet):
        raise NotAllowed
    scores = list(sheet.scores.in_sheet_order())
    own, kept = pages.own_of(sheet, request.user)
    form = BlindForm(request.POST or None, scores, kept)
    if request.method == "POST" and not pages.is_open_to(sheet, own):
        # The sheet went on while the person typed, or they handed in elsewhere: what was typed is there to be copied.
        shown = BlindForm(None, scores, kept)
        return _own_page(request, sheet, scores, shown, own, status=409, unsaved=form.typed())
    try:
        is_kept = request.method == "POST" and _kept(request, sheet, form, own)
    except Conflict:
        # The same person, on a second device.
        own, kept = pages.own_of(sheet, request.user)
        form = BlindForm(request.POST, scores, kept)
        form.set_side_by_side()
        return _own_page(request, sheet, scores, form, own, status=409)
    if is_kept:
        if request.POST.get("action") == HAND_IN:
            messages.success(request, _("已提交评分，其他成员全部提交后可以看到各人评分。"))
            return redirect("scoring:list-tasks")
        messages.success(request, _("已保存，还没有提交。"))
        return redirect("scoring:score-blind", pk)
    return _own_page(request, sheet, scores, form, own, status=422 if form.errors else 200)


def _own_page(
    request: LeagueRequest,
    sheet: Sheet,
    scores: list[Score],
    form: BlindForm,
    own: BlindSheet | None,
    *,
    status: int,
    unsaved: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    context = {
        "sheet": sheet,
        "form": form,
        "fields": pages.fields_of(form, scores),
        "own": own,
        "version": own.version if own else 0,
        "is_open": pages.is_open_to(sheet, own),
        "unsaved": unsaved,
        "deadline": deadlines.words(sheet.round.scoring_until) if sheet.round else "",
    }
    return render(request, "scoring/blind/score.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def agree_scores(request: LeagueRequest, pk: int) -> HttpResponse:
    """Who has handed in; once all have, everybody's points side by side, and the leader's fields."""
    sheet, scores, form = _agreeing(request, pk)
    if form is not None and request.method == "POST" and sheet.is_settled:
        return _comparison(request, sheet, scores, None, status=409, unsaved=form.typed())
    try:
        is_saved = form is not None and request.method == "POST" and _agreed(request, sheet, form)
    except Conflict:
        # Read again: the page shows what was saved meanwhile.
        sheet, scores, form = _agreeing(request, pk)
        if form is not None:
            form.set_side_by_side()
        return _comparison(request, sheet, scores, form, status=409)
    if is_saved:
        messages.success(request, _("已保存商定的得分。"))
        return redirect("scoring:agree-scores", pk)
    status = 422 if form is not None and form.errors else 200
    return _comparison(request, sheet, scores, form, status=status)


def _agreeing(request: LeagueRequest, pk: int) -> tuple[Sheet, list[Score], AgreeForm | None]:
    """The sheet as it stands, with the leader's form. Raises NotAllowed for who may not read or write here."""
    sheet = _sheet(request, pk)
    if sheet.group_id is None or not blind_scores.may_compare(request.user, sheet):
        raise NotAllowed
    may_agree = blind_scores.may_agree(request.user, sheet)
    if request.method == "POST" and not may_agree:
        raise NotAllowed
    scores = list(sheet.scores.in_sheet_order())
    if not may_agree or (sheet.is_settled and request.method != "POST"):
        return sheet, scores, None
    proposed = pages.alike(pages.given_by_all(sheet))
    return sheet, scores, AgreeForm(request.POST or None, scores, sheet=sheet, proposed=proposed)


def _comparison(
    request: LeagueRequest,
    sheet: Sheet,
    scores: list[Score],
    form: AgreeForm | None,
    *,
    status: int,
    unsaved: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    given, members = pages.given_by_all(sheet), pages.members_of(sheet)
    columns = pages.columns_of(given, members)
    lines = pages.lines_of(scores, given, columns, form) if blind_scores.is_opened(sheet) else []
    context = {
        "sheet": sheet,
        "members": members,
        "columns": columns,
        "lines": lines,
        "n_differ": sum(line.differs for line in lines),
        "form": form,
        "unsaved": unsaved,
        "tasks_url": reverse("scoring:list-tasks"),
    }
    return render(request, "scoring/blind/agree.html", context, status=status)


def _sheet(request: LeagueRequest, pk: int) -> Sheet:
    """SECURITY: a sheet outside the own subtree doesn't exist; inside it, the role decides."""
    visible = Sheet.objects.visible_to(request.user).select_related("scheme", "unit", "round", "group")
    sheet = get_object_or_404(visible, pk=pk)
    charge = request.user.units_in_charge()
    if not charge.allowing(permissions.VIEW_SHEET).covers(sheet.unit):
        raise NotAllowed
    return sheet


def _kept(request: LeagueRequest, sheet: Sheet, form: BlindForm, own: BlindSheet | None) -> bool:
    """Raises Conflict, also for a form that isn't valid: its page would go out with the newer version."""
    version = whole_number(request.POST.get("version")) or 0
    if version != (own.version if own else 0):
        raise Conflict
    if not form.is_valid():
        return False
    hand_in = request.POST.get("action") == HAND_IN
    try:
        blind_scores.keep(sheet, form.entries(), version=version, by=request.user, hand_in=hand_in)
    except ScoresRefused as refused:
        form.refuse(refused.errors)
    except (Conflict, NotAllowed):
        raise
    except OrgsError as error:
        form.add_error(None, error.message)
    return form.is_valid()


def _agreed(request: LeagueRequest, sheet: Sheet, form: AgreeForm) -> bool:
    """Raises Conflict, also for a form that isn't valid: its page would go out with the newer version."""
    version = whole_number(request.POST.get("version")) or 0
    sheet.require_version(version)
    if not form.is_valid():
        return False
    try:
        agreeing.agree(
            sheet, form.entries(), overall=form.cleaned_data["overall"], version=version, by=request.user
        )
    except ScoresRefused as refused:
        form.refuse(refused.errors)
    except (Conflict, NotAllowed):
        raise
    except OrgsError as error:
        form.add_error(None, error.message)
    return form.is_valid()
