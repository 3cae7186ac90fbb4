"""抽查: one check with its photos and objections, voiding it, calls, 核减 that were wrong (SUP-4.1b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Group
from orgs.exceptions import NotAllowed, OrgsError
from orgs.permissions import RECORD_CHECK
from reporting import images
from reporting.forms.spot_checks import CallForm, ObjectForm, VoidForm
from reporting.models import CheckPhoto, SpotCheck, VerifiedCount
from reporting.operations import inspection, objections, photo_files, verified_counts
from reporting.pages import spot_checks as pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms

    from orgs.http import LeagueRequest
    from reporting.models import Objection


@login_required
@require_safe
def show_check(request: LeagueRequest, pk: int) -> HttpResponse:
    """What was counted, by whom; the unit objects here, who inspects there voids it here."""
    return _show(request, _check(request, pk))


@login_required
@require_POST
def void_check(request: LeagueRequest, pk: int) -> HttpResponse:
    """作废, with its reason; the check stays."""
    check = get_object_or_404(SpotCheck.objects.actionable_by(request.user, RECORD_CHECK).for_list(), pk=pk)
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            inspection.void_check(check, form.cleaned_data["reason"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已作废，理由保留可查。"))
            return redirect("reporting:show-check", pk)
    return _show(request, _check(request, pk), form)


@login_required
@require_POST
def raise_objection(request: LeagueRequest, pk: int) -> HttpResponse:
    """提出异议."""
    check = _check(request, pk)
    if objections.own_span(check, request.user) is None:
        raise PermissionDenied
    form = ObjectForm(request.POST)
    return _objected(request, pk, form, objections.raise_objection) or _show(request, check, form)


@login_required
@require_http_methods(["GET", "POST"])
def record_call(request: LeagueRequest, group_pk: int) -> HttpResponse:
    """电话了解 about one group."""
    groups = Group.objects.actionable_by(request.user, RECORD_CHECK).select_related("unit")
    group = get_object_or_404(groups, pk=group_pk)
    form = CallForm(request.POST or None)
    if form.is_valid():
        try:
            made = inspection.record_call(group, note=form.cleaned_data["note"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记电话了解。"))
            return redirect("reporting:show-check", made.pk)
    context = {"group": group, "form": form}
    return render(request, "reporting/checks/call.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def void_count(request: LeagueRequest, pk: int) -> HttpResponse:
    """作废核减, with its reason; both figures stay readable."""
    counts = VerifiedCount.objects.actionable_by(request.user, RECORD_CHECK).for_list()
    count = get_object_or_404(counts, pk=pk)
    form = VoidForm(request.POST or None)
    if form.is_valid():
        try:
            verified_counts.void_count(pk, reason=form.cleaned_data["reason"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已作废，以后的周报和考评按申报人数计算。"))
            return redirect("accounts:show-group", count.group_id)
    context = {"count": count, "form": form}
    return render(request, "reporting/checks/void_count.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def object_to_count(request: LeagueRequest, pk: int) -> HttpResponse:
    """对核减提出异议: by the unit whose group was looked at, or above it."""
    counts = VerifiedCount.objects.visible_to(request.user).with_objections()
    count = get_object_or_404(counts, pk=pk)
    if objections.own_span(count, request.user) is None:
        raise PermissionDenied
    form = ObjectForm(request.POST or None)
    done = _objected(request, pk, form, objections.object_to_count)
    if done is not None:
        return done
    context = {"line": pages.count_line(count, request.user), "count": count, "form": form}
    return render(request, "reporting/checks/object_count.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def download_photo(request: LeagueRequest, pk: int) -> HttpResponse:
    """The picture as a file; 404 once it was deleted."""
    photo = get_object_or_404(CheckPhoto.objects.visible_to(request.user).kept(), pk=pk)
    try:
        data = photo_files.read(photo.stored_name)
    except FileNotFoundError:
        raise Http404 from None
    kind = images.kind_of(data)
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="check-{photo.pk}.{images.ENDINGS[kind]}"'
    # SECURITY: whatever a file holds, a browser that opens it all the same runs nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _objected(
    request: LeagueRequest, pk: int, form: ObjectForm, act: Callable[..., Objection]
) -> HttpResponse | None:
    """On to the objection that was raised; None where the form says what is wrong, or was not sent."""
    if form.is_valid():
        try:
            made = act(pk, reason=form.cleaned_data["reason"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已提出异议，将由另一名抽查人员复核。"))
            return redirect("reporting:show-objection", made.pk)
    return None


def _check(request: LeagueRequest, pk: int) -> SpotCheck:
    return get_object_or_404(SpotCheck.objects.visible_to(request.user).for_list(), pk=pk)


def _show(request: LeagueRequest, check: SpotCheck, bad: forms.Form | None = None) -> HttpResponse:
    context = {
        "page": pages.read(check, request.user),
        "bad_form": bad,
        "void_form": bad if isinstance(bad, VoidForm) else VoidForm(auto_id="void_%s"),
        "object_form": bad if isinstance(bad, ObjectForm) else ObjectForm(),
    }
    return render(request, "reporting/checks/show.html", context, status=422 if bad is not None else 200)
