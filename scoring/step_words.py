"""A step in words: what to do, where it leads, and why points are out of reach."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.numbers import percent_of, points_text, thousands
from reporting.pages.figure_words import FIGURES
from scoring.choices import Metric, RuleKind, is_number
from scoring.looking_ahead import DOCUMENTS, LASTING, LATE_COUNTS, MEETINGS, RULE_DOCUMENT
from scoring.rule_words import band_range, metric_words, value_text
from scoring.scheme_bands import read_bands
from scoring.written_rules import Rule

if TYPE_CHECKING:
    from scoring.looking_ahead import Ahead, Kept, Outlook
    from scoring.next_grade import Need
    from scoring.rules.next_steps import Step


def of_need(need: Need) -> str:
    """再覆盖 1,049 名团员."""
    figure = FIGURES.get(need.thing.name)
    words = {"n": thousands(abs(need.add)), "name": figure.label if figure else need.thing.name}
    if need.thing.kind == Metric.FIGURES:
        return (_("“%(name)s”再增加 %(n)s") if need.add > 0 else _("“%(name)s”减少 %(n)s")) % words
    return str(_DO[need.thing.kind]) % words


def reached(each: Ahead, step: Step) -> str:
    """即达 90%: of bands the lower end of the one that is reached; nothing of what has no band."""
    rule = Rule.of_criterion(each.score.criterion)
    if rule.rule not in {RuleKind.BANDS, RuleKind.MONTHLY}:
        return ""
    bands, number = read_bands(rule.params["bands"]), is_number(rule.metric, rule.params)
    found = [n for n, band in enumerate(bands) if band.points == step.points]
    floor = bands[found[-1]].floor if found else None
    if len(found) != 1 or floor is None:
        return ""
    if rule.rule == RuleKind.MONTHLY:
        return _("（余下各月每月末），全年平均即达 %(value)s") % {"value": value_text(floor, number=number)}
    if step.adds[0] < 0:
        return _("，即到 %(range)s") % {"range": band_range(bands, found[-1], number=number)}
    return _("，即达 %(value)s") % {"value": value_text(floor, number=number)}


def why_lost(each: Ahead, outlook: Outlook) -> str:
    """Why the rest of a criterion's points can't be had any more this year."""
    rule, kept = Rule.of_criterion(each.score.criterion), each.score.arithmetic
    if each.score.assessed_points is not None:
        return _("考核小组已评定。")
    if rule.metric and outlook.weeks == 0 and rule.metric not in LATE_COUNTS:
        return _("该年度的周报已全部结完，数据不再变动。")
    if rule.metric == Metric.WEEKLY_REPORTS:
        return _reports_lost(kept, outlook)
    if rule.metric in LASTING:
        words = {"metric": metric_words(rule), "n": kept.get("numerator")}
        return _("%(metric)s已为 %(n)s，不能减少。") % words
    texts: dict[str, str] = {
        RuleKind.MISSES: _("连续未达到已有 %(n)s 次，不能补回。"),
        RuleKind.MONTHLY: _("过去各月的数已定，余下各月全部达到也补不回。"),
    }
    text = texts.get(rule.rule, _("按现有数据今年最多得 %(most)s 分。"))
    return text % {"n": kept.get("numerator"), "most": points_text(each.ceiling)}


def _reports_lost(kept: Kept, outlook: Outlook) -> str:
    on_time, asked = kept.get("numerator") or 0, kept.get("denominator") or 0
    most = Fraction(on_time + outlook.weeks, asked + outlook.weeks)
    words = {"n": asked - on_time, "most": percent_of(most)}
    return _("已有 %(n)s 周未按时报送周报，余下各周都按时也只到 %(most)s。") % words


_DO = {
    DOCUMENTS: gettext_lazy("再报送 %(n)s 份文件"),
    MEETINGS: gettext_lazy("再召开 %(n)s 次专题会议并留记录"),
    RULE_DOCUMENT: gettext_lazy("出台制度性文件"),
    Metric.PUBLIC_PLATFORM: gettext_lazy("再开通 %(n)s 个公众平台"),
    Metric.PUBLIC_PLATFORM_ADMINISTRATOR: gettext_lazy("再确定 %(n)s 名公众平台管理员"),
    Metric.PUBLIC_PLATFORM_UPDATED: gettext_lazy("一周内各渠道每天都有发布（最近一周少 %(n)s 天）"),
    Metric.MEMBERS_COVERAGE: gettext_lazy("再覆盖 %(n)s 名团员"),
    Metric.REPORTED_COVERAGE: gettext_lazy("再覆盖 %(n)s 名团员"),
    Metric.ORGANISATIONS_COVERAGE: gettext_lazy("再有 %(n)s 个团组织建群"),
    Metric.GROUP_ADMINISTRATORS: gettext_lazy("再有 %(n)s 个已建群的团组织确定管理员"),
    Metric.PUBLICATION: gettext_lazy("一周内再有 %(n)s 天发布"),
    Metric.SPOT_CHECKS: gettext_lazy("今后 %(n)s 次抽查都不为“差”"),
    Metric.WEEKLY_REPORTS: gettext_lazy("今后 %(n)s 周都按时报送周报"),
    Metric.REPORTS_MISSING: gettext_lazy("补报 %(n)s 周没有报送的周报"),
    Metric.REQUIREMENTS: gettext_lazy("再达到 %(n)s 项工作部署要求"),
    Metric.REQUIREMENTS_OVERDUE: gettext_lazy("补做 %(n)s 项逾期的工作部署要求"),
    Metric.INCIDENTS: gettext_lazy("再处置 %(n)s 条不良信息"),
}
