"""Tokens of the read interface."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.querysets.tokens import ApiTokenQuerySet


class ApiToken(models.Model):
    """接口令牌: reads what `user` may read, within the subtree of `unit`. Only the hash is stored."""

    user = models.ForeignKey("orgs.User", on_delete=models.CASCADE, related_name="api_tokens")
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("范围"), on_delete=models.CASCADE, related_name="api_tokens"
    )
    title = models.CharField(_("用途"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    # What a person recognises a token by; too short to help anybody guess the rest.
    prefix = models.CharField(max_length=8, editable=False)
    created_at = models.DateTimeField(_("建立时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    last_used_on = models.DateField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return f"{self.title} {self.prefix}…"
