"""What the page of one group shows: facts, what to look at again, what happened, what the person may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import (
    LEAST_OUTSTANDING,
    LEAST_YOUTH,
    LINK_GROUPS,
    MEMBER_FACING_GROUPS,
    GroupKind,
    GroupStatus,
)
from accounts.models import Group
from accounts.naming import is_regular, regular_name
from accounts.querysets.accounts import stale_before
from accounts.querysets.groups import WECHAT
from accounts.tables import linked
from orgs import permissions
from orgs.choices import Line
from orgs.kernel import numbers
from orgs.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from accounts.models import RegistryEvent
    from orgs.models import User

Fact = tuple[str, str, str]
CountedGroup = Any  # a Group of `for_page()`, with n_below and base_members
_WORDS = {"unit_id": gettext_lazy("团组织"), "merged_into_id": gettext_lazy("并入群"), "replaced_by": gettext_lazy("接任"), "on_demand_of": gettext_lazy("按上级要求")}  # fmt: skip
_PERSONAL = {"name", "wechat_id", "nickname", "qq", "mobile"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as the history shows it."""

    event: RegistryEvent
    word: str
    changes: list[str]


@dataclass(frozen=True, slots=True)
class Duties:
    """What the person may do with this group now."""

    may_edit: bool
    may_confirm: bool

    @classmethod
    def of(cls, user: User, group: Group) -> Duties:
        if group.status == GroupStatus.CLOSED:
            return cls(False, False)
        in_charge = user.units_in_charge()
        may_edit = in_charge.allowing(permissions.EDIT_REGISTRY).covers(group.unit)
        return cls(may_edit, may_edit or in_charge.allowing(permissions.FILL).covers(group.unit))


def facts(group: Group) -> list[Fact]:
    """(label, value, address or "") of what is registered."""

    def day(value: date | None) -> str:
        return value.isoformat() if value else numbers.MISSING

    found: list[Fact] = [
        (_("团组织"), group.unit.name, group.unit.get_absolute_url()),
        (_("类型"), group.get_kind_display(), ""),
        (_("平台"), _platform(group), ""),
        (_("微话题"), group.topic or numbers.MISSING, ""),
        (_("群成员数"), numbers.thousands(group.members), ""),
        (_("优秀团员数"), numbers.thousands(group.outstanding_members), ""),
        (_("联系青年数"), numbers.thousands(group.youth), ""),
        (_("计数日期"), day(group.counted_on), ""),
        (_("缘"), group.get_ties_display() or numbers.MISSING, ""),
        (_("联系的干部"), group.get_linked_cadres_display() or numbers.MISSING, ""),
        (_("下级进群"), _linked(group), ""),
        (_("建群日期"), day(group.opened_on), ""),
    ]
    if group.closed_on:
        found.append((_("解散日期"), day(group.closed_on), ""))
    if group.merged_into is not None:
        into = group.merged_into
        found.append((_("并入群"), into.name, reverse("accounts:show-group", args=[into.pk])))
    if not group.closed_on:
        found.append((_("确认日期"), day(group.confirmed_on), ""))
    return found


def hints(group: Group) -> list[str]:
    """What somebody should look at, with its rule; nothing of it stops anybody."""
    if group.status == GroupStatus.CLOSED:
        return []
    return [
        text
        for text in (_stale(group), _small(group), _few_youths(group), _incomplete(group), _name(group))
        if text
    ]


def history(events: Sequence[RegistryEvent]) -> list[Happened]:
    """Events with their changes in words; names of units and groups in at most two statements."""
    names = {
        "unit_id": _names(OrgUnit, events, "unit_id"),
        "on_demand_of": _names(OrgUnit, events, "on_demand_of"),
        "merged_into_id": _names(Group, events, "merged_into_id"),
    }
    return [told(event, names) for event in events]


def told(event: RegistryEvent, names: Mapping[str, dict[object, str]]) -> Happened:
    """One event of a group or an administrator; `names` are those of the units and groups that its changes name, by field."""
    changes = [_in_words(name, values, names) for name, values in event.changes.items()]
    return Happened(event, _kind(event), changes)


def crumbs(group: Group, heading: str = "") -> list[tuple[str, str]]:
    """List › group › step."""
    here = reverse("accounts:show-group", args=[group.pk])
    way = [(_("登记的群"), reverse("accounts:list-groups")), (group.name, here if heading else "")]
    return [*way, (heading, "")] if heading else way


def _platform(group: Group) -> str:
    if group.platform_id == WECHAT:
        return group.platform.name
    return _("%(platform)s（替代渠道，RUR-1.2）") % {"platform": group.platform.name}


def _linked(group: CountedGroup) -> str:
    if group.kind not in LINK_GROUPS:
        return numbers.MISSING
    if group.subordinates_in is None:
        return _("未填，应有%(n)d个下级团组织") % {"n": group.n_below} if group.n_below else numbers.MISSING
    words = _("%(share)s 个下级已进群") % {"share": linked(group)}
    return words + (_("，已全部进群") if group.subordinates_in >= group.n_below else "")


def _stale(group: Group) -> str:
    last = group.confirmed_on or group.counted_on or group.opened_on
    if last is not None and last >= stale_before():
        return ""
    since = last.isoformat() if last else _("登记时")
    return _("自%(day)s以来没有确认过，请核对登记信息。") % {"day": since}


def _small(group: CountedGroup) -> str:
    """UNI-2.1, university line; a branch with fewer than 40 members is exempt."""
    is_meant = group.kind in MEMBER_FACING_GROUPS and group.unit.line == Line.UNIVERSITY
    base = group.base_members
    if not is_meant or (base is not None and base < LEAST_OUTSTANDING):
        return ""
    if group.outstanding_members is None:
        return _("没有填写优秀团员数，不能核对是否达到%(n)d人（UNI-2.1）。") % {"n": LEAST_OUTSTANDING}
    if group.outstanding_members >= LEAST_OUTSTANDING:
        return ""
    words = {"n": group.outstanding_members, "least": LEAST_OUTSTANDING}
    return _("优秀团员%(n)d人，不足%(least)d人（UNI-2.1）；团员不足%(least)d人的支部除外。") % words


def _few_youths(group: Group) -> str:
    """RUR-2.1."""
    if group.kind != GroupKind.YOUTH_LINK or group.youth is None or group.youth >= LEAST_YOUTH:
        return ""
    return _("联系青年%(n)d人，不足%(least)d人（RUR-2.1）。") % {"n": group.youth, "least": LEAST_YOUTH}


def _incomplete(group: CountedGroup) -> str:
    """More than there are is a slip; fewer is work to do (UNI-2.2, UNI-2.3, RUR-2.3b)."""
    if group.kind not in LINK_GROUPS or group.subordinates_in is None:
        return ""
    if group.subordinates_in > group.n_below:
        words = {"n": group.subordinates_in, "all": group.n_below}
        return _("登记有%(n)d个下级团组织进群，平台上只有%(all)d个，请核对。") % words
    left = group.n_below - group.subordinates_in
    return _("还有%(n)d个下级团组织没有人在群里。") % {"n": left} if left else ""


def _name(group: Group) -> str:
    """UNI-3.2b, for member-facing groups of universities; other levels are free (RUR-2.4b)."""
    is_meant = group.kind == GroupKind.BRANCH and group.unit.line == Line.UNIVERSITY
    if not is_meant or group.platform_id != WECHAT or is_regular(group.name):
        return ""
    return _("群名称与规范写法“%(name)s”不一致，请核实（UNI-3.2b）。") % {
        "name": regular_name(group.unit.name)
    }


def _kind(event: RegistryEvent) -> str:
    if event.group_id and event.kind == "opened":
        return _("登记群")
    if event.group_id and event.kind == "closed":
        return _("解散")
    return event.get_kind_display()


def _names(model: Any, events: Iterable[RegistryEvent], field: str) -> dict[object, str]:
    ids = {pk for event in events for pk in event.changes.get(field, ()) if pk}
    return {row.pk: str(row) for row in model.objects.filter(pk__in=ids)} if ids else {}


_FIELDS: dict[str, Any] = {each.attname: each for each in Group._meta.concrete_fields}
_PERSON_WORDS = {"name": gettext_lazy("姓名"), "wechat_id": gettext_lazy("微信号"), "nickname": gettext_lazy("微信昵称"), "qq": gettext_lazy("QQ号"), "mobile": gettext_lazy("手机")}  # fmt: skip


def _in_words(name: str, values: list[Any], names: Mapping[str, dict[object, str]]) -> str:
    if values == [None, None]:
        label = _PERSON_WORDS.get(name, name)
        return _("%(label)s已变更") % {"label": label}
    if name == "replaced_by":
        return _("已有接任的管理员")
    label = str(_WORDS.get(name) or (_FIELDS[name].verbose_name if name in _FIELDS else name))
    old, new = (_value(name, value, names) for value in values)
    return f"{label}：{new}" if name in {"on_demand_of", "merged_into_id"} else f"{label}：{old} → {new}"


def _value(name: str, value: Any, names: Mapping[str, dict[object, str]]) -> str:
    if name in names:
        return names[name].get(value, numbers.MISSING)
    if value in (None, ""):
        return numbers.MISSING
    choices = dict(_FIELDS[name].flatchoices) if name in _FIELDS else {}
    return str(choices.get(value, value))
