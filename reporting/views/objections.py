"""抽查异议: the list, one objection, who counts again, the second result, the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from reporting.forms.spot_checks import DecideForm, SecondCountForm, SecondForm, SecondResultForm
from reporting.models import Objection
from reporting.operations import objections
from reporting.pages import objections as pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_objections(request: LeagueRequest) -> HttpResponseBase:
    """Objections to checks in the person's subtrees, the newest first; by state, `?export=` all as a file."""
    state = request.GET.get("state", "")
    rows = pages.found(request.user, state, exports.verb_for(request))
    if exports.is_wanted(request):
        return exports.answer(request, pages.table(rows), filters=["state"] if state else [])
    page = Paginator(rows, pages.PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": pages.lines(page), "chips": pages.chips(state), "state": state}
    return render(request, "reporting/objections/list.html", context)


@login_required
@require_safe
def show_objection(request: LeagueRequest, pk: int) -> HttpResponse:
    """Reason, both results, the decision; whoever is next does it here."""
    return _show(request, _objection(request, pk))


@login_required
@require_POST
def assign_second(request: LeagueRequest, pk: int) -> HttpResponse:
    """安排复核人, chosen or by lot."""
    objection = _objection(request, pk)
    if not objections.may_decide(objection, request.user):
        raise PermissionDenied
    form = SecondForm(request.POST, people=objections.candidates(objection))
    return _done(
        request,
        objection,
        form,
        lambda given: objections.assign_second(pk, person_id=given["person"], by=request.user),
        _("已安排复核。"),
    )


@login_required
@require_POST
def record_second(request: LeagueRequest, pk: int) -> HttpResponse:
    """登记复核."""
    objection = _objection(request, pk)
    if objection.second_inspector_id != request.user.pk:
        raise PermissionDenied
    said = _("已登记复核结果。")
    if objection.count_made_id is not None:
        counted = SecondCountForm(request.POST)
        return _done(
            request,
            objection,
            counted,
            lambda given: objections.record_second_count(pk, members=given["members"], by=request.user),
            said,
        )
    return _done(
        request,
        objection,
        SecondResultForm(request.POST),
        lambda given: objections.record_second(pk, posts=given["posts"], by=request.user),
        said,
    )


@login_required
@require_POST
def decide(request: LeagueRequest, pk: int) -> HttpResponse:
    """裁定."""
    objection = _objection(request, pk)
    if not objections.may_decide(objection, request.user):
        raise PermissionDenied
    return _done(
        request,
        objection,
        DecideForm(request.POST),
        lambda given: objections.decide(
            pk, is_upheld=given["is_upheld"], remark=given["remark"], by=request.user
        ),
        _("已裁定，结果已告知提出异议的团组织。"),
    )


def _done(
    request: LeagueRequest,
    objection: Objection,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    said: str,
) -> HttpResponse:
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, said)
            return redirect("reporting:show-objection", objection.pk)
    return _show(request, objection, form)


def _objection(request: LeagueRequest, pk: int) -> Objection:
    return get_object_or_404(Objection.objects.readable_by(request.user).for_list(), pk=pk)


def _show(request: LeagueRequest, objection: Objection, bad: forms.Form | None = None) -> HttpResponse:
    page = pages.read(objection, request.user)
    people = objections.candidates(objection) if page.may_assign and not isinstance(bad, SecondForm) else []
    result_form = SecondResultForm if objection.count_made_id is None else SecondCountForm
    context = {
        "page": page,
        "objection": objection,
        "bad_form": bad,
        "second_form": bad if isinstance(bad, SecondForm) else SecondForm(people=people),
        "result_form": bad if isinstance(bad, result_form) else result_form(),
        "decide_form": bad if isinstance(bad, DecideForm) else DecideForm(),
    }
    return render(request, "reporting/objections/show.html", context, status=422 if bad is not None else 200)
