"""Spot checks of groups (SUP-4.1b): the count is recorded, the grade computed, nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.choices import CheckGrade, CheckKind
from reporting.querysets.inspection import CheckPhotoQuerySet, SpotCheckQuerySet

if TYPE_CHECKING:
    from datetime import datetime


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
    # What a call told, in a line: nothing is counted in it.
    note = models.CharField(_("了解到的情况"), max_length=200, blank=True)
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

    @property
    def recorded_at(self) -> datetime:
        """When it was entered: the time to object runs from there."""
        return self.checked_at

    @property
    def recorded_by_id(self) -> int:
        """Who looked first, and looks no second time."""
        return self.checked_by_id

    @property
    def channel_name(self) -> str:
        """The group or account looked at; of neither, the unit."""
        return str(self.group or self.account or self.unit)


class CheckPhoto(models.Model):
    """An image that a check needs, masked by who took it, re-encoded, and deleted 90 days after the objection window.

    None by default (product.md 6). The row stays when the file is gone, and says when.
    """

    check_made = models.ForeignKey(SpotCheck, on_delete=models.PROTECT, related_name="photos")
    # Stored under a name of ours, encrypted; the uploader's name is not kept.
    stored_name = models.CharField(max_length=80)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    purpose = models.CharField(_("用途"), max_length=100)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    delete_from = models.DateField(_("到期删除日"))
    deleted_at = models.DateTimeField(_("已删除"), null=True, blank=True)

    objects = CheckPhotoQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["taken_at", "pk"]
        verbose_name = _("抽查图片")
        verbose_name_plural = _("抽查图片")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_made", "sha256"], name="checkphoto_once")
        ]

    def __str__(self) -> str:
        return f"{self.check_made_id} {self.taken_at:%Y-%m-%d}"
