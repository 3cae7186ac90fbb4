"""Administrators: terms of office, and where they stood (SUP-2.2.2)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.masks import MASKS
from accounts.querysets.administrators import AdministratorshipQuerySet
from orgs.kernel.crypto import EncryptedTextField
from orgs.kernel.versions import Version, one_current


class Administratorship(models.Model):
    """One person's term as administrator of an account or a group (SUP-2.2.2). The person stands encrypted."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="administratorships"
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="administratorships"
    )
    group = models.ForeignKey(
        "accounts.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="administratorships"
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

    @property
    def chosen_as(self) -> str:
        """What a box to tick says of it; the person masked."""
        return f"{MASKS['name'](self.name)} {self.unit.name}".strip()

    @property
    def person_key(self) -> str:
        """Tells that two terms are one person's: the index of the mobile; "" where no mobile is known."""
        return self.mobile_index


class AdministratorshipVersion(Version):
    """Whether a person was administrator of which unit's channel at a moment.

    `person_key` tells two terms of one person apart from terms of two (R3); it is a keyed digest, and wiped with the
    person (B6).
    """

    administratorship = models.ForeignKey(
        Administratorship, on_delete=models.CASCADE, related_name="versions"
    )
    unit_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    group_id = models.BigIntegerField(null=True)
    person_key = models.CharField(max_length=64, blank=True)

    FACTS: ClassVar[tuple[str, ...]] = ("unit_id", "account_id", "group_id", "person_key")

    class Meta:
        constraints: ClassVar = [one_current("administratorship", name="adminversion_one_current")]
        indexes: ClassVar = [models.Index(fields=["valid_from", "valid_to"], name="adminversion_as_of")]

    def __str__(self) -> str:
        return f"{self.administratorship_id} {self.valid_from:%Y-%m-%d}"
