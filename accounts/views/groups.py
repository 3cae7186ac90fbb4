"""登记的群: the list and its file, one group, registering one, and work on several at once."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import links
from accounts.filters import GroupFilter
from accounts.forms.groups import BulkGroupForm, GroupForm, seen_versions
from accounts.models import Administratorship, Group, RegistryEvent
from accounts.operations import registry
from accounts.operations.registry.groups_bulk import change_many_groups
from accounts.pages import administrators as people
from accounts.pages import groups as pages
from accounts.pages import unit as unit_page
from accounts.pages.latest import latest
from accounts.pages.standing_changes import rounds_for
from accounts.tables import GroupTable, group_pill
from orgs.exceptions import OrgsError
from orgs.http import whole_number
from orgs.lists import PER_PAGE, Listing
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, may, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

BOTH = ["GET", "POST"]


@login_required
@require_safe
def list_groups(request: LeagueRequest) -> HttpResponseBase:
    """群登记: every group the person sees, as filtered, sorted and with the columns asked for; or the same as a file."""
    found = Group.objects.visible_to(request.user).for_list()
    listing = Listing(request, found, filters=GroupFilter, table=GroupTable)
    if listing.wants_file:
        return listing.file(_("登记的群"))
    context = {"listing": listing, "may_edit": may_anywhere(request.user, EDIT_REGISTRY)}
    if head := unit_page.head_of(listing, unit_page.CHANNELS):
        context |= {"head": head, "channels": unit_page.channel_choices(head.unit.pk, "accounts:list-groups")}
    return render(request, "accounts/groups/list.html", context)


@login_required
@require_safe
def show_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """One group: facts, administrators masked, history."""
    group = get_object_or_404(Group.objects.visible_to(request.user).for_page(), pk=pk)
    terms = Administratorship.objects.visible_to(request.user).of_group(group).with_places()
    events = RegistryEvent.objects.visible_to(request.user).of_group(group)
    shown = latest(events, request.GET.get("history"))
    context = {
        "group": group,
        "pill": group_pill(group),
        "crumbs": pages.crumbs(group),
        "facts": pages.facts(group),
        "hints": pages.hints(group),
        "duties": pages.Duties.of(request.user, group),
        "terms": people.terms(terms, request.user),
        "history": pages.history(shown.events),
        "latest": shown,
        "changes": rounds_for(request.user, group.unit),
        "panels": links.panels_of(request.user, group),
    }
    return render(request, "accounts/groups/group.html", context)


@login_required
@require_safe
def choose_unit(request: LeagueRequest) -> HttpResponse:
    """The form of the unit chosen (`?parent=`, as the picker says it), else of the person's own."""
    in_charge = request.user.units_in_charge().allowing(EDIT_REGISTRY)
    widest = in_charge.widest()
    if widest is None:
        raise PermissionDenied
    pk = whole_number(request.GET.get("parent")) or widest.unit_id
    return redirect("accounts:new-group", get_object_or_404(OrgUnit.objects.within(in_charge), pk=pk).pk)


@login_required
@require_http_methods(BOTH)
def new_group(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """登记: a new group of the unit. The same form sent twice registers one."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).select_related("parent"), pk=unit_pk)
    if not may(request.user, EDIT_REGISTRY, unit):
        raise PermissionDenied
    form = GroupForm(request.POST or None, initial={"key": uuid.uuid4().hex})
    if form.is_valid():
        try:
            group = registry.open_group(
                unit,
                by=request.user,
                platform=form.cleaned_data["platform"],
                idempotency_key=form.cleaned_data["key"],
                **form.facts(),
            )
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("群已登记。请接着登记管理员。"))
            return redirect("accounts:show-group", group.pk)
    context = {"form": form, "unit": unit}
    return render(request, "accounts/groups/new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(BOTH)
def bulk_groups(request: LeagueRequest) -> HttpResponse:
    """批量办理: the groups ticked in the list, one thing to do, one reason; then what became of each."""
    if not may_anywhere(request.user, EDIT_REGISTRY):
        raise PermissionDenied
    if request.method == "POST":
        return _work_on_many(request)
    ids = [pk for text in request.GET.getlist("ids")[:PER_PAGE] if (pk := whole_number(text))]
    return _bulk_page(request, ids, BulkGroupForm())


def _work_on_many(request: LeagueRequest) -> HttpResponse:
    form = BulkGroupForm(request.POST)
    seen = seen_versions(request.POST.getlist("seen")[:PER_PAGE])
    if not form.is_valid() or not seen:
        return _bulk_page(request, list(seen), form, status=422)
    outcomes = change_many_groups(seen, by=request.user, **form.cleaned_data)
    n_done = sum(not each.refusal for each in outcomes)
    messages.success(request, ngettext("已办理%(n)d个群。", "已办理%(n)d个群。", n_done) % {"n": n_done})
    return render(request, "accounts/groups/bulk_done.html", {"outcomes": outcomes})


def _bulk_page(
    request: LeagueRequest, ids: list[int], form: BulkGroupForm, *, status: int = 200
) -> HttpResponse:
    chosen = Group.objects.actionable_by(request.user, EDIT_REGISTRY).filter(pk__in=ids).for_list()
    context = {"groups": list(chosen), "form": form}
    return render(request, "accounts/groups/bulk.html", context, status=status)
