"""Requests to erase what is known of one person (PIPL 47)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.kernel.crypto import EncryptedTextField
from orgs.querysets.people import ErasureQuerySet


class Erasure(models.Model):
    """One person to be erased, by mobile or user name; who it was is forgotten with the rest."""

    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="+")
    who = EncryptedTextField(blank=True, help_text="mobile or user name; empty once done")
    reason = models.CharField(_("原因"), max_length=200)
    asked_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("申请时间"))
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    # {"changed": {place: rows}, "kept": {place: rows}, "files": number}: places and counts, nothing of the person.
    result = models.JSONField(default=dict, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        verbose_name = _("个人信息删除")
        verbose_name_plural = _("个人信息删除")

    def __str__(self) -> str:
        return f"{self.pk}"
