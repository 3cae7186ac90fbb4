"""What is lacking, in numbers: the figure as it is beside what the requirement wants of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import SubmissionStatus
from accounts.models import Submission
from orgs.kernel import numbers
from reporting import judging
from reporting.campaign_metrics import CAMPAIGN_METRICS
from reporting.choices import DemandKind
from reporting.judging.told import fraction
from reporting.models import CampaignRound

if TYPE_CHECKING:
    from fractions import Fraction

    from django.utils.functional import _StrPromise

    from accounts.querysets.submissions import SubmissionQuerySet
    from reporting.models import Requirement

USUAL_LEAST = 40  # UNI-2.1
_IN_WORDS: dict[str, _StrPromise] = {
    DemandKind.DOCUMENT: gettext_lazy("尚未报送，或已退回"),
    DemandKind.LINK_GROUP: gettext_lazy("还没有一个群联系到全部下级，或进群数未登记"),
    DemandKind.CHECKLIST: gettext_lazy("有账号未按清单核对齐全"),
    DemandKind.NAMING: gettext_lazy("有名称不合规定样式"),
}


def words(
    requirement: Requirement, values: tuple[int | None, int | None] | None, *, is_in_time: bool = False
) -> str:
    """What one unit lacks; "" where there is nothing to say.

    A fact counts when it is approved: where the unit was in time and only its superior is slow, the words say so.
    """
    found = _told(requirement, values)
    return "；".join(filter(None, [found, _("已按时提交，待审核") if is_in_time else ""]))


def submitted_in_time(requirement: Requirement) -> SubmissionQuerySet:
    """Forms of the campaign's rounds that were submitted before the requirement's deadline and wait for approval."""
    rounds = CampaignRound.objects.filter(campaign=requirement.version.campaign_id)
    waiting = Submission.objects.filter(round__in=rounds.values("round"), status=SubmissionStatus.SUBMITTED)
    deadline = requirement.deadline_at
    return waiting.filter(submitted_at__lt=deadline) if deadline else waiting


def _told(requirement: Requirement, values: tuple[int | None, int | None] | None) -> str:
    if requirement.rule.get("stage") == "number":
        return _("计划数未填写")
    if values is None:
        return str(_IN_WORDS.get(requirement.kind, ""))
    value, base = values
    if value is None:
        return _("还没有数据")
    rule = requirement.rule
    if rule.get("metric") == "groups_short" and value:
        return _("%(n)d 个群不足 %(least)d 人") % {"n": value, "least": int(rule.get("least") or USUAL_LEAST)}
    return _figure(requirement, value, base)


def _figure(requirement: Requirement, value: int, base: int | None) -> str:
    wanted = wanted_words(requirement)
    # The state is that of the last judging, the number is of now: who has met it since reads so.
    if requirement.kind == DemandKind.FIGURE and judging.is_enough(requirement.rule, value, base):
        wanted = _("已达到标准，下次评定后更新")
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
