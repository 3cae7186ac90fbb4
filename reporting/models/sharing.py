"""小投票 among units and 风采展示: one answer a unit, good examples of units; never anything of persons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reporting.querysets.sharing import PollQuerySet, ShowpieceQuerySet


class Poll(models.Model):
    """小投票: one question with options, asked of every unit below, open on some days (WB-3.3)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("发起单位"), on_delete=models.PROTECT, related_name="polls"
    )
    question = models.CharField(_("问题"), max_length=120)
    options = models.JSONField(
        _("选项"), help_text="texts in their order; an answer is a position, counted from 1"
    )
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("截止日期"))
    published_at = models.DateTimeField(_("发布时间"))
    published_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = PollQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-published_at", "-pk"]
        verbose_name = _("小投票")
        verbose_name_plural = _("小投票")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="poll_window")
        ]

    def __str__(self) -> str:
        return self.question


class PollAnswer(models.Model):
    """What one unit has chosen; given once."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="answers")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="poll_answers")
    option = models.PositiveSmallIntegerField(_("选项"))
    answered_at = models.DateTimeField(_("投票时间"))
    answered_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("投票")
        verbose_name_plural = _("投票")
        constraints: ClassVar = [models.UniqueConstraint(fields=["poll", "unit"], name="pollanswer_once")]

    def __str__(self) -> str:
        return f"{self.poll_id} {self.unit_id}"


class Showpiece(models.Model):
    """风采展示: a good example that a unit submits; a superior picks it, then everybody below that one sees it (WB-3.3)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("报送单位"), on_delete=models.PROTECT, related_name="showpieces"
    )
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("内容"), max_length=3000)
    link = models.URLField(_("链接"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("报送时间"))
    sent_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    picked_for = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("展示单位"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # fmt: skip
    picked_at = models.DateTimeField(_("选用时间"), null=True, blank=True)
    picked_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ShowpieceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-sent_at", "-pk"]
        verbose_name = _("风采展示")
        verbose_name_plural = _("风采展示")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(picked_for__isnull=True, picked_at__isnull=True)
                | Q(picked_for__isnull=False, picked_at__isnull=False),
                name="showpiece_picked_for_whom",
            )
        ]

    def __str__(self) -> str:
        return self.title
