"""What a requirement of a campaign may look at: the weekly figures, and these that only campaigns ask for.

Each counts for the unit itself (`own`) or over everything below it as well (`subtree`). Definitions: docs/packs.md.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting.figures import FIGURES, FLOWS

CAMPAIGN_METRICS = {
    "groups_of": _("这些类型的在用微信群数"),
    "groups_elsewhere": _("这些类型、建在其他平台（QQ等）的在用群数"),  # RUR-1.2: substitutes
    # UNI-2.1. READING: units with fewer members than the minimum are exempt.
    "groups_short": _("优秀团员不足下限的群数"),
    "holders_with": _("已建这些类型微信群的直接联系团员的团组织数"),
    "holders_elsewhere": _("没有这些类型微信群、但在其他平台建群的直接联系团员的团组织数"),
    "ledger_entries": _("名称、成员数和计数日期齐全的群数"),  # RUR-3: the 大团委 ledger
    "accounts_on": _("这些平台上以团组织名义开通的在用账号数"),
    "accounts_project": _("以工作项目、品牌活动名义开通的在用账号数"),
    "principals": _("在任第一责任人数"),
    "forms_in": _("已提交的该收集表份数"),
    "packages_reported": _("已上报的该收集表汇总数"),
    "weekly_reports": _("按时确认的周报数"),
    "silent_accounts": _("有一天没有发布的公众平台账号数"),
    "silent_groups": _("有一天没有发布的群数"),
    "incidents_open": _("尚未处置的不良信息数"),
}
METRICS = (*FIGURES, *CAMPAIGN_METRICS)
# What happens in a period: a requirement on these says whether it is judged daily, weekly or monthly.
PERIODIC = (*FLOWS, "weekly_reports", "silent_accounts", "silent_groups")
# Known for a day, and for the unit itself only.
DAILY = ("posts", "active_days", "silent_accounts", "silent_groups")
# The parameters that a metric can't do without; `least` has a default.
NEEDS = {
    "groups_of": "group_kinds",
    "groups_elsewhere": "group_kinds",
    "holders_with": "group_kinds",
    "holders_elsewhere": "group_kinds",
    "ledger_entries": "group_kinds",
    "accounts_on": "platforms",
    "forms_in": "form",
    "packages_reported": "form",
}
