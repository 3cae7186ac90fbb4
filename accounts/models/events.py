"""Registry events: what happened to an account, a group or an administrator. Append only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import EventKind
from accounts.querysets.events import RegistryEventQuerySet


class RegistryEvent(models.Model):
    """One change of the registry; the weekly report counts these, nobody types them again (SUP-4.1a)."""

    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="registry_events")
    kind = models.CharField(_("类型"), max_length=16, choices=EventKind)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    group = models.ForeignKey(
        "accounts.Group", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    administratorship = models.ForeignKey(
        "accounts.Administratorship", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    submission = models.ForeignKey(
        "accounts.Submission", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    changes = models.JSONField(
        _("变更"), default=dict, blank=True, help_text="field -> [old, new]; never personal data"
    )

    objects = RegistryEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("变更记录")
        verbose_name_plural = _("变更记录")
        indexes: ClassVar = [
            models.Index(fields=["at"], name="registryevent_at"),
            models.Index(fields=["unit", "at"], name="registryevent_unit"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(account__isnull=False)
                | Q(group__isnull=False)
                | Q(administratorship__isnull=False),
                name="registryevent_has_object",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id}"
