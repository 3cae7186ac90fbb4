"""Duties that a superior lays on a unit: here the demand to replace an administrator (SUP-2.1.4)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.choices import DemandState
from reporting.querysets.duties import DemandQuerySet


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
