"""Platforms as data (WB-3.1, MS-2.1)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import (
    PlatformKind,
)
from accounts.querysets.platforms import PlatformQuerySet


class Platform(models.Model):
    """A platform as data; a closed one (Tencent weibo) is historic and takes no new accounts."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    kind = models.CharField(_("类别"), max_length=10, choices=PlatformKind)
    is_historic = models.BooleanField(_("已停止服务"), default=False)
    # How an identifier of this platform looks: "" takes anything; the patterns stand in accounts/naming.py.
    identifier_rule = models.CharField(_("账号格式"), max_length=20, blank=True)
    url_pattern = models.CharField(
        _("主页地址"), max_length=120, blank=True, help_text=_("可用 {identifier}")
    )
    takes_groups = models.BooleanField(_("可建群"), default=False)
    most_per_unit = models.PositiveSmallIntegerField(
        _("每个团组织最多"), null=True, blank=True, help_text=_("超出时提示核实，不阻止")
    )
    position = models.PositiveSmallIntegerField(_("排序"), default=0)

    objects = PlatformQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "code"]
        verbose_name = _("平台")
        verbose_name_plural = _("平台")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)
