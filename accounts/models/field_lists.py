"""Collection forms as data: versioned lists of fields (UNI-A is the first)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.querysets.field_lists import FieldListQuerySet


class FieldList(models.Model):
    """A form as data: ordered fields with group, label, type, check, personal or not, registry target (UNI-A first).

    `fields`: [{"code", "group", "label", "hint", "type": "text|count|mobile|qq|wechat_id", "required", "personal", "target", "max_length"}].
    """

    code = models.CharField(_("代码"), max_length=20)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    title = models.CharField(_("名称"), max_length=80)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    clause = models.CharField(_("依据"), max_length=20, blank=True)
    fields = models.JSONField(_("字段"))

    objects = FieldListQuerySet.as_manager()

    class Meta:
        verbose_name = _("收集表")
        verbose_name_plural = _("收集表")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="fieldlist_version")
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str, int]:
        return (self.code, self.version)
