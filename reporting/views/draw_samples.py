"""抽查登记: the samples somebody has to look at, and the result of one (SUP-4.1b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import permissions
from orgs.exceptions import NotAllowed, OrgsError
from reporting.choices import DrawState
from reporting.forms.draws import MissingForm, ResultForm
from reporting.models import DrawItem
from reporting.operations import draw_results
from reporting.pages import draws as pages

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

MOST_SHOWN = 200


@login_required
@require_safe
def list_own_samples(request: LeagueRequest) -> HttpResponse:
    """待登记 of the person, then what was recorded last."""
    own = DrawItem.objects.visible_to(request.user).assigned_to(request.user).for_list()
    waiting = [pages.sample(each) for each in own.waiting()[:MOST_SHOWN]]
    done = [pages.sample(each) for each in own.done().order_by("-draw", "position")[:MOST_SHOWN]]
    return render(request, "reporting/draws/own.html", {"waiting": waiting, "done": done})


@login_required
@require_http_methods(["GET", "POST"])
def record_sample(request: LeagueRequest, pk: int) -> HttpResponse:
    """登记 how many items the group posted; then the next sample."""
    item = _item(request, pk)
    form = ResultForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            made = draw_results.record_item(pk, by=request.user, **form.cleaned_data).check_made
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            words = {"posts": form.cleaned_data["posts"], "grade": made.get_grade_display() if made else ""}
            messages.success(request, _("已登记：%(posts)d 条，%(grade)s。") % words)
            return _next(request)
    return _show(request, item, form)


@login_required
@require_POST
def mark_missing(request: LeagueRequest, pk: int) -> HttpResponse:
    """群找不到."""
    item = _item(request, pk)
    form = MissingForm(request.POST)
    if form.is_valid():
        try:
            draw_results.mark_missing(pk, note=form.cleaned_data["note"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记群找不到，核实人数为 0。"))
            return _next(request)
    return _show(request, item, form)


def _item(request: LeagueRequest, pk: int) -> DrawItem:
    """The sample, for who may inspect there: a refusal would tell the others that the group was drawn."""
    found = DrawItem.objects.actionable_by(request.user, permissions.RECORD_CHECK).for_list()
    return get_object_or_404(found, pk=pk)


def _next(request: LeagueRequest) -> HttpResponse:
    """[保存，下一个]: the next open sample, or the list when all are done."""
    own = DrawItem.objects.visible_to(request.user).assigned_to(request.user)
    following = own.waiting().order_by("draw", "position").first()
    if following is None:
        return redirect("reporting:list-own-samples")
    return redirect("reporting:record-sample", following.pk)


def _show(request: LeagueRequest, item: DrawItem, bad: forms.Form | None = None) -> HttpResponse:
    sample = pages.sample(item)
    is_mine = item.inspector_id == request.user.pk and item.draw.state == DrawState.ASSIGNED
    context = {
        "item": item,
        "sample": sample,
        "bad_form": bad,
        "result_form": bad if isinstance(bad, ResultForm) else ResultForm(),
        "missing_form": bad if isinstance(bad, MissingForm) else MissingForm(),
        "may_record": is_mine and sample.is_open,
    }
    return render(request, "reporting/draws/record.html", context, status=422 if bad is not None else 200)
