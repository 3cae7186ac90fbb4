"""批量办理 of administrators: one thing to do for all terms ticked in the list, then what became of each (SUP-2.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.administrators import BulkLeavingForm
from accounts.models import Administratorship
from accounts.operations.registry.administrators_bulk import end_many_terms
from accounts.pages import administrators as pages
from orgs.http import whole_number
from orgs.lists import PER_PAGE
from orgs.permissions import EDIT_REGISTRY, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def bulk_administrators(request: LeagueRequest) -> HttpResponse:
    """The terms ticked in the list: all end, or one person follows in all of them; one reason."""
    if not may_anywhere(request.user, EDIT_REGISTRY):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    ids = [pk for text in given.getlist("ids")[:PER_PAGE] if (pk := whole_number(text))]
    chosen = Administratorship.objects.actionable_by(request.user, EDIT_REGISTRY).filter(pk__in=ids)
    terms = list(chosen.with_places().order_by("unit__tree_id", "unit__lft", "pk"))
    form = BulkLeavingForm(request.POST if request.method == "POST" else None, terms=terms)
    if terms and form.is_valid():
        outcomes = end_many_terms(
            ids,
            successor=form.successor(),
            reason=form.cleaned_data["reason"],
            on_demand_of=form.cleaned_data["on_demand_of"],
            by=request.user,
        )
        n = sum(not each.refusal for each in outcomes)
        messages.success(request, ngettext("已办理%(n)d人次。", "已办理%(n)d人次。", n) % {"n": n})
        told = [(each.term.pk, pages.about(each.term), each.refusal) for each in outcomes]
        return render(request, "accounts/administrators/bulk_done.html", {"outcomes": told})
    context = {"form": form, "terms": [(term.pk, pages.about(term), pages.span(term)) for term in terms]}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/administrators/bulk.html", context, status=status)
