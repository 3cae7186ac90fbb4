"""Steps of one group: change, rest, resume, merge, dissolve, confirm. Each asks for a reason and shows what it does."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import GroupStatus
from accounts.forms.groups import DissolveForm, GroupForm, MergeForm, StatusForm
from accounts.models import Group
from accounts.operations import registry
from accounts.operations.registry import groups as operations
from accounts.pages import groups as pages
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.permissions import EDIT_REGISTRY, FILL, may
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

BOTH = ["GET", "POST"]
MOST_OTHERS = 200


@login_required
@require_http_methods(BOTH)
def edit_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """变更."""
    group = _editable(request, pk)
    # A copy: validation writes what was typed into it.
    form = GroupForm(request.POST or None, instance=copy(group))

    def work(*, platform: object, reason: str, version: int | None, **_rest: object) -> Group:
        facts = {**form.facts(), "platform_id": platform.pk}  # type: ignore[attr-defined]  # a Platform
        return registry.change_group(group, by=request.user, version=version, reason=reason, **facts)

    return _answer(request, group, form, work, _("变更群"), {"submit": _("保存")})


@login_required
@require_http_methods(BOTH)
def set_status(request: LeagueRequest, pk: int, status: str) -> HttpResponse:
    """停用, 恢复."""
    group = _editable(request, pk)
    form = StatusForm(request.POST or None, initial={"version": group.version})
    work = partial(registry.change_group, group, by=request.user, status=status)
    if status == GroupStatus.DORMANT:
        heading, effect = _("标为停用"), _("群仍归本单位登记，可以恢复使用；停用期间不计入在用的群。")
    else:
        heading, effect = _("恢复使用"), _("状态改为“在用”，从本周起计入在用的群。")
    return _answer(request, group, form, work, heading, {"effects": [effect]})


@login_required
@require_http_methods(BOTH)
def dissolve_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """解散."""
    group = _editable(request, pk)
    form = DissolveForm(request.POST or None, initial={"version": group.version})

    def work(*, reason: str, version: int, **_rest: object) -> Group:
        return registry.close_group(group, reason=reason, version=version, by=request.user)

    effects = [_("状态改为“已解散”，不能恢复；需要时重新登记。"), _leaving(group), _("计入本周注销数。")]
    return _answer(request, group, form, work, _("解散群"), {"effects": effects, "is_final": True})


@login_required
@require_http_methods(BOTH)
def merge_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """合并 into a group of the same unit, or of one above or below it."""
    group = _editable(request, pk)
    editable = Group.objects.actionable_by(request.user, EDIT_REGISTRY).active().exclude(pk=group.pk)
    line = editable.over(group.unit) | editable.within(UnitsInCharge.below(group.unit))
    nearest = list(line.order_by("unit__depth", "unit__lft", "pk").values_list("pk", flat=True)[:MOST_OTHERS])
    others = editable.filter(pk__in=nearest).select_related("unit").order_by("unit__depth", "unit__lft", "pk")
    form = MergeForm(request.POST or None, groups=others, initial={"version": group.version})
    effects = [
        _("本群状态改为“已解散”，计入本周注销数；今后以并入的群为准。"),
        _leaving(group),
        _("平台不保存群成员，人数不相加，请在并入的群上重新计数。"),
    ]
    work = partial(operations.merge_group, group, by=request.user)
    return _answer(request, group, form, work, _("合并群"), {"effects": effects, "is_final": True})


@login_required
@require_POST
def confirm_group(request: LeagueRequest, pk: int) -> HttpResponse:
    """信息无误, in one tap."""
    group = _visible(request, pk)
    if not (may(request.user, EDIT_REGISTRY, group.unit) or may(request.user, FILL, group.unit)):
        raise PermissionDenied
    try:
        operations.confirm_group(group, by=request.user)
        messages.success(request, _("已确认信息无误。"))
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect("accounts:show-group", pk)


def _visible(request: LeagueRequest, pk: int) -> Group:
    return get_object_or_404(Group.objects.visible_to(request.user).for_page(), pk=pk)


def _editable(request: LeagueRequest, pk: int) -> Group:
    """The group if the person sees it (else 404) and may change it (else 403)."""
    group = _visible(request, pk)
    if not may(request.user, EDIT_REGISTRY, group.unit):
        raise PermissionDenied
    return group


def _answer(
    request: LeagueRequest,
    group: Group,
    form: forms.Form | GroupForm,
    work: Callable[..., Group],
    heading: str,
    extra: dict[str, object],
) -> HttpResponse:
    """Do the work of a valid form and go to the group, or show the form with what the operation refuses in words."""
    if form.is_valid():
        try:
            changed = work(**form.cleaned_data)
        except NotAllowed:
            raise
        except Conflict:
            typed = request.POST.copy()
            typed["version"] = str(group.version)
            form.data = typed
            extra["theirs"] = form.differing(group) if isinstance(form, GroupForm) else []
            form.add_error(None, _("在您填写时，他人已保存过变更，请核对后再次提交。"))
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            if changed.version != group.version:
                messages.success(request, _("已保存。"))
            else:
                messages.info(request, _("内容没有变化，没有保存。"))
            return redirect("accounts:show-group", group.pk)
    context = {"group": group, "form": form, "heading": heading, "crumbs": pages.crumbs(group, heading)}
    return render(
        request, "accounts/groups/step.html", {**context, **extra}, status=422 if form.errors else 200
    )


def _leaving(group: Any) -> str:
    return _("在任管理员%(n)d人的任期同时结束。") % {"n": group.n_administrators}
