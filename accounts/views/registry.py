"""登记信息: accounts of the own scope, one account with its history, and one masked field on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.forms.registry import AccountFilter, RevealForm, administrators
from accounts.models import Account, Administratorship, RegistryEvent
from accounts.operations import registry
from orgs import permissions
from orgs.exceptions import OrgsError
from orgs.http import render_fragment

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50
LATEST = 50


@login_required
@require_safe
def list_accounts(request: LeagueRequest) -> HttpResponse:
    """账号登记: every account the person sees, filtered by text, platform kind and status."""
    form = AccountFilter(request.GET)
    found = form.apply(Account.objects.visible_to(request.user).for_list())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/registry/list.html", {"page": page, "form": form})


@login_required
@require_safe
def show_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """One account: facts, administrators masked, history."""
    account = get_object_or_404(Account.objects.visible_to(request.user).for_list(), pk=pk)
    terms = Administratorship.objects.visible_to(request.user).of_account(account)
    events = RegistryEvent.objects.visible_to(request.user).of_account(account)
    may_reveal = permissions.may(request.user, permissions.REVEAL, account.unit)
    context = {
        "account": account,
        "administrators": administrators(terms, may_reveal=may_reveal),
        "events": events[:LATEST],
        "may_reveal": may_reveal,
    }
    return render(request, "accounts/registry/account.html", context)


@login_required
@require_POST
@never_cache
def reveal(request: LeagueRequest, pk: int) -> HttpResponse:
    """查看: one personal field of one administrator, with a purpose; who looked is kept."""
    term = get_object_or_404(
        Administratorship.objects.visible_to(request.user).select_related("unit", "account"), pk=pk
    )
    if not permissions.may(request.user, permissions.REVEAL, term.unit):
        raise PermissionDenied
    form, value, status = RevealForm(request.POST), "", 422
    if form.is_valid():
        try:
            value = registry.reveal(term, by=request.user, **form.cleaned_data)
            status = 200
        except OrgsError as error:
            form.add_error(None, error.message)
    context = {"form": form, "value": value, "term": term, "label": form.label}
    response = render_fragment(
        request, "accounts/registry/revealed.html", "accounts/registry/_revealed.html", context, status=status
    )
    response["Cache-Control"] = "no-store"
    return response
