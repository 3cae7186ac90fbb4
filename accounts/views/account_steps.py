"""Steps of one account: change, pause, resume, close, merge, hand over, tie, check, confirm. Each asks for a reason and shows what it does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import checklist
from accounts.choices import AccountStatus
from accounts.forms.accounts import ChecksForm, EditAccountForm, MergeForm, ReasonForm, TiesForm, TransferForm
from accounts.models import Account
from accounts.operations import registry
from accounts.pages import accounts as pages
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.http import whole_number
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, FILL, may
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse, QueryDict

    from orgs.http import LeagueRequest

BOTH = ["GET", "POST"]
MOST_OTHERS = 200


@login_required
@require_http_methods(BOTH)
def edit_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """变更; what somebody else has saved meanwhile is shown beside what was typed."""
    account = _editable(request, pk)
    form = EditAccountForm(request.POST or None, account=account)
    theirs: list[tuple[str, object]] = []
    if form.is_valid():
        try:
            changed = registry.change_account(account, by=request.user, **form.facts())
        except Conflict:
            theirs = form.differing(account)
            form.data = _of_version(request, account)
            form.add_error(None, _("在您填写时，他人已保存过变更。请对照下面的现登记内容，核对后再保存。"))
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            _say(request, changed.version != account.version)
            return redirect("accounts:show-account", pk)
    return _page(request, account, form, _("变更账号"), "edit", {"theirs": theirs})


@login_required
@require_http_methods(BOTH)
def set_status(request: LeagueRequest, pk: int, status: str) -> HttpResponse:
    """停更, 恢复, 开通."""
    account = _editable(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": account.version})
    work = partial(registry.change_account, account, by=request.user, status=status)
    heading = (
        _("标为停更")
        if status == AccountStatus.DORMANT
        else _("开通")
        if account.status == AccountStatus.PLANNED
        else _("恢复使用")
    )
    return _answer(request, account, form, work, heading, "reason", {"effects": _effects_of_status(status)})


@login_required
@require_http_methods(BOTH)
def close_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """注销."""
    account = _editable(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": account.version})
    effects = [_("状态改为“已注销”，不能恢复；需要时重新登记。"), _leaving(account), _("计入本周注销数。")]
    work = partial(registry.close_account, account, by=request.user)
    return _answer(
        request, account, form, work, _("注销账号"), "reason", {"effects": effects, "is_final": True}
    )


@login_required
@require_http_methods(BOTH)
def merge_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """合并 into an account of the same unit, or of one above or below it."""
    account = _editable(request, pk)
    near = Account.objects.actionable_by(request.user, EDIT_REGISTRY).near(account.unit)
    others = near.active().exclude(pk=account.pk).select_related("platform", "unit")[:MOST_OTHERS]
    others = (
        Account.objects.actionable_by(request.user, EDIT_REGISTRY)
        .filter(pk__in=[each.pk for each in others])
        .select_related("platform", "unit")
    )
    form = MergeForm(request.POST or None, others=others, initial={"version": account.version})
    effects = [
        _("本账号状态改为“已合并”，计入本周注销数；今后以并入的账号为准。"),
        _leaving(account),
        _("联系人数不相加，请在并入的账号上重新计数。"),
    ]
    work = partial(registry.merge_account, account, by=request.user)
    return _answer(
        request, account, form, work, _("合并账号"), "reason", {"effects": effects, "is_final": True}
    )


@login_required
@require_http_methods(BOTH)
def transfer_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """划转 to another unit of the person's scope."""
    account = _editable(request, pk)
    candidates = OrgUnit.objects.actionable_by(request.user, EDIT_REGISTRY).in_operation()
    picked = candidates.filter(pk=whole_number(request.GET.get("parent"))).first()
    form = TransferForm(request.POST or None, candidates=candidates, initial={"version": account.version})
    effects = [
        _("账号和在任管理员一并划到接收单位，从本周起在接收单位统计。"),
        _("以前的周报不变；变更记录写明双方。"),
    ]

    def work(*, target: OrgUnit, reason: str, version: int, **_rest: object) -> Account:
        return registry.transfer_account(account, target, reason=reason, by=request.user, version=version)

    extra = {"effects": effects, "picked": picked}
    return _answer(request, account, form, work, _("划转账号"), "transfer", extra)


@login_required
@require_http_methods(BOTH)
def tie_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """绑定和接续 (MS-2.1, WB-5)."""
    account = _editable(request, pk)
    own = Account.objects.within(UnitsInCharge.below(account.unit)).filter(unit_id=account.unit_id)
    others = own.exclude(pk=account.pk).select_related("platform", "unit").order_by("pk")
    form = TiesForm(request.POST or None, account=account, others=others)

    work = partial(registry.tie_account, account, by=request.user)
    return _answer(request, account, form, work, _("绑定和接续"), "reason", {})


@login_required
@require_POST
def check_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """开通核对."""
    account = _editable(request, pk)
    form = ChecksForm(request.POST, lines=checklist.lines_for(account))
    if form.is_valid():
        try:
            registry.record_checks(account, form.cleaned_data["met"], by=request.user)
            messages.success(request, _("核对结果已保存。"))
        except OrgsError as error:
            messages.error(request, error.message)
    else:
        messages.error(request, _("这个账号没有这一核对项目，请刷新页面。"))
    return redirect("accounts:show-account", pk)


@login_required
@require_POST
def confirm_account(request: LeagueRequest, pk: int) -> HttpResponse:
    """信息无误, in one tap; back to where it was tapped."""
    account = _visible(request, pk)
    if not (may(request.user, EDIT_REGISTRY, account.unit) or may(request.user, FILL, account.unit)):
        raise PermissionDenied
    try:
        registry.confirm_account(account, by=request.user)
        messages.success(request, _("已确认信息无误。"))
    except OrgsError as error:
        messages.error(request, error.message)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back) if back and is_ours else redirect("accounts:show-account", pk)


def _visible(request: LeagueRequest, pk: int) -> Account:
    return get_object_or_404(Account.objects.visible_to(request.user).for_list(), pk=pk)


def _editable(request: LeagueRequest, pk: int) -> Account:
    """The account if the person sees it (else 404) and may change it (else 403)."""
    account = _visible(request, pk)
    if not may(request.user, EDIT_REGISTRY, account.unit):
        raise PermissionDenied
    return account


def _answer(
    request: LeagueRequest,
    account: Account,
    form: forms.Form,
    work: Callable[..., Account],
    heading: str,
    template: str,
    extra: dict[str, object],
) -> HttpResponse:
    """Do the work of a valid form and go to the account, or show the form with what the operation refuses in words."""
    if form.is_valid():
        try:
            changed = work(**form.cleaned_data)
        except NotAllowed:
            raise
        except Conflict:
            form.data = _of_version(request, account)
            form.add_error(None, _("在您填写时，他人已保存过变更，请核对后再次提交。"))
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            _say(request, changed.version != account.version)
            return redirect("accounts:show-account", account.pk)
    return _page(request, account, form, heading, template, extra)


def _page(
    request: LeagueRequest,
    account: Account,
    form: forms.Form,
    heading: str,
    template: str,
    extra: dict[str, object],
) -> HttpResponse:
    context = {
        "account": account,
        "form": form,
        "heading": heading,
        "crumbs": pages.crumbs(account, heading),
        **extra,
    }
    page = f"accounts/registry/{template}.html"
    return render(request, page, context, status=422 if form.errors else 200)


def _of_version(request: LeagueRequest, account: Account) -> QueryDict:
    """What was typed, upon what stands there now."""
    typed = request.POST.copy()
    typed["version"] = str(account.version)
    return typed


def _say(request: LeagueRequest, has_changed: bool) -> None:
    if has_changed:
        messages.success(request, _("已保存。"))
    else:
        messages.info(request, _("内容没有变化，没有保存。"))


def _effects_of_status(status: str) -> list[str]:
    if status == AccountStatus.DORMANT:
        return [_("账号仍归本单位登记，可以恢复使用；停更期间不计入在用账号。")]
    return [_("状态改为“在用”，从本周起计入在用账号。")]


def _leaving(account: Account) -> str:
    n = account.n_administrators  # type: ignore[attr-defined]  # counted by for_list()
    return _("在任管理员%(n)d人同时离任。") % {"n": n}
