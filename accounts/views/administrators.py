"""管理员: the list and its file, one term, direct units, and the steps appoint, replace, end, correct (SUP-2.2.2)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import links
from accounts.filters import AdministratorFilter
from accounts.forms.administrators import AppointForm, CorrectForm, LeavingForm, PersonForm, ReplaceForm
from accounts.models import Account, Administratorship, Group, RegistryEvent
from accounts.operations import registry
from accounts.pages import administrators as pages
from accounts.pages import groups as group_pages
from accounts.pages import unit as unit_page
from accounts.pages.latest import latest
from accounts.pages.standing_changes import rounds_for
from accounts.tables import AdministratorTable, term_pill
from orgs.exceptions import NotAllowed, OrgsError
from orgs.lists import PER_PAGE, Listing
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, may, may_anywhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

MOST_OTHERS = 50
BOTH = ["GET", "POST"]


@login_required
@require_safe
def list_administrators(request: LeagueRequest) -> HttpResponseBase:
    """Every term the person sees, masked, as filtered, sorted and with the columns asked for; or the same as a file."""
    found = Administratorship.objects.visible_to(request.user).for_list(request.user)
    listing = Listing(request, found, filters=AdministratorFilter, table=AdministratorTable)
    if listing.wants_file:
        return listing.file(_("管理员"))
    head = unit_page.head_of(listing, unit_page.ADMINISTRATORS)
    may_edit = may_anywhere(request.user, EDIT_REGISTRY)
    context = {"listing": listing, "head": head, "may_edit": may_edit}
    return render(request, "accounts/administrators/list.html", context)


@login_required
@require_safe
def list_unit_administrators(request: LeagueRequest) -> HttpResponse:
    """直属团组织 and who looks after the WeChat work of each; `?vacant=1` only those without (SUP-2.2.2)."""
    units = (
        OrgUnit.objects.visible_to(request.user)
        .in_operation()
        .direct_units()
        .select_related("kind", "parent")
    )
    served = Administratorship.objects.visible_to(request.user).in_office().of_unit_itself()
    is_vacant = request.GET.get("vacant") == "1"
    found = units.exclude(pk__in=served.values("unit_id")) if is_vacant else units
    page = Paginator(found.order_by("tree_id", "lft"), PER_PAGE).get_page(request.GET.get("page"))
    chips = [(_("全部"), "?", not is_vacant), (_("空缺"), "?vacant=1", is_vacant)]
    context = {"page": page, "lines": pages.unit_lines(list(page), request.user), "chips": chips}
    return render(request, "accounts/administrators/units.html", context)


@login_required
@require_safe
@never_cache
def show_administrator(request: LeagueRequest, pk: int) -> HttpResponse:
    """One term: masked facts, what happened, and who else was in charge of the same account, group or unit."""
    term = _visible(request, pk)
    others = (
        Administratorship.objects.visible_to(request.user).of_same_channel(term).with_places()[:MOST_OTHERS]
    )
    events = latest(RegistryEvent.objects.visible_to(request.user).of_term(term), request.GET.get("history"))
    shown = pages.terms([term, *others], request.user)
    context = {
        "term": shown[0],
        "pill": term_pill(term),
        "crumbs": pages.crumbs("", term),
        "facts": pages.facts(term),
        "others": shown[1:],
        "history": group_pages.history(events.events),
        "latest": events,
        "unit": term.unit,
        "changes": rounds_for(request.user, term.unit),
        "links": links.of_term(request.user, term),
    }
    return render(request, "accounts/administrators/show.html", context)


@login_required
@require_http_methods(BOTH)
def appoint_to_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """The one person for the unit's own WeChat work."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=pk)
    return _appoint(
        request, unit, _("%(unit)s　本单位微信工作") % {"unit": unit.name}, unit.get_absolute_url()
    )


@login_required
@require_http_methods(BOTH)
def appoint_to_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """One more administrator of an account."""
    account = get_object_or_404(
        Account.objects.visible_to(request.user).select_related("unit", "platform"), pk=pk
    )
    back = reverse("accounts:show-account", args=[pk])
    return _appoint(request, account.unit, f"{account}　{account.unit.name}", back, account=account)


@login_required
@require_http_methods(BOTH)
def appoint_to_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """One more administrator of a group."""
    group = get_object_or_404(Group.objects.visible_to(request.user).select_related("unit"), pk=pk)
    back = reverse("accounts:show-group", args=[pk])
    return _appoint(request, group.unit, f"{group}　{group.unit.name}", back, group=group)


@login_required
@require_http_methods(BOTH)
def replace_administrator(request: LeagueRequest, pk: int) -> HttpResponse:
    """更换: the successor begins as the term ends."""
    term = _editable(request, pk)
    form = ReplaceForm(request.POST or None, term=term)

    def work() -> Administratorship:
        answers = form.cleaned_data
        return registry.replace_administrator(
            term,
            form.person(),
            reason=answers["reason"],
            on_demand_of=answers["on_demand_of"],
            by=request.user,
        )

    return _answer(request, form, work, _("更换管理员"), term=term)


@login_required
@require_http_methods(BOTH)
def end_administrator(request: LeagueRequest, pk: int) -> HttpResponse:
    """离任: nobody follows."""
    term = _editable(request, pk)
    form = LeavingForm(request.POST or None, term=term)

    def work() -> Administratorship:
        return registry.end_administratorship(term, by=request.user, **form.cleaned_data)

    return _answer(request, form, work, _("管理员离任"), term=term, is_final=True)


@login_required
@require_http_methods(BOTH)
def correct_administrator(request: LeagueRequest, pk: int) -> HttpResponse:
    """更正: the same person with other details."""
    term = _editable(request, pk)
    form = CorrectForm(request.POST or None, term=term)

    def work() -> Administratorship:
        reason = form.cleaned_data["reason"]
        return registry.correct_administrator(term, form.person(), reason=reason, by=request.user)

    return _answer(request, form, work, _("更正管理员信息"), term=term)


def _appoint(
    request: LeagueRequest,
    unit: OrgUnit,
    about: str,
    back: str,
    *,
    account: Account | None = None,
    group: Group | None = None,
) -> HttpResponse:
    if not may(request.user, EDIT_REGISTRY, unit):
        raise PermissionDenied
    form = AppointForm(request.POST or None)

    def work() -> Administratorship:
        appoint = partial(registry.appoint_administrator, unit, account=account, group=group)
        return appoint(person=form.person(), reason=form.cleaned_data["reason"], by=request.user)

    return _answer(request, form, work, _("登记管理员"), about=about, back=back)


def _visible(request: LeagueRequest, pk: int) -> Administratorship:
    found = Administratorship.objects.visible_to(request.user).with_places()
    return get_object_or_404(found, pk=pk)


def _editable(request: LeagueRequest, pk: int) -> Administratorship:
    """The term if the person sees it (else 404) and may change it (else 403)."""
    term = _visible(request, pk)
    if not may(request.user, EDIT_REGISTRY, term.unit):
        raise PermissionDenied
    return term


def _answer(
    request: LeagueRequest,
    form: forms.Form | PersonForm,
    work: Callable[[], Administratorship],
    heading: str,
    *,
    term: Administratorship | None = None,
    about: str = "",
    back: str = "",
    is_final: bool = False,
) -> HttpResponse:
    """Do the work of a valid form and go to the term, or show the form with what the operation refuses in words."""
    if form.is_valid():
        try:
            done = work()
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("accounts:show-administrator", done.pk)
    if term is not None:
        about = pages.about(term)
        back = reverse("accounts:show-administrator", args=[term.pk])
    context = {
        "form": form,
        "heading": heading,
        "crumbs": pages.crumbs(heading, term),
        "about": about,
        "back": back,
        "is_final": is_final,
    }
    page = render(request, "accounts/administrators/step.html", context, status=422 if form.errors else 200)
    page["Cache-Control"] = "no-store"  # what was typed about a person stays in no cache
    return page
