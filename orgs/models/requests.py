"""变更申请: what units ask of their superiors."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.choices import RequestKind, RequestState
from orgs.kernel.crypto import EncryptedTextField
from orgs.querysets.requests import UnitChangeRequestQuerySet


class UnitChangeRequest(models.Model):
    """变更申请 from below: the unit asks, the superior approves; then the usual operation makes the change.

    `proposed`: name {"name", "short_name"} · contact {"telephone", "email", "address"} · base {"measure", "count", "year", "source"}.
    `before` holds what stood there when it was asked, in the same shape.
    """

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="change_requests"
    )
    kind = models.CharField(_("事项"), max_length=10, choices=RequestKind)
    proposed = models.JSONField(_("申请内容"), default=dict)
    before = models.JSONField(_("原内容"), default=dict)
    # What would stand in `proposed` but is personal (an office telephone may be a mobile).
    telephone = EncryptedTextField(blank=True)
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=RequestState, default=RequestState.OPEN)
    requested_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("办理时间"), null=True, blank=True)
    remark = models.CharField(_("意见"), max_length=200, blank=True)

    objects = UnitChangeRequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]
        verbose_name = _("变更申请")
        verbose_name_plural = _("变更申请")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=Q(state=RequestState.OPEN),
                name="unitchangerequest_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind} {self.state}"
