"""登记的账号: the list and its file, one account, registering one, and work on several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import links
from accounts.exceptions import AlreadyRegistered
from accounts.filters import AccountFilter
from accounts.forms.accounts import BulkForm, ChecksForm, NewAccountForm
from accounts.forms.registry import administrators
from accounts.models import Account, Administratorship, RegistryEvent
from accounts.operations import registry
from accounts.pages import accounts as pages
from accounts.pages import hand_outs
from accounts.pages import unit as unit_page
from accounts.pages.latest import latest
from accounts.pages.standing_changes import rounds_for
from accounts.querysets.hand_outs import OPENING
from accounts.tables import AccountTable, status_pill
from orgs import permissions
from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.lists import PER_PAGE, Listing
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, may, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_safe
def list_accounts(request: LeagueRequest) -> HttpResponseBase:
    """账号登记: every account the person sees, as filtered, sorted and with the columns asked for; or the same as a file."""
    found = Account.objects.visible_to(request.user).for_list()
    listing = Listing(request, found, filters=AccountFilter, table=AccountTable)
    if listing.wants_file:
        return listing.file(_("登记的账号"))
    context = {"listing": listing, "may_edit": may_anywhere(request.user, EDIT_REGISTRY)}
    context["may_open"] = any(may_anywhere(request.user, verb) for verb in OPENING)
    if head := unit_page.head_of(listing, unit_page.CHANNELS):
        context |= {
            "head": head,
            "channels": unit_page.channel_choices(head.unit.pk, "accounts:list-accounts"),
        }
    return render(request, "accounts/registry/list.html", context)


@login_required
@require_safe
def show_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """One account: facts, administrators masked, ties, checklist, history."""
    account = get_object_or_404(Account.objects.visible_to(request.user).for_page(), pk=pk)
    terms = Administratorship.objects.visible_to(request.user).of_account(account)
    events = RegistryEvent.objects.visible_to(request.user).of_account(account)
    shown = latest(events, request.GET.get("history"))
    may_reveal = permissions.may(request.user, permissions.REVEAL, account.unit)
    checked, ties = pages.checks(account), pages.ties(account, request.user)
    context = {
        "account": account,
        "pill": status_pill(account),
        "crumbs": pages.crumbs(account),
        "facts": [*pages.facts(account), *hand_outs.origin(account, user=request.user)],
        "hints": pages.hints(account),
        "duties": pages.Duties.of(request.user, account),
        "ties": ties,
        "checks": checked,
        "checks_form": ChecksForm(
            lines=[each.line for each in checked], met=[each.line.item for each in checked if each.is_met]
        ),
        "administrators": administrators(terms, may_reveal=may_reveal),
        "may_reveal": may_reveal,
        "history": pages.history(shown.events, [account, *(tied for _word, tied in ties)]),
        "latest": shown,
        "changes": rounds_for(request.user, account.unit),
        "panels": links.panels_of(request.user, account),
        "nicknames": pages.nicknames(account),
    }
    return render(request, "accounts/registry/account.html", context)


@login_required
@require_safe
def choose_unit(request: LeagueRequest) -> HttpResponse:
    """The form of the unit chosen (`?parent=`, as the picker says it), else of the person's own."""
    in_charge = request.user.units_in_charge().allowing(EDIT_REGISTRY)
    widest = in_charge.widest()
    if widest is None:
        raise PermissionDenied
    pk = whole_number(request.GET.get("parent")) or widest.unit_id
    return redirect("accounts:new-account", get_object_or_404(OrgUnit.objects.within(in_charge), pk=pk).pk)


@login_required
@require_http_methods(["GET", "POST"])
def new_account(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """登记: a new account of the unit. Sent twice it is registered once: the id is taken the second time."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).select_related("parent"), pk=unit_pk)
    if not may(request.user, EDIT_REGISTRY, unit):
        raise PermissionDenied
    form, is_taken = NewAccountForm(request.POST or None), False
    if form.is_valid():
        try:
            account = registry.open_account(unit, by=request.user, **form.facts())
        except OrgsError as error:
            form.add_error(None, error.message)
            is_taken = isinstance(error, AlreadyRegistered)
        else:
            messages.success(request, _("账号已登记。请接着登记管理员。"))
            return redirect("accounts:show-account", account.pk)
    context = {"form": form, "unit": unit, "is_taken": is_taken}
    return render(request, "accounts/registry/new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def bulk_accounts(request: LeagueRequest) -> HttpResponse:
    """批量办理: the accounts ticked in the list, one thing to do, one reason; then what became of each."""
    if not may_anywhere(request.user, EDIT_REGISTRY):
        raise PermissionDenied
    if request.method == "POST":
        return _work_on_many(request)
    ids = [pk for text in request.GET.getlist("ids")[:PER_PAGE] if (pk := whole_number(text))]
    chosen = Account.objects.actionable_by(request.user, EDIT_REGISTRY).filter(pk__in=ids).for_list()
    return render(request, "accounts/registry/bulk.html", {"accounts": list(chosen), "form": BulkForm()})


def _work_on_many(request: LeagueRequest) -> HttpResponse:
    form = BulkForm(request.POST)
    seen = _versions(request.POST.getlist("seen")[:PER_PAGE])
    if not form.is_valid() or not seen:
        chosen = (
            Account.objects.actionable_by(request.user, EDIT_REGISTRY).filter(pk__in=list(seen)).for_list()
        )
        context = {"accounts": list(chosen), "form": form}
        return render(request, "accounts/registry/bulk.html", context, status=422)
    outcomes = registry.change_many(seen, by=request.user, **form.cleaned_data)
    n_done = sum(not each.refusal for each in outcomes)
    messages.success(request, ngettext("已办理%(n)d个账号。", "已办理%(n)d个账号。", n_done) % {"n": n_done})
    return render(request, "accounts/registry/bulk_done.html", {"outcomes": outcomes})


def _versions(texts: list[str]) -> dict[int, int]:
    """id -> version, from `id:version`; what is neither is left out."""
    pairs = (text.partition(":")[::2] for text in texts)
    numbers = ((whole_number(pk), whole_number(version)) for pk, version in pairs)
    return {pk: version for pk, version in numbers if pk is not None and version is not None}
