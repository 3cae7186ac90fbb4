"""Closed vocabularies of the assessment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    """How a criterion is scored (rules/)."""

    DOCUMENTS = "documents", _("按文件")
    COUNT = "count", _("按次数")
    BANDS = "bands", _("按比例分档")
    LINEAR = "linear", _("按比例计分")
    PRESENCE = "presence", _("有无")
    PENALTY = "penalty", _("按次扣分")
    MONTHLY = "monthly", _("按各月平均分档")
    MISSES = "misses", _("连续未达到扣分")
    RANK = "rank", _("按名次计分")
    SUM = "sum", _("各部分相加")
    EXCLUSIVE = "exclusive", _("取最严重的一档")
    JUDGED = "judged", _("考核小组评定")


class PoorReading(TextChoices):
    """What one of three running spot checks graded 差 is (SUP-4.1c)."""

    OCCASION = "occasion", _("一次抽样算一次，按中位数评定")
    UNIT_SEQUENCE = "unit_sequence", _("本单位及所属的每一次抽查")
    SAME_GROUP = "same_group", _("同一个群的抽查")


class SheetState(TextChoices):
    SELF_ASSESSING = "self", _("自评中")
    ASSESSING = "assessing", _("考评中")
    OBJECTION = "objection", _("异议期")
    FINAL = "final", _("已定稿")


class RoundState(TextChoices):
    """A year's round, in the order it goes through (SUP-4.0)."""

    SELF = "self", _("自评")
    SCORING = "scoring", _("考评")
    OBJECTION = "objection", _("结果告知与异议")
    PUBLISHED = "published", _("已公布")


class Audience(TextChoices):
    """What the assessed units read of a published round, as the committee decides."""

    OWN = "own", _("各单位看本单位结果和表彰名单")
    RANKING = "ranking", _("各单位看全部排名")


class MemberWay(TextChoices):
    """How somebody came into an assessment group."""

    NAMED = "named", _("指定")
    DRAWN = "drawn", _("抽签")


class ObjectionState(TextChoices):
    OPEN = "open", _("待答复")
    UPHELD = "upheld", _("异议成立")
    REJECTED = "rejected", _("异议不成立")


class ScanKind(TextChoices):
    """What is signed and sealed on paper."""

    REPORT = "report", _("自查自评报告")
    SHEET = "sheet", _("考评表")


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
    REPORTS_MISSING = "reports_missing", _("未报送周报周数")
    REQUIREMENTS = "requirements", _("已达到的工作部署要求 ÷ 应达到的要求")
    REQUIREMENTS_OVERDUE = "requirements_overdue", _("逾期未达到的工作部署要求")
    CHECKS_POOR = "checks_poor", _("抽查为“差”次数")
    INCIDENTS_FOUND = "incidents_found", _("发现的不良信息")
    INCIDENTS_GRAVE = "incidents_grave", _("认定为重大失误的不良信息")
    FIGURES = "figures", _("周报的数")


# Those that are a plain number, not a share; `figures` is one without `base`.
NUMBERS = frozenset(
    {
        Metric.PUBLIC_PLATFORM,
        Metric.PUBLIC_PLATFORM_ADMINISTRATOR,
        Metric.ADMINISTRATOR_CHANGES,
        Metric.REPORTS_MISSING,
        Metric.REQUIREMENTS_OVERDUE,
        Metric.CHECKS_POOR,
        Metric.INCIDENTS_FOUND,
        Metric.INCIDENTS_GRAVE,
    }
)
# Those of the whole year: no single week has them.
OF_YEAR = frozenset(
    {
        Metric.WEEKLY_REPORTS,
        Metric.REPORTS_MISSING,
        Metric.INCIDENTS,
        Metric.INCIDENTS_FOUND,
        Metric.INCIDENTS_GRAVE,
    }
)


def is_number(metric: str, params: Mapping[str, Any]) -> bool:
    """Whether the metric is a plain number."""
    return metric in NUMBERS or (metric == Metric.FIGURES and not params.get("base"))


class Missing(TextChoices):
    """Why a criterion has no computed points (rules/, metrics.py)."""

    NO_BASE = "no_base", _("底数未登记")
    BASE_ZERO = "base_zero", _("底数为0，不能计算")
    NO_FIGURE = "no_figure", _("没有数据")
    NO_ENTRY = "no_entry", _("尚未登记文件（会议记录）数")
    PEOPLE = "people", _("由考核小组评定")
    NO_WEEK = "no_week", _("该年度没有已结的周报")
    NOT_IN_WEEK = "not_in_week", _("该周周报中没有本单位")
    NO_CHECKS = "no_checks", _("该年度没有抽查记录")
    NO_RECORDS = "no_records", _("没有发布记录")
    NO_REQUIREMENTS = "no_requirements", _("没有工作部署的要求")
