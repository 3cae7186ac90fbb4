"""The registry: platforms, accounts, groups, administrators, and each of them as it was."""

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
    GroupKind,
    GroupStatus,
    PlatformKind,
)
from accounts.querysets.registry import (
    AccountQuerySet,
    AdministratorshipQuerySet,
    GroupQuerySet,
    PlatformQuerySet,
)
from orgs.kernel.crypto import EncryptedTextField
from orgs.kernel.versions import Version, one_current

AT_MOST = [MaxValueValidator(LARGEST_COUNT)]


class Platform(models.Model):
    """A platform as data; a closed one (Tencent weibo) is historic and takes no new accounts."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    kind = models.CharField(_("类别"), max_length=10, choices=PlatformKind)
    is_historic = models.BooleanField(_("已停止服务"), default=False)
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


class Account(models.Model):
    """An official account of one unit (UNI-1.2.1). `identifier` is stable, the nickname may change."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="accounts"
    )
    platform = models.ForeignKey(
        Platform, verbose_name=_("平台"), on_delete=models.PROTECT, related_name="accounts"
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
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
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

    FACTS: ClassVar[tuple[str, ...]] = (
        "unit_id", "platform_id", "nickname", "purpose", "status", "contacts", "own_members", "declared_groups",
    )  # fmt: skip

    class Meta:
        constraints: ClassVar = [one_current("account", name="accountversion_one_current")]
        indexes: ClassVar = [
            models.Index(fields=["valid_from", "valid_to"], name="accountversion_as_of"),
            models.Index(fields=["unit_id", "valid_from"], name="accountversion_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.valid_from:%Y-%m-%d}"


class Group(models.Model):
    """A group (微信群、讨论组) of one unit, or a QQ group in good use as its substitute (RUR-1.2)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="groups"
    )
    kind = models.CharField(_("类型"), max_length=20, choices=GroupKind)
    platform = models.ForeignKey(
        Platform, verbose_name=_("平台"), on_delete=models.PROTECT, related_name="groups"
    )
    name = models.CharField(_("群名称"), max_length=120)
    members = models.PositiveIntegerField(_("群成员数"), null=True, blank=True, validators=AT_MOST)
    outstanding_members = models.PositiveIntegerField(
        _("优秀团员数"), null=True, blank=True, validators=AT_MOST
    )
    youth = models.PositiveIntegerField(_("联系青年数"), null=True, blank=True, validators=AT_MOST)
    topic = models.CharField(_("微话题"), max_length=120, blank=True)
    status = models.CharField(_("状态"), max_length=8, choices=GroupStatus, default=GroupStatus.OPEN)
    opened_on = models.DateField(_("建群日期"), null=True, blank=True)
    closed_on = models.DateField(_("解散日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("群")
        verbose_name_plural = _("群")

    def __str__(self) -> str:
        return self.name


class GroupVersion(Version):
    """The facts of a group that the weekly close reads, as they were."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="versions")
    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    platform_id = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8)
    members = models.PositiveIntegerField(null=True)
    outstanding_members = models.PositiveIntegerField(null=True)
    youth = models.PositiveIntegerField(null=True)

    FACTS: ClassVar[tuple[str, ...]] = (
        "unit_id", "kind", "platform_id", "name", "status", "members", "outstanding_members", "youth",
    )  # fmt: skip

    class Meta:
        constraints: ClassVar = [one_current("group", name="groupversion_one_current")]
        indexes: ClassVar = [
            models.Index(fields=["valid_from", "valid_to"], name="groupversion_as_of"),
            models.Index(fields=["unit_id", "valid_from"], name="groupversion_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.valid_from:%Y-%m-%d}"


class Administratorship(models.Model):
    """One person's term as administrator of an account or a group (SUP-2.2.2). The person stands encrypted."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="administratorships"
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="administratorships"
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="administratorships"
    )
    name = EncryptedTextField(_("姓名"), blank=True)
    wechat_id = EncryptedTextField(_("微信号"), blank=True)
    nickname = EncryptedTextField(_("微信昵称"), blank=True)
    qq = EncryptedTextField(_("QQ号"), blank=True)
    mobile = EncryptedTextField(_("手机"), blank=True)
    mobile_index = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    name_index = models.CharField(max_length=64, blank=True, editable=False)
    started_at = models.DateTimeField(_("起"))
    ended_at = models.DateTimeField(_("止"), null=True, blank=True)
    end_reason = models.CharField(_("更换原因"), max_length=200, blank=True)
    on_demand_of = models.ForeignKey(
        "orgs.OrgUnit",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="SUP-2.1.4",
    )
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )

    objects = AdministratorshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("管理员任职")
        verbose_name_plural = _("管理员任职")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(account__isnull=False, group__isnull=False), name="administratorship_one_channel"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.started_at:%Y-%m-%d}"


class AdministratorshipVersion(Version):
    """Whether a person was administrator of which unit's channel at a moment; no personal data."""

    administratorship = models.ForeignKey(
        Administratorship, on_delete=models.CASCADE, related_name="versions"
    )
    unit_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    group_id = models.BigIntegerField(null=True)

    FACTS: ClassVar[tuple[str, ...]] = ("unit_id", "account_id", "group_id")

    class Meta:
        constraints: ClassVar = [one_current("administratorship", name="adminversion_one_current")]
        indexes: ClassVar = [models.Index(fields=["valid_from", "valid_to"], name="adminversion_as_of")]

    def __str__(self) -> str:
        return f"{self.administratorship_id} {self.valid_from:%Y-%m-%d}"
