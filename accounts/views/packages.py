"""上报: a direct unit signs and sends its return of a round; the province accepts it or sends it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.review import AcceptForm, RemarkForm, ReportForm
from accounts.models import CollectionRound, Package
from accounts.operations import chase, packages
from accounts.pages import packages as packages_page
from orgs.exceptions import Conflict, IllegalMove, OrgsError
from orgs.models import OrgUnit
from orgs.permissions import ACCEPT_PACKAGE, REPORT_PACKAGE, may

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


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
@require_http_methods(["GET", "POST"])
def report_package(request: LeagueRequest, round_pk: int, unit_pk: int) -> HttpResponse:
    """上报: completeness and rest list as they stand, and the signature with which they go to the province."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).select_related("parent"), pk=unit_pk)
    round = get_object_or_404(CollectionRound.objects.concerning(unit), pk=round_pk)
    if not may(request.user, REPORT_PACKAGE, unit):
        raise PermissionDenied
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            package = packages.report_upward(round, unit, by=request.user, note=form.cleaned_data["note"])
        except OrgsError as error:
            messages.error(request, error.message)
            return redirect("accounts:list-packages")
        messages.success(request, _("已上报。"))
        return redirect("accounts:show-package", package.pk)
    total = chase.total_of(chase.by_child(round, unit, reader=request.user))
    context = {
        "unit": unit,
        "round": round,
        "total": total,
        "missing": packages_page.to_be_missing(round, unit, reader=request.user) if total.missing else [],
        "phases": packages_page.phases(round, unit, reader=request.user),
        "form": form,
    }
    return render(request, "accounts/packages/report.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def accept_package(request: LeagueRequest, pk: int) -> HttpResponse:
    """签收."""
    _to_decide(request, pk)
    form = AcceptForm(request.POST)
    remark = form.cleaned_data["remark"] if form.is_valid() else ""
    try:
        packages.accept_package(pk, by=request.user, remark=remark)
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
    if not packages.may_decide(request.user, _scoped(request, pk)):
        raise PermissionDenied


def _show(request: LeagueRequest, pk: int, form: RemarkForm, *, status: int = 200) -> HttpResponse:
    package = _scoped(request, pk)
    context = {
        "package": package,
        "form": form,
        "accept_form": AcceptForm(auto_id="accept_%s"),
        "missing": packages_page.rest_list(package, reader=request.user) if package.missing_unit_ids else [],
        "n_missing": len(package.missing_unit_ids),
        "phases": packages_page.phases(package.round, package.unit, reader=request.user),
        "history": packages_page.history(package),
        "may_decide": packages.may_decide(request.user, package),
        "may_report": may(request.user, REPORT_PACKAGE, package.unit)
        and not Package.objects.visible_to(request.user).up_to_date().filter(pk=package.pk).exists(),
    }
    return render(request, "accounts/packages/show.html", context, status=status)
