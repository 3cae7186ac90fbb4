"""结果与定稿: the page of a sheet's result, and each step on it; what was typed stays where it can't be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs import permissions
from orgs.exceptions import FileDamaged, NotAllowed, OrgsError
from orgs.http import attachment
from orgs.kernel.sheets import FileRejected
from scoring.choices import ObjectionState
from scoring.forms.results import (
    AnswerForm,
    CorrectionForm,
    DecisionForm,
    ObjectionForm,
    ReviseForm,
    ScanForm,
)
from scoring.models import Sheet, SignedScan
from scoring.operations import corrections, decisions, notices, objections, scans, sheets, telling
from scoring.pages import results as pages
from scoring.views.on_sheet import act, sheet_of, version_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from scoring.models import SheetObjection


@login_required
@require_safe
def list_results(request: LeagueRequest) -> HttpResponse:
    """待办理的结果: proposals of others to confirm, objections to answer; where the home page's lines lead."""
    charge = request.user.units_in_charge().allowing(permissions.ASSESS)
    _require(bool(charge.spans))
    mine = Sheet.objects.within(charge).select_related("scheme", "proposed_by").for_results()
    context = {
        "proposed": telling.shown_to(request.user, mine.proposed_by_others(request.user)),
        "objected": telling.shown_to(request.user, mine.with_open_objections()),
    }
    return render(request, "scoring/results/list.html", context)


@login_required
@require_safe
def show_result(request: LeagueRequest, pk: int) -> HttpResponse:
    """Grade, objections, decisions, 定稿, revisions and scans of one sheet."""
    return _show(request, sheet_of(request, pk))


@login_required
@require_POST
def notify_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """告知 this unit its result."""
    version = version_of(request)
    return act(
        request,
        pk,
        lambda sheet: notices.notify_sheet(sheet, version=version, by=request.user),
        _("已告知单位，异议期开始。"),
        to="scoring:show-result",
    )


@login_required
@require_POST
def raise_objection(request: LeagueRequest, pk: int) -> HttpResponse:
    """提出异议, by the unit."""
    sheet = sheet_of(request, pk)
    _require(sheet.unit_id in sheets.own_units(request.user, permissions.SELF_ASSESS))
    form = ObjectionForm(request.POST, pages.criteria_of(sheet))

    def step() -> object:
        return objections.raise_objection(
            sheet, text=form.cleaned_data["text"], criterion=form.chosen(), by=request.user
        )

    return _submit(request, sheet, "objection", form, step, _("异议已提出，等待答复。"))


@login_required
@require_POST
def answer_objection(request: LeagueRequest, pk: int, objection_pk: int) -> HttpResponse:
    """答复异议."""
    sheet, objection = _objection(request, pk, objection_pk)
    form = AnswerForm(request.POST, objection)

    def step() -> object:
        is_upheld = form.cleaned_data["verdict"] == ObjectionState.UPHELD
        return objections.answer(
            objection, is_upheld=is_upheld, text=form.cleaned_data["text"], by=request.user
        )

    return _submit(request, sheet, f"answer-{objection_pk}", form, step, _("已答复，并告知单位。"))


@login_required
@require_POST
def revise_score(request: LeagueRequest, pk: int, objection_pk: int) -> HttpResponse:
    """更正得分, by an upheld objection."""
    sheet, objection = _objection(request, pk, objection_pk)
    form = ReviseForm(request.POST, objection, pages.criteria_of(sheet))

    def step() -> object:
        return objections.revise(
            objection,
            form.cleaned_data["criterion"],
            form.cleaned_data["points"],
            version=version_of(request),
            by=request.user,
        )

    return _submit(request, sheet, f"revise-{objection_pk}", form, step, _("得分已更正，并告知单位。"))


@login_required
@require_POST
def record_decision(request: LeagueRequest, pk: int) -> HttpResponse:
    """登记党组会决定."""
    sheet = sheet_of(request, pk)
    _require(sheets.may_assess(request.user, sheet.unit) and sheets.leads(request.user, sheet.unit))
    form = DecisionForm(request.POST)

    def step() -> object:
        return decisions.record_decision(
            sheet, **form.cleaned_data, version=version_of(request), by=request.user
        )

    return _submit(request, sheet, "decision", form, step, _("党组会决定已登记。"))


@login_required
@require_POST
def correct_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """更正: open a new revision."""
    sheet = sheet_of(request, pk)
    _require(sheets.may_assess(request.user, sheet.unit) and sheets.leads(request.user, sheet.unit))
    form = CorrectionForm(request.POST)
    made: list[Sheet] = []

    def step() -> None:
        made.append(corrections.correct(sheet, reason=form.cleaned_data["reason"], by=request.user))

    done = _("已建立新的修订版，原定稿在新版定稿前仍然有效。")
    answer = _submit(request, sheet, "correction", form, step, done)
    return redirect(made[0]) if made else answer


@login_required
@require_POST
def attach_scan(request: LeagueRequest, pk: int) -> HttpResponse:
    """上传扫描件."""
    sheet = sheet_of(request, pk)
    _require(scans.may_attach(request.user, sheet))
    form = ScanForm(request.POST, request.FILES)

    def step() -> object:
        file = form.cleaned_data["file"]
        return scans.attach(sheet, form.cleaned_data["kind"], file.read(), file.name, by=request.user)

    return _submit(request, sheet, "scan", form, step, _("扫描件已上传。"))


@login_required
@require_safe
def download_scan(request: LeagueRequest, pk: int) -> HttpResponse:
    """The scan, only ever as an attachment."""
    # SECURITY: a scan of a sheet outside the own subtree doesn't exist.
    found = get_object_or_404(SignedScan.objects.visible_to(request.user), pk=pk)
    sheet = sheet_of(request, found.sheet_id)
    try:
        data, kind = scans.content(found, by=request.user)
    except FileDamaged as error:
        messages.error(request, error.message)
        return redirect("scoring:show-result", sheet.pk)
    return attachment(data, kind, found.original_name)


def _objection(request: LeagueRequest, pk: int, objection_pk: int) -> tuple[Sheet, SheetObjection]:
    sheet = sheet_of(request, pk)
    found = get_object_or_404(sheet.objections.select_related("criterion"), pk=objection_pk)
    _require(objections.may_answer(request.user, sheet))
    return sheet, found


def _require(is_allowed: bool) -> None:
    if not is_allowed:
        raise NotAllowed


def _submit(
    request: LeagueRequest, sheet: Sheet, slot: str, form: Form, step: Callable[[], object], done: str
) -> HttpResponse:
    """Take the step a form asks for; in error the page shows the form as it was typed."""
    if form.is_valid():
        try:
            step()
        except NotAllowed:
            raise
        except (FileRejected, OrgsError) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, done)
            return redirect("scoring:show-result", sheet.pk)
    return _show(request, sheet_of(request, sheet.pk), {slot: form})


def _show(request: LeagueRequest, sheet: Sheet, forms: dict[str, Form] | None = None) -> HttpResponse:
    context = {"sheet": sheet, "page": pages.page_of(sheet, request.user, forms), "may_assess": False}
    return render(request, "scoring/results/show.html", context, status=422 if forms else 200)
