"""争议: what concerns the person, raising one, one with its outcome, and the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import DisputeState
from accounts.forms.disputes import DisputeForm, SettleForm
from accounts.models import Dispute
from accounts.operations import disputes as operations
from accounts.pages import disputes as pages
from orgs.exceptions import Conflict, OrgsError
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, FILL, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_disputes(request: LeagueRequest) -> HttpResponse:
    """Every dispute in which the person sees a side, the latest first; by state as the address says."""
    state = request.GET.get("state", "")
    found = Dispute.objects.visible_to(request.user).for_list()
    if state == pages.OPEN:
        found = found.waiting()
    elif state == pages.SETTLED:
        found = found.exclude(state=DisputeState.OPEN)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "sides": pages.sides(page, request.user),
        "chips": pages.chips(state),
        "is_filtered": state in {pages.OPEN, pages.SETTLED},
        "may_open": may_anywhere(request.user, FILL),
    }
    return render(request, "accounts/disputes/list.html", context)


@login_required
@require_safe
def choose_unit(request: LeagueRequest) -> HttpResponse:
    """The form of the person's own unit."""
    widest = request.user.units_in_charge().allowing(FILL).widest()
    if widest is None:
        raise PermissionDenied
    return redirect("accounts:new-dispute", widest.unit_id)


@login_required
@require_http_methods(["GET", "POST"])
def new_dispute(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """提出争议; `begin` comes from the page on which the account was refused and only carries over what was typed."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).select_related("parent"), pk=unit_pk)
    if not operations.may_claim(request.user, unit):
        raise PermissionDenied
    if "begin" in request.POST:
        form = DisputeForm(initial={name: request.POST.get(name, "") for name in ("platform", "identifier")})
        return render(request, "accounts/disputes/new.html", {"form": form, "unit": unit})
    form = DisputeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            dispute = operations.open_dispute(unit, by=request.user, **form.cleaned_data)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("争议已送双方共同的上级核实，结果在“消息”中告知。"))
            return redirect("accounts:show-dispute", dispute.pk)
    status = 422 if form.errors else 200
    return render(request, "accounts/disputes/new.html", {"form": form, "unit": unit}, status=status)


@login_required
@require_safe
def show_dispute(request: LeagueRequest, pk: int) -> HttpResponse:
    """One dispute as this person may read it."""
    return _page(request, _visible(request, pk))


@login_required
@require_POST
def settle_dispute(request: LeagueRequest, pk: int) -> HttpResponse:
    """维持登记 or 划转."""
    dispute = _visible(request, pk)
    if not Dispute.objects.visible_to(request.user).settleable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _page(request, dispute, form)
    outcome, reason = DisputeState(form.cleaned_data["outcome"]), form.cleaned_data["reason"]
    try:
        operations.settle_dispute(dispute, outcome=outcome, reason=reason, by=request.user)
        messages.success(request, _("争议已办结，结果已告知双方。"))
    except Conflict as error:
        messages.warning(request, error.message)
    except OrgsError as error:
        form.add_error(None, error.message)
        return _page(request, dispute, form)
    return redirect("accounts:show-dispute", pk)


@login_required
@require_POST
def withdraw_dispute(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回."""
    dispute = _visible(request, pk)
    if not operations.may_claim(request.user, dispute.unit):
        raise PermissionDenied
    try:
        operations.withdraw_dispute(dispute, by=request.user)
        messages.success(request, _("争议已撤回。"))
    except OrgsError as error:
        messages.warning(request, error.message)
    return redirect("accounts:show-dispute", pk)


def _visible(request: LeagueRequest, pk: int) -> Dispute:
    return get_object_or_404(Dispute.objects.visible_to(request.user).for_list(), pk=pk)


def _page(request: LeagueRequest, dispute: Dispute, form: SettleForm | None = None) -> HttpResponse:
    user, is_open = request.user, dispute.state == DisputeState.OPEN
    settleable = Dispute.objects.visible_to(user).settleable_by(user).filter(pk=dispute.pk)
    may_settle = is_open and settleable.exists()
    may_withdraw = is_open and operations.may_claim(user, dispute.unit)
    context = {
        "side": pages.Side.of(dispute, user.units_in_charge()),
        "form": form or (SettleForm() if may_settle else None),
        "may_settle": may_settle,
        "may_withdraw": may_withdraw,
        "is_own": is_open and dispute.opened_by_id == user.pk and may_anywhere(user, EDIT_REGISTRY),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "accounts/disputes/show.html", context, status=status)
