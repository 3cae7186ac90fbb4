"""Official accounts, as they are and as they were, and their opening checklist."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import (
    LARGEST_COUNT,
    AccountPurpose,
    AccountStatus,
    CheckItem,
)
from accounts.querysets.accounts import AccountQuerySet
from orgs.kernel.crypto import EncryptedTextField
from orgs.kernel.versions import Version, one_current

AT_MOST = [MaxValueValidator(LARGEST_COUNT)]


class Account(models.Model):
    """An official account of one unit (UNI-1.2.1). `identifier` is stable, the nickname may change."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="accounts"
    )
    platform = models.ForeignKey(
        "accounts.Platform", verbose_name=_("平台"), on_delete=models.PROTECT, related_name="accounts"
    )
    identifier = models.CharField(_("账号"), max_length=60)
    identifier_key = models.CharField(max_length=60, editable=False, help_text="case-folded identifier")
    nickname = models.CharField(_("昵称"), max_length=120, blank=True)
    purpose = models.CharField(
        _("用途"), max_length=12, choices=AccountPurpose, default=AccountPurpose.ORGANISATION
    )
    status = models.CharField(_("状态"), max_length=8, choices=AccountStatus, default=AccountStatus.OPEN)
    opened_on = models.DateField(_("开通日期"), null=True, blank=True)
    closed_on = models.DateField(_("注销日期"), null=True, blank=True)
    contacts = models.PositiveIntegerField(_("联系人数"), null=True, blank=True, validators=AT_MOST)
    own_members = models.PositiveIntegerField(
        _("其中：本单位团员"), null=True, blank=True, validators=AT_MOST
    )
    declared_groups = models.PositiveIntegerField(
        _("微信群（讨论组）个数"), null=True, blank=True, validators=AT_MOST
    )
    counted_on = models.DateField(_("计数日期"), null=True, blank=True)
    # UNI-3.1: the main leader is the first person responsible; a person, so encrypted, and masked on pages.
    responsible_name = EncryptedTextField(_("第一责任人"), blank=True)
    responsible_post = models.CharField(_("第一责任人职务"), max_length=40, blank=True)
    is_verified = models.BooleanField(_("已认证"), null=True, blank=True)
    follows_superior = models.BooleanField(_("已关注上级账号"), null=True, blank=True)
    bound_to = models.ForeignKey(
        "self",
        verbose_name=_("绑定账号"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="bound_accounts",
        help_text="MS-2.1",
    )
    succeeds = models.ForeignKey(
        "self",
        verbose_name=_("接续账号"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="successors",
        help_text="WB-5",
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged_from"
    )
    # 信息无误: when the unit last said that everything is still right.
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        # Closed ids are asked for as well, by the public check.
        indexes: ClassVar = [models.Index(fields=["platform", "identifier_key"], name="account_identifier")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "identifier_key"],
                condition=Q(status__in=[AccountStatus.PLANNED, AccountStatus.OPEN, AccountStatus.DORMANT]),
                name="account_once_per_platform",
            )
        ]

    def __str__(self) -> str:
        return self.nickname or self.identifier


class AccountVersion(Version):
    """The facts of an account that the weekly close reads, as they were."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="versions")
    unit_id = models.BigIntegerField()
    platform_id = models.CharField(max_length=20)
    nickname = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=12)
    status = models.CharField(max_length=8)
    contacts = models.PositiveIntegerField(null=True)
    own_members = models.PositiveIntegerField(null=True)
    declared_groups = models.PositiveIntegerField(null=True)
    follows_superior = models.BooleanField(null=True)

    FACTS: ClassVar[tuple[str, ...]] = (
        "unit_id", "platform_id", "nickname", "purpose", "status", "contacts", "own_members", "declared_groups",
        "follows_superior",
    )  # fmt: skip

    class Meta:
        constraints: ClassVar = [one_current("account", name="accountversion_one_current")]
        indexes: ClassVar = [
            models.Index(fields=["valid_from", "valid_to"], name="accountversion_as_of"),
            models.Index(fields=["unit_id", "valid_from"], name="accountversion_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.valid_from:%Y-%m-%d}"


class AccountCheck(models.Model):
    """One line of an account's opening checklist or branding check, and who looked when (WB-4.3, MS-3.2, WB-3.2c, MS-2.2c).

    Looked at again it is a row of its own: a week that is over is judged by what was known on its Sunday.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="checks")
    item = models.CharField(_("项目"), max_length=20, choices=CheckItem)
    is_met = models.BooleanField(_("已做到"))
    checked_at = models.DateTimeField(_("核对时间"))
    checked_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    superseded_at = models.DateTimeField(_("再次核对时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("开通核对")
        verbose_name_plural = _("开通核对")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "item"],
                condition=models.Q(superseded_at__isnull=True),
                name="accountcheck_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.item}"
