"""The figures that have a page of rows: their words, and which of the snapshot's columns they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.kernel.numbers import MISSING
from reporting.figures import DISTINCT, MISSING_OR_ADDITIVE, NOT_IN_FIRST_DIGEST

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from reporting.models import ClosedWeek

COVERED, BASE = "covered_capped", "base_members"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as the rows page knows it: `parts` are columns with the sign they count by."""

    name: str
    label: _StrPromise
    unit: _StrPromise
    parts: tuple[tuple[str, int], ...]
    is_flow: bool = False

    @property
    def is_distinct(self) -> bool:
        """People counted once in a subtree: the rows of its parts come to more (R3)."""
        return self.name in DISTINCT


_PEOPLE, _UNITS, _ITEMS = _("人"), _("个单位"), _("个")
_TIMES, _DEMANDS = _("次"), _("项")
_STOCKS: dict[str, tuple[_StrPromise, _StrPromise]] = {
    COVERED: (_("覆盖团员（计入覆盖率）"), _PEOPLE),
    BASE: (_("团员底数（工作口径）"), _PEOPLE),
    "covered_members": (_("填报联系人数"), _PEOPLE),
    "covered_youth": (_("联系青年"), _PEOPLE),
    "covered_without_base": (_("缺底数单位的联系人数"), _PEOPLE),
    "orgs": (_("在册团组织"), _UNITS),
    "orgs_with_account": (_("已开通账号的团组织"), _UNITS),
    "orgs_with_group": (_("已建群的团组织"), _UNITS),
    "orgs_with_admin": (_("有管理员的团组织"), _UNITS),
    "accounts_personal": (_("微信个人号"), _ITEMS),
    "accounts_public": (_("公众平台"), _ITEMS),
    "accounts_weibo": (_("微博"), _ITEMS),
    "accounts_other": (_("其他账号"), _ITEMS),
    "accounts_dormant": (_("停更账号"), _ITEMS),
    "groups_member": (_("面向团员的群"), _ITEMS),
    "groups_link": (_("联系下级的群"), _ITEMS),
    "groups_dedicated": (_("专属群"), _ITEMS),
    "groups_other": (_("其他群"), _ITEMS),
    "groups_dormant": (_("停用的群"), _ITEMS),
    "admins": (_("在任管理员"), _("人次")),
    "admin_persons": (_("在任管理员（每人计一次）"), _PEOPLE),
    "follows_superior": (_("账号已关注上级的单位"), _UNITS),
    "cadres": (_("团干部数（自愿填报）"), _PEOPLE),
    "cadres_with_account": (_("已使用微信的团干部数（自愿填报）"), _PEOPLE),
    "cadres_min_ok": (_("联系青年达到 20 人的团干部数（自愿填报）"), _PEOPLE),
    "requirements": (_("部署要求"), _DEMANDS),
    "requirements_met": (_("已达到的部署要求"), _DEMANDS),
    "requirements_overdue": (_("已逾期的部署要求"), _DEMANDS),
    "holders": (_("直接联系团员的单位（应报）"), _UNITS),
    "unreported": (_("未报单位"), _UNITS),
    "base_missing": (_("缺底数单位"), _UNITS),
    "groups_min_ok": (_("优秀团员达到 40 人的群"), _ITEMS),
    "reach": (_("联系人数合计（未去重）"), _("人次")),
    "expected": (_("应填"), _UNITS),
    "submitted": (_("已填"), _UNITS),
    "approved": (_("已通过"), _UNITS),
    "returned": (_("已退回"), _UNITS),
    "overdue": (_("逾期"), _UNITS),
}
_FLOWS: dict[str, tuple[_StrPromise, _StrPromise]] = {
    "opened": (_("新增账号、群"), _ITEMS),
    "closed": (_("注销"), _ITEMS),
    "changed": (_("账号、群变更"), _ITEMS),
    "admin_changed": (_("更换管理员"), _("人次")),
    "posts": (_("发布信息"), _("条")),
    "active_days": (_("有发布的天数"), _("天")),
    "groups_active": (_("每天有发布的群"), _ITEMS),
    "channels_recorded": (_("有记录的账号、群"), _ITEMS),
    "checks": (_("抽查"), _TIMES),
    "checks_poor": (_("抽查为“差”"), _TIMES),
}
FIGURES: dict[str, Figure] = (
    {name: Figure(name, label, unit, ((name, 1),)) for name, (label, unit) in _STOCKS.items()}
    | {name: Figure(name, label, unit, ((name, 1),), is_flow=True) for name, (label, unit) in _FLOWS.items()}
    | {
        "changes": Figure("changes", _("变更"), _ITEMS, (("changed", 1), ("admin_changed", 1)), is_flow=True),
        "movements": Figure(
            "movements",
            _("本周变动"),
            _DEMANDS,
            tuple((name, 1) for name in ("opened", "closed", "changed", "admin_changed")),
            is_flow=True,
        ),
        "reported": Figure("reported", _("已报单位"), _UNITS, (("holders", 1), ("unreported", -1))),
    }
)


def missing_word(name: str, closed: ClosedWeek) -> str:
    """What stands where the figure is missing: nobody has said a number, or the week was closed before it was counted."""
    was_counted = closed.digest_form > 1 or name not in NOT_IN_FIRST_DIGEST
    return gettext("未报") if was_counted and name in MISSING_OR_ADDITIVE else MISSING
