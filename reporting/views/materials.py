"""内容供给: the library by category, one piece to copy, publishing and withdrawing (RUR-2.4, RUR-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit
from orgs.permissions import PUBLISH_NOTICE, may_anywhere
from reporting.forms.passages import MaterialForm
from reporting.models import Material
from reporting.operations import materials as operations
from reporting.pages import materials as pages

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

PER_PAGE = 50
FILTERS = ("kind", "box", "q")


@login_required
@require_safe
def list_materials(request: LeagueRequest) -> HttpResponseBase:
    """What may be passed on, the newest first; category and words by address, `?export=` all as a file."""
    chosen = pages.Filter.of(*(request.GET.get(name, "") for name in FILTERS))
    readable = Material.objects.readable_by(request.user, exports.verb_for(request))
    found = chosen.apply(readable, request.user)
    if exports.is_wanted(request):
        named = [name for name in FILTERS if request.GET.get(name)]
        return exports.answer(request, pages.table(found.select_related("unit")), filters=named)
    may_write = may_anywhere(request.user, PUBLISH_NOTICE)
    context = {
        "page": Paginator(found.for_list(), PER_PAGE).get_page(request.GET.get("page")),
        "filter": chosen,
        "chip_rows": chosen.chips(may_write=may_write),
        "may_write": may_write,
    }
    return render(request, "reporting/materials/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_material(request: LeagueRequest) -> HttpResponse:
    """提供 in the name of the person's committee."""
    unit, form = own_unit(request, PUBLISH_NOTICE), MaterialForm(request.POST or None)
    if form.is_valid():
        try:
            made = operations.publish(unit, form.cleaned_data["kind"], form.passage(), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已发布，所属团组织都能看到。"))
            return redirect("reporting:show-material", made.pk)
    context = {"form": form, "unit": unit}
    return render(request, "reporting/materials/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_material(request: LeagueRequest, pk: int) -> HttpResponse:
    """One piece: read and copied here, withdrawn by who provides it."""
    readable = Material.objects.readable_by(request.user).select_related("unit", "published_by")
    material = get_object_or_404(readable, pk=pk)
    is_standing = material.withdrawn_at is None
    context = {
        "material": material,
        "passed_on": pages.passed_on(material),
        "may_withdraw": is_standing and Material.objects.actionable_by(request.user).filter(pk=pk).exists(),
    }
    return render(request, "reporting/materials/show.html", context)


@login_required
@require_POST
def withdraw_material(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回."""
    get_object_or_404(Material.objects.actionable_by(request.user), pk=pk)
    try:
        operations.withdraw(pk, by=request.user)
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤回，所属团组织不再看到。"))
    return redirect("reporting:show-material", pk)
