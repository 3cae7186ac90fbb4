"""毕业换届: an intake closed and the next one opened in one batch, so that it can be undone in one piece."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.querysets.turnover import IntakeTurnoverQuerySet


class IntakeTurnover(models.Model):
    """One batch: which branches of the intake were closed, which were opened below which superiors; undone until the week ends."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("范围"), on_delete=models.PROTECT, related_name="intake_turnovers"
    )
    closed_intake = models.PositiveSmallIntegerField(_("毕业年级"), null=True, blank=True)
    opened_intake = models.PositiveSmallIntegerField(_("新入学年级"), null=True, blank=True)
    closed_unit_ids = models.JSONField(default=list)
    opened_unit_ids = models.JSONField(default=list)
    reason = models.CharField(_("原因"), max_length=200)
    by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("办理时间"))
    undone_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects = IntakeTurnoverQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("毕业换届")
        verbose_name_plural = _("毕业换届")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.closed_intake} {self.at:%Y-%m-%d}"
