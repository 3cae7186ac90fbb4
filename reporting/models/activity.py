"""Daily records of a channel: how many items were published. Never what was written (UNI-1.3.3, SUP-2.1.3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.querysets.activity import DailyDutyQuerySet, DailyRecordQuerySet


class DailyRecord(models.Model):
    """Items published on one channel on one day. It counts in the week of the day, if entered before that week's end (metrics.md)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="daily_records"
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, null=True, blank=True, related_name="daily_records"
    )
    group = models.ForeignKey(
        "accounts.Group", on_delete=models.CASCADE, null=True, blank=True, related_name="daily_records"
    )
    day = models.DateField(_("日期"))
    posts = models.PositiveSmallIntegerField(_("发布条数"))
    recorded_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    objects = DailyRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("日常记录")
        verbose_name_plural = _("日常记录")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "day"], condition=Q(account__isnull=False), name="dailyrecord_account_day"
            ),
            models.UniqueConstraint(
                fields=["group", "day"], condition=Q(group__isnull=False), name="dailyrecord_group_day"
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False, group__isnull=True)
                | Q(account__isnull=True, group__isnull=False),
                name="dailyrecord_one_channel",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="dailyrecord_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.posts}"


class DailyDuty(models.Model):
    """每日记录的要求: whether a unit asks those below it for daily records. Without a row only direct units are asked.

    The sources and the burden rules ask direct units alone; a committee may widen that for its own subtree, and only
    for itself it can end it.
    """

    unit = models.OneToOneField("orgs.OrgUnit", on_delete=models.CASCADE, related_name="daily_duty")
    asks_below = models.BooleanField(_("要求所属团组织每日记录"), default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")

    objects = DailyDutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("每日记录要求")
        verbose_name_plural = _("每日记录要求")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.asks_below}"
