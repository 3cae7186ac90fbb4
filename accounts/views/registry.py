"""登记信息: accounts of the own scope, one account with its history, and one masked field on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.forms.registry import RevealForm
from accounts.models import Administratorship
from accounts.operations import registry
from orgs import permissions
from orgs.exceptions import OrgsError
from orgs.http import render_fragment

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


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
