"""不良信息: category, times and handling only; no text, no image, no name (SUP-2.2.1c)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import IncidentState
from accounts.querysets.registry import IncidentQuerySet


class Incident(models.Model):
    """One piece of bad information on a channel: found, handled, closed. A grave one feeds SUP-4.4.4."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="incidents"
    )
    category = models.CharField(_("类别"), max_length=40)
    state = models.CharField(_("状态"), max_length=8, choices=IncidentState, default=IncidentState.FOUND)
    is_grave = models.BooleanField(_("重大失误"), default=False)
    found_at = models.DateTimeField(_("发现时间"))
    handled_at = models.DateTimeField(_("处置时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    recorded_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("处置结果"), max_length=200, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-found_at"]
        verbose_name = _("不良信息")
        verbose_name_plural = _("不良信息")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.category}"
