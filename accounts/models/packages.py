"""上报: the packages of directly affiliated committees."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.choices import PackageStatus
from accounts.querysets.packages import PackageQuerySet


class Package(models.Model):
    """上报: a directly affiliated committee's whole return for one round; it may go up incomplete with its rest list."""

    round = models.ForeignKey("accounts.CollectionRound", on_delete=models.PROTECT, related_name="packages")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="packages")
    status = models.CharField(max_length=10, choices=PackageStatus, default=PackageStatus.PREPARING)
    n_expected = models.PositiveIntegerField(default=0)
    n_approved = models.PositiveIntegerField(default=0)
    missing_unit_ids = models.JSONField(default=list, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.CharField(max_length=400, blank=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "unit"], name="package_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id} {self.status}"
