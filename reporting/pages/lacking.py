"""What is lacking, in numbers: the figure as it is beside what the requirement wants of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel import numbers
from reporting.campaign_metrics import CAMPAIGN_METRICS
from reporting.choices import DemandKind
from reporting.judging.rules import fraction

if TYPE_CHECKING:
    from fractions import Fraction

    from reporting.models import Requirement

USUAL_LEAST = 40  # UNI-2.1
_IN_WORDS = {
    DemandKind.DOCUMENT: gettext_lazy("尚未报送，或已退回"),
    DemandKind.LINK_GROUP: gettext_lazy("还没有一个群联系到全部下级，或进群数未登记"),
    DemandKind.CHECKLIST: gettext_lazy("有账号未按清单核对齐全"),
}


def words(requirement: Requirement, values: tuple[int | None, int | None] | None) -> str:
    """What one unit lacks; "" where the page has nothing to say in numbers."""
    rule = requirement.rule
    if values is None:
        return str(_IN_WORDS.get(requirement.kind, ""))
    value, base = values
    if value is None:
        return _("还没有数据")
    if rule.get("metric") == "groups_short":
        return _("%(n)d 个群不足 %(least)d 人") % {"n": value, "least": int(rule.get("least") or USUAL_LEAST)}
    return _figure(requirement, value, base)


def _figure(requirement: Requirement, value: int, base: int | None) -> str:
    wanted = wanted_words(requirement)
    if not requirement.rule.get("base"):
        return _("现为 %(value)s，%(wanted)s") % {"value": numbers.thousands(value), "wanted": wanted}
    if not base:
        return _("还没有底数，%(wanted)s") % {"wanted": wanted}
    known = {"share": numbers.percent_text(value, base), "value": value, "base": base, "wanted": wanted}
    return _("现为 %(share)s（%(value)d/%(base)d），%(wanted)s") % known


def standard(requirement: Requirement) -> str:
    """What the requirement wants, with the name of what it counts where only campaigns count it; "" without a figure."""
    name = requirement.rule.get("metric")
    if not name:
        return ""
    label = CAMPAIGN_METRICS.get(name)
    wanted = wanted_words(requirement)
    return _("%(label)s%(wanted)s") % {"label": label, "wanted": wanted} if label else wanted


def wanted_words(requirement: Requirement) -> str:
    """应不少于 2, 应不少于 90.0%, 应为 1 到 5."""
    rule = requirement.rule
    if requirement.kind == DemandKind.PLAN:
        return _("未达到计划数")
    is_share = bool(rule.get("base"))
    least = _number(fraction(rule.get("threshold", "1")), is_share=is_share)
    if rule.get("compare") == "between":
        most = _number(fraction(rule.get("most")), is_share=is_share)
        return _("应为 %(least)s 到 %(most)s") % {"least": least, "most": most}
    signs = {
        ">=": _("应不少于 %(n)s"),
        "<=": _("应不多于 %(n)s"),
        ">": _("应多于 %(n)s"),
        "<": _("应少于 %(n)s"),
        "==": _("应为 %(n)s"),
    }
    return signs.get(rule.get("compare") or ">=", "%(n)s") % {"n": least}


def _number(number: Fraction | None, *, is_share: bool) -> str:
    if number is None:
        return numbers.MISSING
    return numbers.percent_of(number) if is_share else str(number)
