"""Filters of the lists of this app."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import (
    AccountPurpose,
    AccountStatus,
    GroupKind,
    GroupStatus,
    HandedState,
    LinkedCadres,
    PlatformKind,
    Ties,
)
from accounts.models import Platform
from accounts.querysets.near import asked_of, directly_at, rows_at
from orgs.choices import Line
from orgs.filters import ListFilter, Tick, choice
from orgs.models import UnitKind

ACTIVE = "active"
IN_OFFICE, LEFT = "in_office", "left"
ACCOUNT, GROUP, UNIT = "account", "group", "unit"
LOADS = (2, 3, 5, 10)


def _platforms() -> list[tuple[str, str]]:
    return list(Platform.objects.values_list("code", "name"))


def _group_platforms() -> list[tuple[str, str]]:
    return list(Platform.objects.filter(takes_groups=True).values_list("code", "name"))


def _unit_kinds() -> list[tuple[str, str]]:
    return list(UnitKind.objects.values_list("code", "name"))


class Near(django_filters.Filter):
    """Ticked, only rows of the unit chosen and of those directly below; else of what the home page asks the person about."""

    field_class = forms.BooleanField
    parent: ListFilter

    def __init__(self) -> None:
        super().__init__(label=_("只含本单位和直接下级"))

    def filter(self, qs: Any, value: object) -> Any:
        if not value:
            return qs
        unit, in_charge = self.parent.unit, self.parent.request.user.units_in_charge()
        if unit:
            return rows_at(qs, directly_at([unit.pk]))
        return rows_at(qs, asked_of(in_charge) or directly_at(in_charge.own_unit_ids()))


class AccountFilter(ListFilter):
    """登记的账号 by platform, state, unit, and by what is to be seen to."""

    main = ("kind", "status")

    kind = choice(_("平台类别"), "platform__kind", PlatformKind.choices)
    status = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=[(ACTIVE, _("未注销")), *AccountStatus.choices],
        empty_label=_("全部"),
        method="by_status",
    )
    platform = choice(_("平台"), "platform", _platforms)
    purpose = choice(_("用途"), "purpose", AccountPurpose.choices)
    unit_kind = choice(_("团组织类型"), "unit__kind", _unit_kinds)
    line = choice(_("战线"), "unit__line", Line.choices)
    no_administrator = Tick(_("没有管理员"), lambda rows: rows.without_administrator())
    stale = Tick(_("待确认（久未确认信息）"), lambda rows: rows.stale())
    near = Near()
    not_verified = Tick(_("未认证"), lambda rows: rows.active().exclude(is_verified=True))
    no_responsible = Tick(_("没有第一责任人"), lambda rows: rows.without_responsible())

    def by_status(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.active() if value == ACTIVE else queryset.filter(status=value)


class GroupFilter(ListFilter):
    """登记的群 by kind, platform, state, unit, and by what is to be seen to."""

    main = ("kind", "status")

    kind = choice(_("类型"), "kind", GroupKind.choices)
    status = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=[(ACTIVE, _("未解散")), *GroupStatus.choices],
        empty_label=_("全部"),
        method="by_status",
    )
    platform = choice(_("平台"), "platform", _group_platforms)
    unit_kind = choice(_("团组织类型"), "unit__kind", _unit_kinds)
    line = choice(_("战线"), "unit__line", Line.choices)
    ties = choice(_("缘"), "ties", Ties.choices)
    linked_cadres = choice(_("联系的干部"), "linked_cadres", LinkedCadres.choices)
    below_minimum = Tick(_("人数偏少（优秀团员不足40人、青年不足20人）"), lambda rows: rows.below_minimum())
    lacking = Tick(_("下级未全部进群"), lambda rows: rows.lacking_subordinates())
    no_administrator = Tick(_("没有管理员"), lambda rows: rows.without_administrator())
    stale = Tick(_("待确认（久未确认信息）"), lambda rows: rows.stale())
    near = Near()
    substitute = Tick(_("替代渠道（QQ群等）"), lambda rows: rows.substitutes())

    def by_status(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.active() if value == ACTIVE else queryset.filter(status=value)


class AdministratorFilter(ListFilter):
    """管理员 by term, by what they are in charge of, and by how much."""

    main = ("state", "of")

    state = django_filters.ChoiceFilter(
        label=_("任期"),
        choices=[(IN_OFFICE, _("在任")), (LEFT, _("已离任"))],
        empty_label=_("全部"),
        method="by_state",
    )
    of = django_filters.ChoiceFilter(
        label=_("负责"),
        choices=[(ACCOUNT, _("账号")), (GROUP, _("群")), (UNIT, _("本单位微信工作"))],
        empty_label=_("全部"),
        method="by_channel",
    )
    load = django_filters.ChoiceFilter(
        label=_("一人负责"),
        choices=[(n, _("%(n)d个以上") % {"n": n}) for n in LOADS],
        empty_label=_("不限"),
        method="by_load",
    )
    unit_kind = choice(_("团组织类型"), "unit__kind", _unit_kinds)
    line = choice(_("战线"), "unit__line", Line.choices)
    demanded = Tick(_("按上级要求更换"), lambda rows: rows.filter(on_demand_of__isnull=False))

    def by_state(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.in_office() if value == IN_OFFICE else queryset.left()

    def by_channel(self, queryset: Any, _name: str, value: str) -> Any:
        if value == UNIT:
            return queryset.of_unit_itself()
        return queryset.filter(**{f"{value}__isnull": False})

    def by_load(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.with_load(self.request.user, int(value))


class HandedFilter(ListFilter):
    """发放的账号 of one hand-out by state and unit, and those that nobody in office can open."""

    main = ("state",)

    state = choice(_("状态"), "state", HandedState.choices)
    unit_kind = choice(_("团组织类型"), "unit__kind", _unit_kinds)
    line = choice(_("战线"), "unit__line", Line.choices)
    no_opener = Tick(_("待领取，但没有可以领取的在任人员"), lambda rows: rows.without_opener())
