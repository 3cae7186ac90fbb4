"""What stands beside the lines of the audit ledger: their bodies, which can be erased, and the chain, which cannot."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.querysets.ledger import AuditLinkQuerySet


def new_salt() -> str:
    """128 bits: without it nobody finds a body by trying."""
    return secrets.token_hex(16)


class AuditBody(models.Model):
    """The words and numbers of one line. Can be erased of a person's data together with its salt, never changed else."""

    entry = models.OneToOneField(
        "orgs.AuditEntry", on_delete=models.PROTECT, primary_key=True, related_name="body"
    )
    salt = models.CharField(max_length=32, blank=True, default=new_salt)
    reason = models.CharField(max_length=400, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("操作记录正文")
        verbose_name_plural = _("操作记录正文")

    def __str__(self) -> str:
        return str(self.pk)


class AuditLink(models.Model):
    """One link of the chain over all lines, in the order in which they were sealed; append only (B5, J2)."""

    number = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 … without a gap")
    entry = models.OneToOneField("orgs.AuditEntry", on_delete=models.PROTECT, related_name="link")
    day = models.DateField(
        db_index=True, help_text="on which it was sealed; a day begins with the last link of another"
    )
    body_digest = models.CharField(
        max_length=64, blank=True, help_text="salted; empty: a line without a body"
    )
    digest = models.CharField(max_length=64)

    objects = AuditLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("操作记录链")
        verbose_name_plural = _("操作记录链")

    def __str__(self) -> str:
        return f"{self.number}:{self.digest[:16]}"
