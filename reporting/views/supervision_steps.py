"""The steps of one matter of 督导台账: answered, sent back, done, withdrawn, the sheet of a visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs.exceptions import NotAllowed, OrgsError
from orgs.permissions import FILL, SUPERVISE
from reporting.forms.supervision import AnswerForm, CloseForm, SendBackForm, SheetForm, WithdrawForm
from reporting.models import Duty
from reporting.operations import supervision as operations
from reporting.operations import visit_sheets
from reporting.operations.duties import superior_span
from reporting.pages import supervision as pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from django import forms
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

FORMS: dict[str, type[Any]] = {
    "answer_form": AnswerForm,
    "back_form": SendBackForm,
    "close_form": CloseForm,
    "withdraw_form": WithdrawForm,
    "sheet_form": SheetForm,
}


@login_required
@require_POST
def answer_duty(request: LeagueRequest, pk: int) -> HttpResponse:
    """答复, by the unit itself."""
    duty = _duty(request, pk)
    if duty.unit_id not in request.user.units_in_charge().allowing(FILL).own_unit_ids():
        raise PermissionDenied
    form = AnswerForm(request.POST, duty=duty)

    def act(given: dict[str, Any]) -> None:
        operations.answer(pk, given["answer"], version=given["version"], by=request.user)

    return _act(request, duty, form, act, _("已答复，并通知提出单位。"))


@login_required
@require_POST
def send_back_duty(request: LeagueRequest, pk: int) -> HttpResponse:
    """退回."""
    duty = _below(request, pk)

    def act(given: dict[str, Any]) -> None:
        operations.send_back(
            pk, given["remark"], due_on=given["due_on"], version=given["version"], by=request.user
        )

    return _act(request, duty, SendBackForm(request.POST, duty=duty), act, _("已退回，请该单位重新答复。"))


@login_required
@require_POST
def close_duty(request: LeagueRequest, pk: int) -> HttpResponse:
    """办结."""
    duty = _below(request, pk)

    def act(given: dict[str, Any]) -> None:
        held_on = given.get("held_on")
        operations.close(pk, given["outcome"], held_on=held_on, version=given["version"], by=request.user)

    return _act(request, duty, CloseForm(request.POST, duty=duty), act, _("已办结，并通知该单位。"))


@login_required
@require_POST
def withdraw_duty(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回."""
    duty = _below(request, pk)

    def act(given: dict[str, Any]) -> None:
        operations.withdraw(pk, given["reason"], version=given["version"], by=request.user)

    return _act(request, duty, WithdrawForm(request.POST, duty=duty), act, _("已撤回，并通知该单位。"))


@login_required
@require_POST
def record_visit(request: LeagueRequest, pk: int) -> HttpResponse:
    """走访记录."""
    duty = _below(request, pk)
    form = SheetForm(request.POST, duty=duty)

    def act(given: dict[str, Any]) -> None:
        visit_sheets.record(
            pk, form.seen(), held_on=given["held_on"], version=given["version"], by=request.user
        )

    return _act(request, duty, form, act, _("已保存走访记录。"))


def page_of(request: LeagueRequest, duty: Duty, bad: forms.Form | None = None) -> HttpResponse:
    """The page of one matter; `bad` is the form in error, nothing typed is lost."""
    shown = {name: bad if isinstance(bad, kind) else kind(duty=duty) for name, kind in FORMS.items()}
    context = {"page": pages.page(duty, request.user), "bad_form": bad, **shown}
    return render(request, "reporting/supervision/show.html", context, status=422 if bad is not None else 200)


def _act(
    request: LeagueRequest, duty: Duty, form: forms.Form, act: Callable[[dict[str, Any]], None], done: str
) -> HttpResponse:
    """Do it and show the matter again; what is wrong stands on the page, with the state as it is now."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
            duty = _duty(request, duty.pk)
            # Sending it again is a decision made with the present state in sight.
            again = request.POST.copy()
            again["version"] = str(duty.version)
            form.data = again
        else:
            messages.success(request, done)
            return redirect("reporting:show-duty", duty.pk)
    return page_of(request, duty, form)


def _duty(request: LeagueRequest, pk: int) -> Duty:
    return get_object_or_404(Duty.objects.visible_to(request.user).for_page(), pk=pk)


def _below(request: LeagueRequest, pk: int) -> Duty:
    """A matter of a unit below the person's. Raises PermissionDenied for one of the own unit."""
    duty = _duty(request, pk)
    if superior_span(request.user, duty.unit, SUPERVISE) is None:
        raise PermissionDenied
    return duty
