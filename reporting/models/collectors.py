"""统计接口: a unit's credentials for a platform's statistics, and the numbers of each day that came."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.kernel.crypto import EncryptedTextField
from reporting.choices import CollectorService
from reporting.querysets.collectors import CollectorQuerySet


class Collector(models.Model):
    """Credentials of one unit for one platform; the secret is written once and shown to nobody."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="collectors"
    )
    service = models.CharField(_("平台"), max_length=8, choices=CollectorService)
    identifier = models.CharField(_("应用编号"), max_length=80)
    secret = EncryptedTextField(_("密钥"))
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    fetched_at = models.DateTimeField(_("最近取数"), null=True, blank=True)
    problem = models.CharField(_("取数情况"), max_length=200, blank=True)

    objects = CollectorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["unit", "service"]
        verbose_name = _("统计接口")
        verbose_name_plural = _("统计接口")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "service"], name="collector_one_a_service")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.service}"


class Statistic(models.Model):
    """Numbers of one day; they stay when the credentials go."""

    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="statistics")
    service = models.CharField(max_length=8, choices=CollectorService)
    identifier = models.CharField(max_length=80)
    day = models.DateField(_("日期"))
    values = models.JSONField(
        default=dict, help_text="name -> count; what the platform did not give is missing"
    )
    fetched_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-day"]
        verbose_name = _("平台统计")
        verbose_name_plural = _("平台统计")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "service", "identifier", "day"], name="statistic_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.service} {self.day}"
