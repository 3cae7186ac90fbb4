"""延期: a unit asks on its phone, the superior answers on the page beside 提醒."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.extensions import DecideForm, ExtensionForm
from accounts.models import Extension
from accounts.operations import extensions
from accounts.pages.fill import head_context
from accounts.views.own_forms import own_form
from orgs.exceptions import Conflict, OrgsError
from orgs.permissions import REMIND, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def ask_extension(request: LeagueRequest, pk: int) -> HttpResponse:
    """申请延期: until when, and why."""
    expected, submission = own_form(request, pk)
    form = ExtensionForm(request.POST or None, expected=expected)
    if request.method == "POST" and form.is_valid():
        try:
            extensions.ask_extension(expected, by=request.user, **form.facts())
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("延期申请已送上级团委，答复会在“消息”中告知。"))
            return redirect("accounts:fill-form", expected.pk)
    context = head_context(expected, submission) | {
        "form": form,
        "extension": extensions.latest(expected),
    }
    return render(request, "accounts/fill/extension.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def list_extensions(request: LeagueRequest) -> HttpResponse:
    """Every request that waits for the person, the nearest deadline first."""
    return _list(request)


@login_required
@require_POST
def decide_extension(request: LeagueRequest, pk: int) -> HttpResponse:
    """同意、不同意, with a remark."""
    extension = get_object_or_404(
        Extension.objects.visible_to(request.user).select_related("expected"), pk=pk
    )
    if not Extension.objects.decidable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = DecideForm(request.POST)
    grants = "grant" in request.POST
    if not form.is_valid():
        return _list(request, refused=pk, form=form, status=422)
    try:
        decided = extensions.decide_extension(
            extension, grants=grants, remark=form.cleaned_data["remark"], by=request.user
        )
    except Conflict as error:
        messages.warning(request, error.message)
        return redirect("accounts:list-extensions")
    except OrgsError as error:
        form.add_error("remark", error.message)
        return _list(request, refused=pk, form=form, status=422)
    text = _("已同意%(unit)s延期。") if grants else _("已答复%(unit)s：不同意延期。")
    messages.success(request, text % {"unit": decided.expected.unit.name})
    return redirect("accounts:list-extensions")


def _list(
    request: LeagueRequest, *, refused: int = 0, form: DecideForm | None = None, status: int = 200
) -> HttpResponse:
    if not may_anywhere(request.user, REMIND):
        raise PermissionDenied
    waiting = Extension.objects.decidable_by(request.user).waiting().for_list()
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(each, form if form is not None and each.pk == refused else DecideForm()) for each in page]
    for each, bound in lines:
        bound.auto_id = f"id_{each.pk}_%s"
    context = {"page": page, "lines": lines, "has_errors": bool(refused)}
    return render(request, "accounts/chase/extensions.html", context, status=status)
