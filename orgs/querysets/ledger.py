"""Set-level reads of jobs, messages and the audit ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from orgs.choices import DeliveryState, JobState
from orgs.kernel import clock
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import AuditEntry, AuditLink, Job, MailDelivery, Notification, User


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])

    def parts_of(self, job: Job) -> Self:
        """Jobs that do parts of this one's work."""
        return self.filter(params__part_of=job.pk)

    def stuck(self, silent_since: datetime) -> Self:
        """Jobs that failed, were called off, wait, or have not been heard of since that moment."""
        silent = Q(state=JobState.RUNNING, heartbeat_at__lt=silent_since)
        return self.filter(Q(state__in=[JobState.QUEUED, JobState.FAILED, JobState.CANCELLED]) | silent)


class NotificationQuerySet(ScopedQuerySet["Notification"]):
    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def addressed_to(self, user: User) -> Self:
        """Messages to the very units in which the person holds an office, not to those below."""
        return (
            self.visible_to(user)
            .filter(unit_id__in=user.units_in_charge().own_unit_ids())
            .select_related("unit")
        )


class MailDeliveryQuerySet(ScopedQuerySet["MailDelivery"]):
    unit_lookup = "notification__unit"

    def due(self) -> Self:
        """Mails to send now: their quiet hours are over and they were not sent."""
        return self.filter(state=DeliveryState.WAITING, not_before__lte=clock.now())

    def failed(self) -> Self:
        """Mails that could not be delivered."""
        return self.filter(state=DeliveryState.FAILED)


class AuditEntryQuerySet(ScopedQuerySet["AuditEntry"]):
    def for_object(self, object_type: str, object_id: object) -> Self:
        return self.filter(object_type=object_type, object_id=str(object_id))

    def for_audit_list(self) -> Self:
        return self.with_bodies().select_related("by", "unit")

    def with_bodies(self) -> Self:
        """With the reason and the detail of each line."""
        return self.select_related("body")

    def unsealed(self) -> Self:
        """Lines that are not yet in the chain (operations/audit_chain.py)."""
        return self.filter(link__isnull=True)


class AuditLinkQuerySet(models.QuerySet["AuditLink"]):
    def head(self) -> AuditLink | None:
        """The last link, which vouches for all before it."""
        return self.order_by("-number").first()
