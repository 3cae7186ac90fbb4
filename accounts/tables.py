"""Columns of the lists of this app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.choices import LINK_GROUPS, AccountStatus, GroupStatus, HandedState
from accounts.masks import MASKS
from orgs.kernel.clock import local
from orgs.tables import Column, ListTable, Number
from orgs.templatetags.league import pill

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.safestring import SafeString

    from accounts.models import Account, Administratorship, Group, HandedAccount

TONES = {
    AccountStatus.PLANNED: "info",
    AccountStatus.OPEN: "ok",
    AccountStatus.DORMANT: "warn",
    AccountStatus.CLOSED: "mute",
    AccountStatus.MERGED: "mute",
}
GROUP_TONES = {GroupStatus.OPEN: "ok", GroupStatus.DORMANT: "warn", GroupStatus.CLOSED: "mute"}
_VERIFIED = {True: _("已认证"), False: _("未认证")}


def status_pill(account: Account) -> SafeString:
    """The status of an account as sign, word and colour."""
    return pill(TONES[AccountStatus(account.status)], account.get_status_display())


def _name(account: Account) -> SafeString:
    return format_html(
        '<a href="{}">{}</a><span class="sub">{}</span>',
        reverse("accounts:show-account", args=[account.pk]),
        account,
        account.identifier,
    )


def _unit(row: Account | Group | Administratorship | HandedAccount) -> SafeString:
    above = row.unit.parent.name if row.unit.parent else ""
    return format_html('{}<span class="sub">{}</span>', row.unit.name, above)


class AccountTable(ListTable):
    """登记的账号. The person responsible is masked, in a file too."""

    always = ("name",)
    hidden = ("identifier", "superior", "purpose", "kind", "responsible", "verified", "opened_on", "own_members", "counted_on", "confirmed_on")  # fmt: skip
    sums = ("contacts", "own_members", "declared_groups")

    name = Column(_("昵称"), say=str, show=_name, css="name", by=("nickname", "identifier"))
    identifier = Column(_("账号"), say=lambda account: account.identifier, by="identifier_key")
    unit = Column(_("团组织"), say=lambda account: account.unit.name, show=_unit, by="unit__name")
    superior = Column(
        _("上级"),
        say=lambda account: account.unit.parent.name if account.unit.parent else "",
        by="unit__parent__name",
    )
    kind = Column(_("团组织类型"), say=lambda account: account.unit.kind.name, by="unit__kind__position")
    platform = Column(
        _("平台"), say=lambda account: account.platform.name, css="fact", by="platform__position"
    )
    status = Column(
        _("状态"), say=lambda account: account.get_status_display(), show=status_pill, css="fact", by="status"
    )
    purpose = Column(_("用途"), say=lambda account: account.get_purpose_display(), by="purpose")
    contacts = Number(_("联系人数"), "contacts")
    own_members = Number(_("其中：本单位团员"), "own_members")
    declared_groups = Number(_("群数"), "declared_groups")
    n_administrators = Number(_("管理员"), "n_administrators")
    responsible = Column(_("第一责任人"), say=lambda account: MASKS["name"](account.responsible_name))
    verified = Column(
        _("认证"), say=lambda account: _VERIFIED.get(account.is_verified, ""), css="fact", by="is_verified"
    )
    opened_on = Column(_("开通日期"), say=lambda account: account.opened_on, by="opened_on")
    counted_on = Column(_("计数日期"), say=lambda account: account.counted_on, by="counted_on")
    confirmed_on = Column(_("确认日期"), say=lambda account: account.confirmed_on, by="confirmed_on")


def group_pill(group: Group) -> SafeString:
    """The status of a group as sign, word and colour."""
    return pill(GROUP_TONES[GroupStatus(group.status)], group.get_status_display())


def linked(group: Any) -> str:
    """2 / 5: subordinate committees with somebody in the group, and how many there are (RUR-2.3b); "" for other kinds."""
    if group.kind not in LINK_GROUPS or group.subordinates_in is None:
        return ""
    return f"{group.subordinates_in} / {group.n_below}"


def _group_name(group: Group) -> SafeString:
    url = reverse("accounts:show-group", args=[group.pk])
    return format_html('<a href="{}">{}</a><span class="sub">{}</span>', url, group, group.get_kind_display())


class GroupTable(ListTable):
    """登记的群."""

    always = ("name",)
    hidden = ("superior", "kind", "unit_kind", "topic", "ties", "linked_cadres", "opened_on", "counted_on", "confirmed_on")  # fmt: skip
    sums = ("members", "outstanding_members", "youth")

    name = Column(_("群名称"), say=str, show=_group_name, css="name", by="name")
    kind = Column(_("类型"), say=lambda group: group.get_kind_display(), by="kind")
    unit = Column(_("团组织"), say=lambda group: group.unit.name, show=_unit, by="unit__name")
    superior = Column(
        _("上级"),
        say=lambda group: group.unit.parent.name if group.unit.parent else "",
        by="unit__parent__name",
    )
    unit_kind = Column(_("团组织类型"), say=lambda group: group.unit.kind.name, by="unit__kind__position")
    platform = Column(_("平台"), say=lambda group: group.platform.name, css="fact", by="platform__position")
    status = Column(
        _("状态"), say=lambda group: group.get_status_display(), show=group_pill, css="fact", by="status"
    )
    members = Number(_("群成员数"), "members")
    outstanding_members = Number(_("优秀团员数"), "outstanding_members")
    youth = Number(_("联系青年数"), "youth")
    linked = Column(_("下级进群"), say=linked, css="n", by="subordinates_in")
    n_administrators = Number(_("管理员"), "n_administrators")
    topic = Column(_("微话题"), say=lambda group: group.topic, by="topic")
    ties = Column(_("缘"), say=lambda group: group.get_ties_display(), css="fact", by="ties")
    linked_cadres = Column(
        _("联系的干部"), say=lambda group: group.get_linked_cadres_display(), by="linked_cadres"
    )
    opened_on = Column(_("建群日期"), say=lambda group: group.opened_on, by="opened_on")
    counted_on = Column(_("计数日期"), say=lambda group: group.counted_on, by="counted_on")
    confirmed_on = Column(_("确认日期"), say=lambda group: group.confirmed_on, by="confirmed_on")


def masked_name(term: Administratorship) -> str:
    """张**, or that the person was forgotten when the time was up."""
    return MASKS["name"](term.name) or (str(_("已清除")) if term.ended_at else str(_("未填姓名")))


def channel_of(term: Administratorship) -> str:
    """What the person is in charge of, in words."""
    if term.account:
        return f"{term.account.platform.name}：{term.account}"
    if term.group:
        return f"{term.group.platform.name}：{term.group}"
    return str(_("本单位微信工作"))


def term_pill(term: Administratorship) -> SafeString:
    """In office or not, as sign, word and colour."""
    return pill("mute", str(_("已离任"))) if term.ended_at else pill("ok", str(_("在任")))


def _person(term: Administratorship) -> SafeString:
    url = reverse("accounts:show-administrator", args=[term.pk])
    hidden = MASKS["mobile"](term.mobile)
    return format_html('<a href="{}">{}</a><span class="sub">{}</span>', url, masked_name(term), hidden)


def _day(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d}" if moment else ""


class AdministratorTable(ListTable):
    """管理员: everything personal masked, in a file too."""

    always = ("name",)
    hidden = ("mobile", "wechat_id", "nickname", "qq", "superior", "reason", "demanded")

    name = Column(_("姓名"), say=masked_name, show=_person, css="name")
    unit = Column(_("团组织"), say=lambda term: term.unit.name, show=_unit, by="unit__name")
    superior = Column(
        _("上级"),
        say=lambda term: term.unit.parent.name if term.unit.parent else "",
        by="unit__parent__name",
    )
    channel = Column(_("负责"), say=channel_of)
    state = Column(
        _("状态"),
        say=lambda term: _("已离任") if term.ended_at else _("在任"),
        show=term_pill,
        css="fact",
        by="ended_at",
    )
    n_channels = Number(_("一人负责个数"), "n_channels")
    mobile = Column(_("手机"), say=lambda term: MASKS["mobile"](term.mobile), css="fact")
    wechat_id = Column(_("微信号"), say=lambda term: MASKS["wechat_id"](term.wechat_id), css="fact")
    nickname = Column(_("微信昵称"), say=lambda term: MASKS["nickname"](term.nickname), css="fact")
    qq = Column(_("QQ号"), say=lambda term: MASKS["qq"](term.qq), css="fact")
    started = Column(_("起"), say=lambda term: _day(term.started_at), css="fact nowrap", by="started_at")
    ended = Column(_("止"), say=lambda term: _day(term.ended_at), css="fact nowrap", by="ended_at")
    reason = Column(_("更换原因"), say=lambda term: term.end_reason)
    demanded = Column(
        _("按谁的要求"),
        say=lambda term: term.on_demand_of.name if term.on_demand_of else "",
        by="on_demand_of__name",
    )


HANDED_TONES = {
    HandedState.SEALED: "warn",
    HandedState.OPENED: "info",
    HandedState.IN_USE: "ok",
    HandedState.WITHDRAWN: "mute",
}


def handed_pill(handed: HandedAccount) -> SafeString:
    """The state of a handed-out account as sign, word and colour."""
    return pill(HANDED_TONES[HandedState(handed.state)], handed.get_state_display())


def _user_name(handed: HandedAccount) -> SafeString:
    url = reverse("accounts:show-envelope", args=[handed.pk])
    return format_html('<a href="{}">{}</a>', url, handed.user_name)


def _registered(handed: HandedAccount) -> SafeString | str:
    if not handed.account:
        return ""
    url = reverse("accounts:show-account", args=[handed.account.pk])
    return format_html('<a href="{}">{}</a>', url, handed.account)


class HandedTable(ListTable):
    """发放的账号: who has opened and used which. SECURITY: there is no column for the password."""

    always = ("user_name",)
    hidden = ("code", "superior", "withdrawn", "reason")

    user_name = Column(
        _("用户名"), say=lambda handed: handed.user_name, show=_user_name, css="name", by="user_name_key"
    )
    code = Column(_("团组织代码"), say=lambda handed: handed.unit.code, by="unit__code")
    unit = Column(_("团组织"), say=lambda handed: handed.unit.name, show=_unit, by="unit__name")
    superior = Column(
        _("上级"),
        say=lambda handed: handed.unit.parent.name if handed.unit.parent else "",
        by="unit__parent__name",
    )
    state = Column(
        _("状态"), say=lambda handed: handed.get_state_display(), show=handed_pill, css="fact", by="state"
    )
    opened = Column(
        _("领取日期"), say=lambda handed: _day(handed.opened_at), css="fact nowrap", by="opened_at"
    )
    used = Column(_("启用日期"), say=lambda handed: _day(handed.used_at), css="fact nowrap", by="used_at")
    account = Column(
        _("登记的账号"), say=lambda handed: handed.account, show=lambda handed: _registered(handed) or "—"
    )
    withdrawn = Column(
        _("收回日期"), say=lambda handed: _day(handed.withdrawn_at), css="fact nowrap", by="withdrawn_at"
    )
    reason = Column(_("收回原因"), say=lambda handed: handed.reason)
