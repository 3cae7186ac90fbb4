"""接口令牌: the tokens of a person, a new one, stopping one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orgs.exceptions import OrgsError
from orgs.forms.tokens import TokenForm
from orgs.http import own_unit
from orgs.operations import tokens
from orgs.permissions import EXPORT

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def list_tokens(request: LeagueRequest) -> HttpResponse:
    """One's own tokens; a new one is shown in the answer to the form, and never again."""
    unit = own_unit(request, EXPORT)
    form, issued = TokenForm(request.POST or None), None
    if form.is_valid():
        try:
            issued = tokens.issue(unit, by=request.user, **form.cleaned_data)
        except OrgsError as error:
            form.add_error(None, error.message)
    mine = request.user.api_tokens.select_related("unit")
    context = {
        "form": TokenForm() if issued else form,
        "issued": issued,
        "unit": unit,
        "tokens": mine,
        "in_force": set(mine.in_force().values_list("pk", flat=True)),
    }
    return render(request, "orgs/tokens/list.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: LeagueRequest, pk: int) -> HttpResponse:
    """停用: one's own; another person's does not exist."""
    token = get_object_or_404(request.user.api_tokens, pk=pk)
    tokens.revoke(token.pk, by=request.user)
    messages.success(request, _("令牌已停用。"))
    return redirect("orgs:list-tokens")
