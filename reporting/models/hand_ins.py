"""报送材料: documents that a campaign asks for, and numbers planned before they are asked about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.choices import HandInState
from reporting.models.campaigns import Campaign
from reporting.querysets.hand_ins import HandInQuerySet, PlannedNumberQuerySet


class HandIn(models.Model):
    """One document a unit has handed in for a requirement; a newer one replaces what was returned, nothing is deleted.

    `period` is the first day of the period it is about ("" for what does not recur), `copy` which of several documents
    it is. What was handed in never changes; decided about it is once.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="hand_ins")
    requirement_code = models.SlugField(max_length=60)
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="hand_ins")
    period = models.CharField(_("期"), max_length=10, blank=True)
    copy = models.PositiveSmallIntegerField(_("第几份"), default=1)
    state = models.CharField(_("状态"), max_length=8, choices=HandInState, default=HandInState.HANDED)
    # Stored under a name of ours; the uploader's is shown, never used as a path.
    stored_name = models.CharField(max_length=80)
    original_name = models.CharField(_("文件名"), max_length=120)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    handed_at = models.DateTimeField(_("报送时间"))
    handed_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    is_late = models.BooleanField(_("逾期报送"), default=False)
    remark = models.CharField(_("意见"), max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HandInQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-handed_at", "-pk"]
        verbose_name = _("报送材料")
        verbose_name_plural = _("报送材料")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "requirement_code", "unit", "period", "copy"],
                condition=~Q(state=HandInState.RETURNED),
                name="handin_one_standing",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "campaign"], name="handin_waiting")]

    def __str__(self) -> str:
        return f"{self.requirement_code} {self.unit_id} {self.state}"


class PlannedNumber(models.Model):
    """计划数 that a unit gave before it is asked what came of it; another number is another row, the first one stays."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="planned_numbers")
    requirement_code = models.SlugField(max_length=60)
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="+")
    planned = models.PositiveIntegerField(_("计划数"))
    recorded_at = models.DateTimeField(_("填写时间"))
    recorded_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    # Why the superior has changed it after the day by which it was to be given.
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = PlannedNumberQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-pk"]
        verbose_name = _("计划数")
        verbose_name_plural = _("计划数")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "requirement_code", "unit"],
                condition=Q(superseded_at__isnull=True),
                name="plannednumber_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.requirement_code} {self.unit_id} {self.planned}"
