"""抽查登记: the samples somebody has to look at, and the result of one (SUP-4.1b). A script may send what was recorded offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.exceptions import NotAllowed, OrgsError
from reporting.choices import DrawState
from reporting.forms.spot_checks import MissingForm, ResultForm
from reporting.models import DrawItem
from reporting.operations import draw_results
from reporting.pages import draws as pages

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from reporting.querysets.draws import DrawItemQuerySet

MOST_SHOWN = 200


@login_required
@require_safe
def list_own_samples(request: LeagueRequest) -> HttpResponse:
    """待登记 of the person, then what was recorded last. Kept open on a phone, all of it can be recorded without a network."""
    done = _own(request).done().order_by("-draw", "position")[:MOST_SHOWN]
    context = {
        "waiting": _waiting(request),
        "done": [pages.sample(each) for each in done],
        "result_form": ResultForm(),
        "missing_form": MissingForm(),
        "grades": pages.grade_steps(),
    }
    return render(request, "reporting/draws/own.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def record_sample(request: LeagueRequest, pk: int) -> HttpResponse:
    """登记 how many items the group posted; then the next sample."""
    known = draw_results.recorded(request.POST.get("key", ""), by=request.user)
    item = known or _item(request, pk)
    form = ResultForm(request.POST, request.FILES) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            made = draw_results.record_item(pk, by=request.user, **form.facts()).check_made
        except OrgsError as error:
            _refused(request, form, error)
        else:
            words = {"posts": made.posts if made else 0, "grade": made.get_grade_display() if made else ""}
            return _next(request, _("已登记：%(posts)d 条，%(grade)s。") % words)
    return _show(request, item, form)


@login_required
@require_POST
def mark_missing(request: LeagueRequest, pk: int) -> HttpResponse:
    """群找不到."""
    known = draw_results.recorded(request.POST.get("key", ""), by=request.user)
    item = known or _item(request, pk)
    form = MissingForm(request.POST)
    if form.is_valid():
        try:
            draw_results.mark_missing(pk, by=request.user, **form.cleaned_data)
        except OrgsError as error:
            _refused(request, form, error)
        else:
            return _next(request, _("已登记群找不到，核实人数为 0。"))
    return _show(request, item, form)


def _own(request: LeagueRequest) -> DrawItemQuerySet:
    own: DrawItemQuerySet = DrawItem.objects.readable_by(request.user).assigned_to(request.user).for_list()
    return own


def _waiting(request: LeagueRequest) -> list[pages.Sample]:
    return [pages.sample(each) for each in _own(request).waiting()[:MOST_SHOWN]]


def _item(request: LeagueRequest, pk: int) -> DrawItem:
    """The sample, for who may inspect there: a refusal would tell the others that the group was drawn."""
    return get_object_or_404(DrawItem.objects.readable_by(request.user).for_list(), pk=pk)


def _next(request: LeagueRequest, said: str) -> HttpResponse:
    """[保存，下一个]: the next open sample, or the list when all are done."""
    following = _own(request).waiting().first()
    url = (
        reverse("reporting:list-own-samples")
        if following is None
        else reverse("reporting:record-sample", args=[following.pk])
    )
    if _is_script(request):
        return JsonResponse({"said": said, "url": url})
    messages.success(request, said)
    return redirect(url)


def _refused(request: LeagueRequest, form: forms.Form, error: OrgsError) -> None:
    """The words beside the form. To a script that sends later a 403 would mean that the session has ended."""
    if isinstance(error, NotAllowed) and not _is_script(request):
        raise error
    form.add_error(None, error.message)


def _is_script(request: LeagueRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _show(request: LeagueRequest, item: DrawItem, bad: forms.Form | None = None) -> HttpResponse:
    if bad is not None and _is_script(request):
        errors = [str(error) for found in bad.errors.values() for error in found]
        return JsonResponse({"errors": errors}, status=422)
    sample = pages.sample(item)
    is_mine = item.inspector_id == request.user.pk and item.draw.state == DrawState.ASSIGNED
    may_record = is_mine and sample.is_open
    context = {
        "item": item,
        "sample": sample,
        "bad_form": bad,
        "result_form": bad if isinstance(bad, ResultForm) else ResultForm(),
        "missing_form": bad if isinstance(bad, MissingForm) else MissingForm(),
        "grades": pages.grade_steps(),
        "may_record": may_record,
        "waiting": [each for each in _waiting(request) if each.item.pk != item.pk] if may_record else [],
    }
    return render(request, "reporting/draws/record.html", context, status=422 if bad is not None else 200)
