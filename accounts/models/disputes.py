"""争议: two units claim the same account (or the same administrator's mobile); a common superior settles it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import DisputeState
from accounts.querysets.disputes import DisputeQuerySet


class Dispute(models.Model):
    """`unit` says that `account`, registered by another unit, is its own. Neither side reads the other's data."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("申请单位"), on_delete=models.PROTECT, related_name="disputes"
    )
    account = models.ForeignKey(
        "accounts.Account", verbose_name=_("账号"), on_delete=models.PROTECT, related_name="disputes"
    )
    # The unit that held the account when the dispute began, and the nearest superior of both, who settles it.
    against = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="disputes_against")
    arbiter = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="disputes_to_settle")
    reason = models.CharField(_("理由"), max_length=200)
    state = models.CharField(_("状态"), max_length=12, choices=DisputeState, default=DisputeState.OPEN)
    opened_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("提出时间"))
    settled_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    outcome = models.CharField(_("核实意见"), max_length=200, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        verbose_name = _("争议")
        verbose_name_plural = _("争议")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "account"], condition=Q(state=DisputeState.OPEN), name="dispute_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.account_id} {self.state}"
