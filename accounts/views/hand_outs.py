"""账号发放: what was handed out, a new hand-out, one with its accounts and figures, import, template, withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.excel import hand_out_table
from accounts.filters import HandedFilter
from accounts.forms.hand_outs import HandOutFileForm, HandOutForm, WithdrawForm
from accounts.models import HandedAccount, HandOut
from accounts.operations import hand_outs as operations
from accounts.operations import hand_outs_import
from accounts.pages import hand_outs as pages
from accounts.tables import HandedTable
from orgs.exceptions import NotAllowed, OrgsError
from orgs.exports import EXCEL
from orgs.http import own_unit
from orgs.kernel.sheets import FileRejected
from orgs.lists import Listing
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, may, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest

PER_PAGE = 50
ERRORS_SHOWN = 200
MOST_UNITS = 2_000
BOTH = ["GET", "POST"]


@login_required
@require_safe
def list_hand_outs(request: LeagueRequest) -> HttpResponse:
    """Every hand-out of the person's units, the latest first, with how far each has come."""
    if not may_anywhere(request.user, EDIT_REGISTRY):
        raise PermissionDenied
    found = HandOut.objects.actionable_by(request.user, EDIT_REGISTRY)
    found = found.for_list(request.user.units_in_charge())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(each, pages.Figures.of(each)) for each in page]
    return render(request, "accounts/hand_outs/list.html", {"page": page, "lines": lines})


@login_required
@require_http_methods(BOTH)
def new_hand_out(request: LeagueRequest) -> HttpResponse:
    """建立发放 of the person's own unit, or of the one the address names."""
    unit = own_unit(request, EDIT_REGISTRY)
    form = HandOutForm(request.POST or None)
    if form.is_valid():
        try:
            hand_out = operations.create_hand_out(unit, by=request.user, **form.cleaned_data)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("发放已建立。请下载空表，填写用户名后导入。"))
            return redirect("accounts:import-hand-out", hand_out.pk)
    context = {"form": form, "unit": unit, "crumbs": pages.crumbs(None, _("建立发放"))}
    return render(request, "accounts/hand_outs/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_hand_out(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """One hand-out: figures, and its accounts as filtered; or these as a file, which holds no password."""
    hand_out = _issued(request, pk)
    rows = HandedAccount.objects.visible_to(request.user).filter(hand_out=hand_out)
    listing = Listing(request, rows.for_list(), filters=HandedFilter, table=HandedTable)
    if listing.wants_file:
        return listing.file(hand_out.title)
    context = {
        "hand_out": hand_out,
        "listing": listing,
        "figures": pages.Figures.of(hand_out),
        "days_note": pages.days_note(hand_out),
        "elsewhere": pages.Elsewhere.of(hand_out, request.user),
        "crumbs": pages.crumbs(hand_out, ""),
    }
    return render(request, "accounts/hand_outs/show.html", context)


@login_required
@require_http_methods(BOTH)
def import_hand_out(request: LeagueRequest, pk: int) -> HttpResponse:
    """导入: all of the file is sealed, or the page says all that is wrong with it. The file itself is kept nowhere."""
    hand_out = _issued(request, pk)
    form = HandOutFileForm(request.POST or None, request.FILES or None)
    context = {"form": form, "hand_out": hand_out, "crumbs": pages.crumbs(hand_out, _("导入账号"))}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            table = hand_out_table.read(file.read(), file.name)
            found = hand_outs_import.import_accounts(hand_out, table, by=request.user)
        except (FileRejected, OrgsError) as error:
            form.add_error("file", error.message)
        else:
            if not found.errors:
                return _imported(request, hand_out, found)
            context |= {"found": found, "errors": found.errors[:ERRORS_SHOWN], "file_name": file.name}
    is_refused = bool(form.errors) or "found" in context
    return render(request, "accounts/hand_outs/import.html", context, status=422 if is_refused else 200)


@login_required
@require_safe
def download_template(request: LeagueRequest, pk: int) -> HttpResponse:
    """An empty table with the codes and names of the units directly below, to fill in."""
    hand_out = _issued(request, pk)
    below = OrgUnit.objects.visible_to(request.user).children_of(hand_out.unit).in_operation()
    units = below.in_official_order().values_list("code", "name")[:MOST_UNITS]
    response = HttpResponse(hand_out_table.template(units), content_type=EXCEL)
    name = f"{hand_out_table.TITLE}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@login_required
@require_http_methods(BOTH)
def withdraw_envelope(request: LeagueRequest, pk: int) -> HttpResponse:
    """收回, asked for a reason; of a unit that has gone to another superior only the account is shown."""
    in_charge = request.user.units_in_charge()
    handed = get_object_or_404(HandedAccount.objects.within_reach_of(in_charge).for_list(), pk=pk)
    if not may(request.user, EDIT_REGISTRY, handed.hand_out.unit):
        raise NotAllowed
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            operations.withdraw(handed, by=request.user, **form.cleaned_data)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已收回。需要再发的，请重新导入。"))
            return redirect("accounts:show-hand-out", handed.hand_out_id)
    context = {"form": form, "handed": handed, "is_seen": in_charge.covers(handed.unit)}
    context["crumbs"] = pages.crumbs(handed.hand_out, _("收回账号"))
    return render(request, "accounts/hand_outs/withdraw.html", context, status=422 if form.errors else 200)


def _issued(request: LeagueRequest, pk: int) -> HandOut:
    """The hand-out if the person sees the unit that made it (else 404) and edits its registry (else 403)."""
    visible = HandOut.objects.visible_to(request.user)
    hand_out = get_object_or_404(visible.for_list(request.user.units_in_charge()), pk=pk)
    if not may(request.user, EDIT_REGISTRY, hand_out.unit):
        raise NotAllowed
    return hand_out


def _imported(request: LeagueRequest, hand_out: HandOut, found: hand_outs_import.Imported) -> HttpResponse:
    words = {"n": found.n_accounts, "units": found.n_units, "blank": found.n_blank}
    text = _("已封存%(n)d个账号，通知了%(units)d个团组织领取。") % words
    if found.n_blank:
        text += _("%(blank)d行没有填写用户名，已略过。") % words
    messages.success(request, text)
    return redirect("accounts:show-hand-out", hand_out.pk)
