"""Closed vocabularies of the registry and the collection form, with the tables of legal moves."""

from __future__ import annotations

from datetime import UTC, datetime

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


GROUP_MOVES: dict[str, frozenset[str]] = {
    GroupStatus.OPEN: frozenset({GroupStatus.DORMANT, GroupStatus.CLOSED}),
    GroupStatus.DORMANT: frozenset({GroupStatus.OPEN, GroupStatus.CLOSED}),
    GroupStatus.CLOSED: frozenset(),
}
LEAST_OUTSTANDING = 40  # UNI-2.1: outstanding members of a group; a branch with fewer members is exempt
LEAST_YOUTH = 20  # RUR-2.1: youths a grassroots cadre is in touch with


class EventKind(TextChoices):
    """What the weekly report counts (SUP-4.1a)."""

    OPENED = "opened", _("开通")
    RENAMED = "renamed", _("改名")
    CHANGED = "changed", _("变更")
    APPOINTED = "appointed", _("新任管理员")  # the first of an account, or one more: no replacement
    ADMIN_REPLACED = "admin_replaced", _("更换管理员")
    TRANSFERRED = "transferred", _("划转")
    RESTORED = (
        "restored",
        _("恢复"),
    )  # a closing that was taken back within its week: neither opened nor closed
    CLOSED = "closed", _("注销")


class Ties(TextChoices):
    """缘: what the people of a group have in common."""

    PLACE = "place", _("地缘")
    TRADE = "trade", _("业缘")
    MATTER = "matter", _("事缘")
    INTEREST = "interest", _("趣缘")


class LinkedCadres(TextChoices):
    """Which of the unit's cadres a group links (UNI-2.2, UNI-2.3, RUR-2.3b)."""

    SUBORDINATE_SECRETARIES = "secretaries", _("所属团组织书记")
    COMMITTEE_MEMBERS = "committee", _("委员会成员")
    COUNTY_LEADERS = "county_leaders", _("县级团委负责人")
    TOWNSHIP_COMMITTEES = "township", _("乡镇团委委员")
    VILLAGE_HEADS = "village_heads", _("村和直属团组织负责人、农村青年骨干")


class CheckItem(TextChoices):
    """Opening checklist (WB-4.3, MS-3.2) and branding check (WB-3.2c, MS-2.2c) of an account."""

    AVATAR = "avatar", _("已设置有特色的头像")
    PROFILE = "profile", _("资料填写完整")
    PASSWORD = "password", _("已修改初始密码")
    FOLLOW_NATIONAL = "follow_national", _("已关注团中央账号")
    FOLLOW_PROVINCE = "follow_province", _("已关注团省委账号")
    FOLLOW_SUPERIORS = "follow_superiors", _("已关注各上级团组织账号")
    EMBLEM = "emblem", _("页面展示团徽")
    SLOGAN = "slogan", _("页面展示统一口号")


class DisputeState(TextChoices):
    """争议: two units claim the same account or person."""

    OPEN = "open", _("待核实")
    KEPT = "kept", _("维持登记")
    HANDED_OVER = "handed_over", _("划转给申请单位")
    WITHDRAWN = "withdrawn", _("已撤回")


class HandedState(TextChoices):
    """State of an account that was prepared for a unit (WB-4, MS-2.5)."""

    SEALED = "sealed", _("待领取")
    OPENED = "opened", _("已领取")
    IN_USE = "in_use", _("已启用")
    WITHDRAWN = "withdrawn", _("已收回")


HANDED_MOVES: dict[str, frozenset[str]] = {
    HandedState.SEALED: frozenset({HandedState.OPENED, HandedState.WITHDRAWN}),
    HandedState.OPENED: frozenset({HandedState.IN_USE, HandedState.WITHDRAWN}),
    HandedState.IN_USE: frozenset(),
    HandedState.WITHDRAWN: frozenset(),
}


class ExtensionState(TextChoices):
    """延期申请 of a unit that can't keep a deadline."""

    OPEN = "open", _("待办理")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("未同意")


class BatchState(TextChoices):
    """An uploaded file on its way into forms."""

    CHECKING = "checking", _("检查中")
    CHECKED = "checked", _("已检查")
    IMPORTING = "importing", _("导入中")
    IMPORTED = "imported", _("已导入")
    UNDONE = "undone", _("已撤销")
    FAILED = "failed", _("未完成")


BATCH_MOVES: dict[str, frozenset[str]] = {
    BatchState.CHECKING: frozenset({BatchState.CHECKED, BatchState.FAILED}),
    # checked -> checking: cells were corrected on the page.
    BatchState.CHECKED: frozenset({BatchState.CHECKING, BatchState.IMPORTING, BatchState.FAILED}),
    BatchState.IMPORTING: frozenset({BatchState.IMPORTED, BatchState.FAILED}),
    BatchState.IMPORTED: frozenset({BatchState.UNDONE}),
    BatchState.UNDONE: frozenset(),
    BatchState.FAILED: frozenset(),
}


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
# 日常变更: in a standing round, and only there, an approved form is opened again for the next change.
STANDING_MOVES: dict[str, frozenset[str]] = {SubmissionStatus.APPROVED: frozenset({SubmissionStatus.DRAFT})}


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
    # accepted -> reported: completed by a later phase and reported again (UNI-3.3).
    PackageStatus.ACCEPTED: frozenset({PackageStatus.REPORTED}),
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


INCIDENT_MOVES: dict[str, frozenset[str]] = {
    IncidentState.FOUND: frozenset({IncidentState.HANDLED}),
    IncidentState.HANDLED: frozenset({IncidentState.CLOSED}),
    IncidentState.CLOSED: frozenset(),
}


class IncidentCategory(TextChoices):
    """What kind of bad information (SUP-2.2.1c). READING: the plan lists no kinds; a closed list keeps content out."""

    RUMOUR = "rumour", _("不实信息、谣言")
    HARMFUL = "harmful", _("违法或有害信息")
    ABUSE = "abuse", _("低俗、辱骂信息")
    FRAUD = "fraud", _("诈骗、钓鱼链接")
    ADVERTISING = "advertising", _("广告、营销刷屏")
    PRIVACY = "privacy", _("泄露个人信息")
    STOLEN = "stolen", _("账号被盗用或仿冒")
    MISTAKE = "mistake", _("发布差错")


class IncidentOutcome(TextChoices):
    """How it was handled; words of a list, never what was published."""

    DELETED = "deleted", _("已删除信息")
    CLARIFIED = "clarified", _("已发布澄清或更正")
    REMOVED = "removed", _("已移出发布者")
    RESTORED = "restored", _("已找回或停用账号")
    REFERRED = "referred", _("已移交有关部门")
    UNFOUNDED = "unfounded", _("经核实不属实")


LARGEST_COUNT = 1_000_000
# A standing round (changes between two rounds) has no deadline; a date far off keeps every comparison whole.
NO_DEADLINE = datetime(9999, 12, 1, tzinfo=UTC)
UNDO_SECONDS = 8
