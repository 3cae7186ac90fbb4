"""Duties that a superior lays on a unit: replace an administrator, talk, explain, put right; and visits to it (SUP-2.1)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.choices import DemandState, DutyKind, DutyState
from reporting.querysets.duties import DemandQuerySet, DutyQuerySet


class Demand(models.Model):
    """要求更换管理员: who asks which unit to replace whom, until when, and what came of it (SUP-2.1.4, SUP-2.2.2)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="demands"
    )
    administratorship = models.ForeignKey(
        "accounts.Administratorship", on_delete=models.PROTECT, related_name="demands"
    )
    demanded_by_unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("提出单位"), on_delete=models.PROTECT, related_name="demands_made"
    )
    demanded_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    demanded_at = models.DateTimeField(_("提出时间"))
    reason = models.CharField(_("理由"), max_length=200)
    due_on = models.DateField(_("办理期限"), help_text=_("当天24时止"))
    state = models.CharField(_("状态"), max_length=10, choices=DemandState, default=DemandState.OPEN)
    # The event that met it: the lower floor knows nothing of demands.
    replacement = models.ForeignKey(
        "accounts.RegistryEvent", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(_("办理说明"), max_length=200, blank=True)
    closed_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    objects = DemandQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-demanded_at", "-pk"]
        verbose_name = _("更换要求")
        verbose_name_plural = _("更换要求")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["administratorship"], condition=Q(state=DemandState.OPEN), name="demand_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"


class Duty(models.Model):
    """督导台账: a talk, a written explanation, something to put right, or a visit; opened, due, answered, done.

    Clauses: SUP-2.1.2 (talk with the persons in charge), SUP-4.4.3 (written explanation), SUP-4.1d and RUR-3 (visits).
    It names units and offices, never a young person; what was said in a talk is not kept.
    """

    kind = models.CharField(_("类别"), max_length=8, choices=DutyKind)
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="duties"
    )
    made_by_unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("提出单位"), on_delete=models.PROTECT, related_name="duties_made"
    )
    made_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("提出时间"))
    reason = models.CharField(_("事由"), max_length=300)
    clause = models.CharField(_("依据"), max_length=20, blank=True)
    check_made = models.ForeignKey(
        "reporting.SpotCheck",
        verbose_name=_("相关抽查"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="duties",
    )
    due_on = models.DateField(_("办理期限"), null=True, blank=True, help_text=_("当天24时止"))
    held_on = models.DateField(_("约谈或走访日期"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=DutyState, default=DutyState.OPEN)
    answer = models.CharField(_("答复"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("办理结果"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        verbose_name = _("督导事项")
        verbose_name_plural = _("督导台账")
        indexes: ClassVar = [
            models.Index(fields=["unit", "made_at"], name="duty_unit"),
            models.Index(fields=["state", "due_on"], name="duty_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.unit_id} {self.state}"


class VisitSheet(models.Model):
    """走访记录 of RUR-3: groups built, youth in touch, content and frequency, activities on and offline. Blank is not looked at."""

    duty = models.OneToOneField(Duty, on_delete=models.CASCADE, related_name="visit_sheet")
    groups_built = models.PositiveIntegerField(_("已建群数"), null=True, blank=True)
    youth_in_touch = models.PositiveIntegerField(_("联系青年数"), null=True, blank=True)
    posts_per_week = models.PositiveIntegerField(_("平均每周发布条数"), null=True, blank=True)
    content = models.CharField(_("发布内容"), max_length=200, blank=True)
    online_activities = models.PositiveIntegerField(_("线上活动次数"), null=True, blank=True)
    offline_activities = models.PositiveIntegerField(_("线下活动次数"), null=True, blank=True)
    finding = models.CharField(_("走访意见"), max_length=300, blank=True)

    def __str__(self) -> str:
        return str(self.duty_id)
