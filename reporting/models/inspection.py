"""Spot checks of groups (SUP-4.1b): the count is recorded, the grade computed, nothing is deleted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.choices import CheckGrade, CheckKind
from reporting.querysets.inspection import SpotCheckQuerySet


class SpotCheck(models.Model):
    """One group or account checked: items published on the last full day before. `direct_unit_id` is where it stood then (SUP-4.1c)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="spot_checks"
    )
    direct_unit = models.ForeignKey(
        "orgs.OrgUnit", on_delete=models.PROTECT, related_name="spot_checks_below"
    )
    group = models.ForeignKey(
        "accounts.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="spot_checks"
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="spot_checks"
    )
    draw = models.CharField(
        _("抽样编号"), max_length=40, help_text="one draw in a direct unit is one 次 (SUP-4.1c)"
    )
    kind = models.CharField(max_length=8, choices=CheckKind, default=CheckKind.POSTS)
    counted_on = models.DateField(_("抽查日"))
    posts = models.PositiveSmallIntegerField(_("发布信息条数"))
    grade = models.CharField(_("等次"), max_length=10, choices=CheckGrade)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    objects = SpotCheckQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-checked_at", "-pk"]
        verbose_name = _("抽查")
        verbose_name_plural = _("抽查")
        indexes: ClassVar = [models.Index(fields=["direct_unit", "checked_at"], name="spotcheck_direct_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.posts}"
