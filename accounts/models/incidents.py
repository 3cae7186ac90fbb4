"""不良信息: category, times and handling only; no text, no image, no name (SUP-2.2.1c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import INCIDENT_MOVES, IncidentCategory, IncidentOutcome, IncidentState
from accounts.querysets.incidents import IncidentQuerySet
from orgs.kernel import clock

if TYPE_CHECKING:
    from accounts.models.accounts import Account
    from accounts.models.groups import Group

NO_TIME_YET = Q(handled_at__isnull=True, closed_at__isnull=True)
HANDLED_ONLY = Q(handled_at__isnull=False, closed_at__isnull=True)
BOTH_TIMES = Q(handled_at__isnull=False, closed_at__isnull=False)


class Incident(models.Model):
    """One piece of bad information on a channel: found, handled, closed. A grave one feeds SUP-4.4.4."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="incidents"
    )
    account = models.ForeignKey(
        "accounts.Account",
        verbose_name=_("账号"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
    )
    group = models.ForeignKey(
        "accounts.Group",
        verbose_name=_("群"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
    )
    category = models.CharField(_("类别"), max_length=40, choices=IncidentCategory)
    state = models.CharField(_("状态"), max_length=8, choices=IncidentState, default=IncidentState.FOUND)
    is_grave = models.BooleanField(_("重大失误"), default=False)
    grave_reason = models.CharField(_("认定或撤销重大失误的理由"), max_length=200, blank=True)
    grave_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    found_at = models.DateTimeField(_("发现时间"))
    handled_at = models.DateTimeField(_("处置时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"), default=clock.now)
    recorded_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    handled_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("处置结果"), max_length=200, blank=True, choices=IncidentOutcome)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-found_at", "-pk"]
        verbose_name = _("不良信息")
        verbose_name_plural = _("不良信息")
        indexes: ClassVar = [models.Index(fields=["unit", "found_at"], name="incident_unit_found")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(handled_at__isnull=True) | Q(handled_at__gte=F("found_at")))
                & (Q(closed_at__isnull=True) | Q(closed_at__gte=F("handled_at"))),
                name="incident_times_in_order",
            ),
            models.CheckConstraint(
                condition=(Q(state=IncidentState.FOUND) & NO_TIME_YET)
                | (Q(state=IncidentState.HANDLED) & HANDLED_ONLY)
                | (Q(state=IncidentState.CLOSED) & BOTH_TIMES),
                name="incident_state_has_times",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=True) | Q(group__isnull=True), name="incident_one_channel"
            ),
            models.CheckConstraint(
                condition=Q(is_grave=False) | ~Q(grave_reason=""), name="incident_grave_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.category}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:show-incident", args=[self.pk])

    @property
    def channel(self) -> Account | Group | None:
        """Where it stood, if it was one channel."""
        return self.account or self.group

    def may_move_to(self, state: str) -> bool:
        """Whether the table lists this step."""
        return state in INCIDENT_MOVES[self.state]
