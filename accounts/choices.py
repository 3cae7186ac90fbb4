"""Closed vocabularies of the registry and the collection form, with the tables of legal moves."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlatformKind(TextChoices):
    """How the weekly figures group platforms (WB-3.1, MS-2.1, RUR-2.4)."""

    PERSONAL = "personal", _("微信个人号")
    PUBLIC = "public", _("公众平台")
    WEIBO = "weibo", _("微博")
    OTHER = "other", _("其他")


class AccountPurpose(TextChoices):
    ORGANISATION = "organisation", _("以团组织名义")
    PROJECT = "project", _("以工作项目、品牌活动名义")


class AccountStatus(TextChoices):
    PLANNED = "planned", _("筹备")
    OPEN = "open", _("在用")
    DORMANT = "dormant", _("停更")
    CLOSED = "closed", _("已注销")
    MERGED = "merged", _("已合并")


ACCOUNT_MOVES: dict[str, frozenset[str]] = {
    AccountStatus.PLANNED: frozenset({AccountStatus.OPEN, AccountStatus.CLOSED}),
    AccountStatus.OPEN: frozenset({AccountStatus.DORMANT, AccountStatus.CLOSED, AccountStatus.MERGED}),
    AccountStatus.DORMANT: frozenset({AccountStatus.OPEN, AccountStatus.CLOSED, AccountStatus.MERGED}),
    AccountStatus.CLOSED: frozenset(),
    AccountStatus.MERGED: frozenset(),
}


class GroupKind(TextChoices):
    """Kinds of groups (UNI-1.2.2, UNI-2.2 to 2.5, RUR-2.1 to 2.3)."""

    BRANCH = "branch", _("支部群（面向团员）")
    LINK = "link", _("工作群（联系下级）")
    PROJECT = "project", _("专项群")
    YOUTH_LINK = "youth_link", _("团青群")
    LEADERS = "leaders", _("“领头雁”专属群")
    AWAY = "away", _("在外青年专属群")
    VILLAGE_OFFICIALS = "village_officials", _("大学生村官专属群")
    RURAL_YOUTH = "rural_youth", _("青农群")


MEMBER_FACING_GROUPS = (GroupKind.BRANCH, GroupKind.YOUTH_LINK)
LINK_GROUPS = (GroupKind.LINK, GroupKind.RURAL_YOUTH)
DEDICATED_GROUPS = (GroupKind.LEADERS, GroupKind.AWAY, GroupKind.VILLAGE_OFFICIALS)


class GroupStatus(TextChoices):
    OPEN = "open", _("在用")
    DORMANT = "dormant", _("停用")
    CLOSED = "closed", _("已解散")


class EventKind(TextChoices):
    """What the weekly report counts (SUP-4.1a)."""

    OPENED = "opened", _("开通")
    RENAMED = "renamed", _("改名")
    CHANGED = "changed", _("变更")
    APPOINTED = "appointed", _("新任管理员")  # the first of an account, or one more: no replacement
    ADMIN_REPLACED = "admin_replaced", _("更换管理员")
    TRANSFERRED = "transferred", _("划转")
    CLOSED = "closed", _("注销")


class SubmissionStatus(TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    APPROVED = "approved", _("已通过")


SUBMISSION_MOVES: dict[str, frozenset[str]] = {
    SubmissionStatus.DRAFT: frozenset({SubmissionStatus.SUBMITTED}),
    # submitted -> submitted: approved by one level, on to the desk of the next.
    SubmissionStatus.SUBMITTED: frozenset(
        {SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED, SubmissionStatus.APPROVED}
    ),
    SubmissionStatus.RETURNED: frozenset({SubmissionStatus.SUBMITTED}),
    SubmissionStatus.APPROVED: frozenset(),
}


# A form in these states is still the unit's to write in.
EDITABLE = (SubmissionStatus.DRAFT, SubmissionStatus.RETURNED)


class PackageStatus(TextChoices):
    """上报: the package of a directly affiliated committee for one round."""

    PREPARING = "preparing", _("待上报")
    REPORTED = "reported", _("已上报")
    RETURNED = "returned", _("省级退回")
    ACCEPTED = "accepted", _("省级已接收")


PACKAGE_MOVES: dict[str, frozenset[str]] = {
    PackageStatus.PREPARING: frozenset({PackageStatus.REPORTED}),
    PackageStatus.REPORTED: frozenset({PackageStatus.ACCEPTED, PackageStatus.RETURNED}),
    PackageStatus.RETURNED: frozenset({PackageStatus.REPORTED}),
    PackageStatus.ACCEPTED: frozenset(),
}


class StepKind(TextChoices):
    """One line of a submission's time line."""

    SAVED = "saved", _("保存草稿")
    SUBMITTED = "submitted", _("提交")
    APPROVED = "approved", _("审核通过")
    RETURNED = "returned", _("退回")
    WITHDRAWN = "withdrawn", _("撤回")
    UNDONE = "undone", _("撤销审核")


class ReturnReason(TextChoices):
    """Reasons offered with one key each (ux.md journey J2)."""

    NICKNAME = "nickname", _("昵称不规范")
    MOBILE_TWICE = "mobile_twice", _("手机重复")
    ABOVE_BASE = "above_base", _("人数超团员数")
    ADMINS_INCOMPLETE = "admins_incomplete", _("管理员不全")
    WRONG_UNIT = "wrong_unit", _("单位选错")
    FILLED_TWICE = "filled_twice", _("重复填报")


class IncidentState(TextChoices):
    FOUND = "found", _("已发现")
    HANDLED = "handled", _("已处置")
    CLOSED = "closed", _("已办结")


LARGEST_COUNT = 1_000_000
UNDO_SECONDS = 8
