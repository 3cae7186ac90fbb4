"""账号领取: what was handed to the person's units, one sealed account, opening it once, and its first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import HandedState
from accounts.forms.hand_outs import FirstUseForm, OpenForm
from accounts.models import HandedAccount
from accounts.operations import hand_outs as operations
from accounts.pages import hand_outs as pages
from accounts.querysets.hand_outs import OPENING
from accounts.tables import HANDED_TONES
from orgs.exceptions import NotAllowed, OrgsError
from orgs.permissions import EDIT_REGISTRY, may, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_envelopes(request: LeagueRequest) -> HttpResponse:
    """Every account handed to the very units of the person, those still sealed first; by state as the address says."""
    if not any(may_anywhere(request.user, verb) for verb in OPENING):
        raise PermissionDenied
    state = request.GET.get("state", "")
    found = HandedAccount.objects.addressed_to(request.user.units_in_charge()).for_envelopes()
    if state in HandedState.values:
        found = found.filter(state=state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(each, HANDED_TONES[HandedState(each.state)]) for each in page],
        "chips": pages.state_choices(state),
        "is_filtered": state in HandedState.values,
    }
    return render(request, "accounts/envelopes/list.html", context)


@login_required
@require_safe
def show_envelope(request: LeagueRequest, pk: int) -> HttpResponse:
    """One account: where it comes from, where it stands, and what the person may do with it now."""
    return _page(request, _visible(request, pk), OpenForm())


@login_required
@require_POST
@never_cache
@sensitive_variables()
def open_envelope(request: LeagueRequest, pk: int) -> HttpResponse:
    """领取. SECURITY: the password stands in this one answer, which nothing may keep."""
    handed, form = _visible(request, pk), OpenForm(request.POST)
    if not operations.may_open(request.user, handed):
        raise NotAllowed
    if not form.is_valid():
        return _page(request, handed, form)
    try:
        opened = operations.open_envelope(handed, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        form.add_error(None, error.message)
        return _page(request, _visible(request, pk), form)
    context = {"handed": handed, "secret": opened.secret, "crumbs": pages.envelope_crumbs(handed)}
    response = render(request, "accounts/envelopes/opened.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def use_envelope(request: LeagueRequest, pk: int) -> HttpResponse:
    """启用: what was done on the platform, and the account as it is registered."""
    handed = _visible(request, pk)
    if not operations.may_open(request.user, handed):
        raise NotAllowed
    if request.method == "GET" and handed.state != HandedState.OPENED:
        return redirect("accounts:show-envelope", pk)
    form = FirstUseForm(request.POST or None, handed=handed)
    if form.is_valid():
        try:
            used = operations.put_in_use(handed, by=request.user, **form.cleaned_data)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _used_words(request, handed))
            return redirect("accounts:show-account", used.account_id)
    context = {"form": form, "handed": handed, "crumbs": pages.envelope_crumbs(handed, _("启用账号"))}
    return render(request, "accounts/envelopes/use.html", context, status=422 if form.errors else 200)


def _visible(request: LeagueRequest, pk: int) -> HandedAccount:
    """The account if the person sees its unit (else 404) and opens it, or edits the registry of the unit (else 403)."""
    handed = get_object_or_404(HandedAccount.objects.visible_to(request.user).for_list(), pk=pk)
    if not (operations.may_open(request.user, handed) or may(request.user, EDIT_REGISTRY, handed.unit)):
        raise NotAllowed
    return handed


def _used_words(request: LeagueRequest, handed: HandedAccount) -> str:
    if may(request.user, EDIT_REGISTRY, handed.unit):
        return _("账号已启用并登记。请接着登记管理员，做开通核对。")
    return _("账号已启用并登记。管理员请在收集表中填报。")


def _page(request: LeagueRequest, handed: HandedAccount, form: OpenForm) -> HttpResponse:
    envelope = pages.Envelope.of(handed, request.user)
    context = {"envelope": envelope, "handed": handed, "form": form}
    context["crumbs"] = pages.envelope_crumbs(handed)
    status = 422 if form.errors else 200
    return render(request, "accounts/envelopes/show.html", context, status=status)
