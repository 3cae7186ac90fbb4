"""How the office of a unit is reached."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.kernel.crypto import EncryptedTextField


class UnitContact(models.Model):
    """联系方式 of a unit's office, not of a person: telephone, mail box, address."""

    unit = models.OneToOneField(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.CASCADE, related_name="contact"
    )
    # Encrypted: some offices have nothing but somebody's mobile.
    telephone = EncryptedTextField(_("办公电话"), blank=True)
    email = models.EmailField(_("公务邮箱"), blank=True)
    address = models.CharField(_("办公地址"), max_length=200, blank=True)
    updated_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("联系方式")
        verbose_name_plural = _("联系方式")

    def __str__(self) -> str:
        return f"{self.unit_id}"
