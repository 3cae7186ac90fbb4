"""Closed vocabularies of the assessment."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Provenance(TextChoices):
    """Where a criterion comes from; a reconstructed one must be confirmed before a sheet can be finalised."""

    SOURCE = "source", _("原文")
    READING = "reading", _("按文意理解")
    RECONSTRUCTED = "reconstructed", _("原附件缺失，拟定内容，待团省委核定")


class SchemeState(TextChoices):
    DRAFT = "draft", _("草稿")
    APPROVED = "approved", _("已核定")


class RuleKind(TextChoices):
    """How a criterion is scored (rules.py)."""

    DOCUMENTS = "documents", _("按文件")
    COUNT = "count", _("按次数")
    BANDS = "bands", _("按比例分档")
    PRESENCE = "presence", _("有无")
    JUDGED = "judged", _("考核小组评定")


class SheetState(TextChoices):
    SELF_ASSESSING = "self", _("自评中")
    ASSESSING = "assessing", _("考评中")
    FINAL = "final", _("已定稿")


class Grade(TextChoices):
    """SUP-4.3."""

    EXCELLENT = "excellent", _("优秀")
    GOOD = "good", _("良好")
    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")


class ConsequenceKind(TextChoices):
    """SUP-4.1c, SUP-4.4.3, SUP-4.4.4."""

    NOT_EXCELLENT = "not_excellent", _("不得评为优秀")
    CRITICISM = "criticism", _("通报批评")
    EXPLANATION = "explanation", _("书面情况说明")
    NO_AWARD = "no_award", _("取消当年评优资格")


# What the frozen weeks raise and the leading group's office decides on.
THREE_POOR = "SUP-4.1c"
NO_PLATFORM = "SUP-4.4.4"
FLAG_CLAUSES = frozenset({THREE_POOR, NO_PLATFORM})


class Metric(TextChoices):
    """Figures a criterion can be computed from (metrics.py); the label says what is counted."""

    PUBLIC_PLATFORM = "public_platform", _("本级公众平台数")
    PUBLIC_PLATFORM_ADMINISTRATOR = "public_platform_administrator", _("公众平台管理员数")
    PUBLIC_PLATFORM_UPDATED = "public_platform_updated", _("每天都有发布的渠道")
    MEMBERS_COVERAGE = "members_coverage", _("覆盖团员数 ÷ 团员数（考评口径）")
    REPORTED_COVERAGE = "reported_coverage", _("覆盖团员数 ÷ 前期上报团员数")
    ORGANISATIONS_COVERAGE = "organisations_coverage", _("已建群团组织数 ÷ 团组织数")
    GROUP_ADMINISTRATORS = "group_administrators", _("有管理员的团组织数 ÷ 已建群团组织数")
    PUBLICATION = "publication", _("本级渠道发布天数 ÷ 应发布天数")
    ADMINISTRATOR_CHANGES = "administrator_changes", _("本年度更换管理员次数")
    SPOT_CHECKS = "spot_checks", _("抽查非“差”次数 ÷ 抽查次数")
    INCIDENTS = "incidents", _("已处置的不良信息 ÷ 发现的不良信息")
    WEEKLY_REPORTS = "weekly_reports", _("按时报送周报周数 ÷ 应报周数")


class Missing(TextChoices):
    """Why a criterion has no computed points (rules.py, metrics.py)."""

    NO_BASE = "no_base", _("底数未登记")
    BASE_ZERO = "base_zero", _("底数为0，不能计算")
    NO_FIGURE = "no_figure", _("没有数据")
    NO_ENTRY = "no_entry", _("尚未登记文件（会议记录）数")
    PEOPLE = "people", _("由考核小组评定")
    NO_WEEK = "no_week", _("该年度没有已结的周报")
    NOT_IN_WEEK = "not_in_week", _("该周周报中没有本单位")
    NO_CHECKS = "no_checks", _("该年度没有抽查记录")
    NO_RECORDS = "no_records", _("没有发布记录")
