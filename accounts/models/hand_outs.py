"""账号发放: accounts that the centre or the platform prepared, handed to the units they were made for (WB-4, MS-2.5)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import HandedState
from accounts.querysets.hand_outs import HandedAccountQuerySet, HandOutQuerySet
from orgs.kernel.crypto import EncryptedTextField


class HandOut(models.Model):
    """One delivery of prepared accounts of a platform, from `unit` to units below it."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("发放单位"), on_delete=models.PROTECT, related_name="hand_outs"
    )
    platform = models.ForeignKey(
        "accounts.Platform", verbose_name=_("平台"), on_delete=models.PROTECT, related_name="hand_outs"
    )
    title = models.CharField(_("名称"), max_length=80)
    source = models.CharField(_("依据"), max_length=40, blank=True, help_text="a rule id, such as MS-2.5")
    created_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("建立时间"))

    objects = HandOutQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = _("账号发放")
        verbose_name_plural = _("账号发放")

    def __str__(self) -> str:
        return self.title


class HandedAccount(models.Model):
    """A prepared user name of one unit. Its first password is sealed: encrypted, shown once to the unit, then wiped."""

    hand_out = models.ForeignKey(HandOut, on_delete=models.CASCADE, related_name="accounts")
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="handed_accounts"
    )
    user_name = models.CharField(_("用户名"), max_length=60)
    user_name_key = models.CharField(max_length=60, editable=False, help_text="case-folded user name")
    # NULL once opened or withdrawn: of an encrypted column the database can check nothing else.
    secret = EncryptedTextField(_("初始密码"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=HandedState, default=HandedState.SEALED)
    opened_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(_("领取时间"), null=True, blank=True)
    # First use: the unit has signed in, changed the password (MS-3.2) and registered the account.
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="handed_as"
    )
    used_at = models.DateTimeField(_("启用时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True, blank=True)
    reason = models.CharField(_("收回原因"), max_length=200, blank=True)

    objects = HandedAccountQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["hand_out_id", "unit_id"]
        verbose_name = _("发放的账号")
        verbose_name_plural = _("发放的账号")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hand_out", "user_name_key"],
                condition=~Q(state=HandedState.WITHDRAWN),
                name="handedaccount_once",
            ),
            models.CheckConstraint(
                condition=Q(state=HandedState.SEALED) | Q(secret__isnull=True),
                name="handedaccount_secret_wiped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.user_name}"
