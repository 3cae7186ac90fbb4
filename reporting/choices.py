"""Closed vocabularies of the weekly report and of inspection."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class WeekState(TextChoices):
    CLOSING = "closing", _("汇总中")
    CLOSED = "closed", _("已结周")


class CheckGrade(TextChoices):
    """Grade of one spot check (SUP-4.1b)."""

    EXCELLENT = "excellent", _("优秀")
    GOOD = "good", _("良好")
    FAIR = "fair", _("一般")
    POOR = "poor", _("差")


class CheckKind(TextChoices):
    """Only POSTS is counted. A second check becomes one when the objection it was made for is upheld."""

    POSTS = "posts", _("抽查发布")
    PHONE = "phone", _("电话了解")
    SECOND = "second", _("异议复核")


class DrawWay(TextChoices):
    """How an inspection goes about (SUP-4.1b, SUP-4.1d)."""

    ONLINE = "online", _("线上抽查")
    ON_SITE = "on_site", _("实地督导")
    CROSS = "cross", _("交叉督导")


class DrawState(TextChoices):
    DRAWN = "drawn", _("已抽取")
    ASSIGNED = "assigned", _("已分派")
    CLOSED = "closed", _("已办结")
    REPLACED = "replaced", _("已重抽")


class Stratum(TextChoices):
    """What a draw is layered by."""

    NONE = "none", _("不分层")
    DIRECT_UNIT = "direct_unit", _("按直属单位")
    KIND = "kind", _("按团组织类型")


class NoticeState(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class ContributionState(TextChoices):
    """报送: what became of something a unit sent up."""

    SENT = "sent", _("已报送")
    ADOPTED = "adopted", _("已采用")
    NOTED = "noted", _("已阅")


# What was only read may be adopted later; what is adopted stays so.
CONTRIBUTION_MOVES: dict[str, frozenset[str]] = {
    ContributionState.SENT: frozenset({ContributionState.ADOPTED, ContributionState.NOTED}),
    ContributionState.NOTED: frozenset({ContributionState.ADOPTED}),
    ContributionState.ADOPTED: frozenset(),
}


class OutreachKind(TextChoices):
    """活动登记 (WB-3.3, MS-2.3)."""

    TOPIC = "topic", _("微话题")
    INTERVIEW = "interview", _("微访谈")
    SURVEY = "survey", _("微调查")
    POLL = "poll", _("微投票")
    EVENT = "event", _("微活动")


class MaterialKind(TextChoices):
    """Categories of content to pass on (RUR-2.4, RUR-4)."""

    POLICY = "policy", _("政策宣传")
    SKILL = "skill", _("技能培训")
    JOBS = "jobs", _("就业创业")
    CULTURE = "culture", _("思想文化")
    WORK = "work", _("团务工作")


class ExplanationKind(TextChoices):
    """What a direct unit explains in its weekly report (SUP-4.1a)."""

    CLOSING = "closing", _("注销说明")
    DROP = "drop", _("覆盖率下降说明")


class BulletinState(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")


class CollectorService(TextChoices):
    """Platforms that give statistics to who holds credentials."""

    WECHAT = "wechat", _("微信公众号")
    WECOM = "wecom", _("企业微信客户群")
    WEIBO = "weibo", _("新浪微博")


class CampaignState(TextChoices):
    DRAFT = "draft", _("待启动")
    RUNNING = "running", _("进行中")
    ENDED = "ended", _("已结束")


CAMPAIGN_MOVES: dict[str, frozenset[str]] = {
    CampaignState.DRAFT: frozenset({CampaignState.RUNNING}),
    CampaignState.RUNNING: frozenset({CampaignState.ENDED}),
    CampaignState.ENDED: frozenset(),
}


class DemandKind(TextChoices):
    """What a requirement of a campaign looks at."""

    FIGURE = "figure", _("指标")  # a figure of metrics.md against a number, or against another figure
    LINK_GROUP = "link_group", _("层级群")  # a group that joins the unit with the level below
    NAMING = "naming", _("规范名称")
    CHECKLIST = "checklist", _("开通核对")
    DOCUMENT = "document", _("报送材料")
    PLAN = "plan", _("计划与完成")  # a planned number is collected first
    TOTAL = "total", _("应有总数")  # "all 18 universities": asked of the unit that runs the campaign


class Standing(TextChoices):
    """How one unit stands to one requirement at a moment."""

    MET = "met", _("已达到")
    OPEN = "open", _("进行中")
    BEHIND = "behind", _("进度滞后")  # guidance past its date: never overdue (RUR-3)
    OVERDUE = "overdue", _("已逾期")
    EXEMPT = "exempt", _("免予要求")


class HandInState(TextChoices):
    HANDED = "handed", _("已报送")
    ACCEPTED = "accepted", _("已接收")
    RETURNED = "returned", _("已退回")


class DemandState(TextChoices):
    """A demand to replace an administrator (SUP-2.1.4)."""

    OPEN = "open", _("待办理")
    MET = "met", _("已更换")
    WITHDRAWN = "withdrawn", _("已撤回")


class DutyKind(TextChoices):
    """督导台账: what a superior does about a unit, beside asking for another administrator (SUP-2.1.2, SUP-4.1d, RUR-3)."""

    TALK = "talk", _("约谈")
    EXPLANATION = "explain", _("书面说明")
    RECTIFY = "rectify", _("限期整改")
    VISIT = "visit", _("实地走访")


class DutyState(TextChoices):
    """How far a duty has come: a unit answers, its superior says that it is done."""

    OPEN = "open", _("待办理")
    ANSWERED = "answered", _("已答复")
    DONE = "done", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")


DUTY_MOVES: dict[str, frozenset[str]] = {
    DutyState.OPEN: frozenset({DutyState.ANSWERED, DutyState.DONE, DutyState.WITHDRAWN}),
    DutyState.ANSWERED: frozenset({DutyState.OPEN, DutyState.DONE, DutyState.WITHDRAWN}),
    DutyState.DONE: frozenset(),
    DutyState.WITHDRAWN: frozenset(),
}


DEMAND_MOVES: dict[str, frozenset[str]] = {
    DemandState.OPEN: frozenset({DemandState.MET, DemandState.WITHDRAWN}),
    DemandState.MET: frozenset(),
    DemandState.WITHDRAWN: frozenset(),
}


GOOD_LINE = 80  # percent of coverage from which on it is 良好; no document calls it a target
HEAT_WEEKS = 10
