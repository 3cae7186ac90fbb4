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
    POSTS = "posts", _("抽查发布")
    PHONE = "phone", _("电话了解")


class ExplanationKind(TextChoices):
    """What a direct unit explains in its weekly report (SUP-4.1a)."""

    CLOSING = "closing", _("注销说明")
    DROP = "drop", _("覆盖率下降说明")


class BulletinState(TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")


class DemandState(TextChoices):
    """A demand to replace an administrator (SUP-2.1.4)."""

    OPEN = "open", _("待办理")
    MET = "met", _("已更换")
    WITHDRAWN = "withdrawn", _("已撤回")


DEMAND_MOVES: dict[str, frozenset[str]] = {
    DemandState.OPEN: frozenset({DemandState.MET, DemandState.WITHDRAWN}),
    DemandState.MET: frozenset(),
    DemandState.WITHDRAWN: frozenset(),
}


GOOD_LINE = 80  # percent of coverage from which on it is 良好; no document calls it a target
HEAT_WEEKS = 10
