"""上报: a direct unit signs and sends its return of a round; the province accepts it or sends it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.forms.review import RemarkForm
from accounts.models import CollectionRound, Package
from accounts.operations import packages
from orgs.exceptions import Conflict, IllegalMove, NotAllowed, OrgsError
from orgs.models import OrgUnit
from orgs.permissions import ACCEPT_PACKAGE, REPORT_PACKAGE, may

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50
MISSING_SHOWN = 200


@login_required
@require_safe
def list_packages(request: LeagueRequest) -> HttpResponse:
    """What the own direct unit has yet to report, and every package in scope."""
    in_charge = request.user.units_in_charge()
    if not (in_charge.allowing(REPORT_PACKAGE).spans or in_charge.allowing(ACCEPT_PACKAGE).spans):
        raise PermissionDenied
    found = Package.objects.within(in_charge).for_list()
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "due": packages.to_report(in_charge.allowing(REPORT_PACKAGE)),
    }
    return render(request, "accounts/packages/list.html", context)


@login_required
@require_safe
def show_package(request: LeagueRequest, pk: int) -> HttpResponse:
    """One package: counts, the rest list, who signed, and the decision."""
    return _show(request, pk, RemarkForm())


@login_required
@require_POST
def report_package(request: LeagueRequest, round_pk: int, unit_pk: int) -> HttpResponse:
    """上报: the return as it stands now goes to the province."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).select_related("parent"), pk=unit_pk)
    round = get_object_or_404(CollectionRound.objects.concerning(unit), pk=round_pk)
    try:
        package = packages.report_upward(round, unit, by=request.user)
    except NotAllowed as error:
        raise PermissionDenied from error
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("accounts:list-packages")
    messages.success(request, _("已上报。"))
    return redirect("accounts:show-package", package.pk)


@login_required
@require_POST
def accept_package(request: LeagueRequest, pk: int) -> HttpResponse:
    """签收."""
    _to_decide(request, pk)
    try:
        packages.accept_package(pk, by=request.user)
    except (Conflict, IllegalMove) as error:
        messages.error(request, error.message)
        return _show(request, pk, RemarkForm(), status=409)
    messages.success(request, _("已签收。"))
    return redirect("accounts:show-package", pk)


@login_required
@require_POST
def return_package(request: LeagueRequest, pk: int) -> HttpResponse:
    """退回, with the reason."""
    _to_decide(request, pk)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return _show(request, pk, form, status=422)
    try:
        packages.return_package(pk, by=request.user, **form.cleaned_data)
    except (Conflict, IllegalMove) as error:
        messages.error(request, error.message)
        return _show(request, pk, form, status=409)
    messages.success(request, _("已退回。"))
    return redirect("accounts:show-package", pk)


def _scoped(request: LeagueRequest, pk: int) -> Package:
    packages_seen = Package.objects.visible_to(request.user).for_list()
    return get_object_or_404(packages_seen, pk=pk)


def _to_decide(request: LeagueRequest, pk: int) -> None:
    if not may(request.user, ACCEPT_PACKAGE, _scoped(request, pk).unit):
        raise PermissionDenied


def _show(request: LeagueRequest, pk: int, form: RemarkForm, *, status: int = 200) -> HttpResponse:
    package = _scoped(request, pk)
    scoped = OrgUnit.objects.visible_to(request.user)
    missing = scoped.filter(pk__in=package.missing_unit_ids[:MISSING_SHOWN]).select_related("parent")
    context = {
        "package": package,
        "form": form,
        "missing": missing.order_by("lft"),
        "n_missing": len(package.missing_unit_ids),
        "may_decide": may(request.user, ACCEPT_PACKAGE, package.unit),
        "may_report": may(request.user, REPORT_PACKAGE, package.unit),
    }
    return render(request, "accounts/packages/show.html", context, status=status)
