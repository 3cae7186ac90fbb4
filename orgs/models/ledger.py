"""What every app writes down: jobs, messages, the audit ledger, idempotency keys, the demo clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.audit_words import WORDS
from orgs.choices import DeliveryState, JobState
from orgs.querysets.ledger import (
    AuditEntryQuerySet,
    JobQuerySet,
    MailDeliveryQuerySet,
    NotificationQuerySet,
)

if TYPE_CHECKING:
    from orgs.models.audit import AuditBody


class Job(models.Model):
    """One piece of background work. The row is the truth, the broker only the doorbell; `key` makes it happen once."""

    task = models.CharField(max_length=80)
    key = models.CharField(max_length=120, unique=True)
    params = models.JSONField(default=dict, help_text="ids only")
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        "orgs.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        indexes: ClassVar = [models.Index(fields=["state", "heartbeat_at"], name="job_state")]

    def __str__(self) -> str:
        return self.key


class Notification(models.Model):
    """A message to the people of one unit (returned, reminded, accepted …), tied to the object it is about."""

    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = _("消息")
        verbose_name_plural = _("消息")

    def __str__(self) -> str:
        return self.text


class MailDelivery(models.Model):
    """A message that also goes out by mail to one person. The address stays with the person; the log names none."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey("orgs.User", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    not_before = models.DateTimeField(help_text="after the quiet hours")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True, help_text="class of the failure, never an address")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MailDeliveryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = _("邮件发送")
        verbose_name_plural = _("邮件发送")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notification", "user"], name="maildelivery_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "not_before"], name="maildelivery_due")]

    def __str__(self) -> str:
        return f"{self.notification_id} {self.state}"


class SavedView(models.Model):
    """常用视图: a list's filters and columns under a name, for one person."""

    user = models.ForeignKey("orgs.User", on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=40, help_text="URL name of the list")
    title = models.CharField(_("名称"), max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    columns = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["title"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "page", "title"], name="savedview_once")
        ]

    def __str__(self) -> str:
        return self.title


class AuditEntry(models.Model):
    """Append-only ledger of who did what to which object, when and why (reliability B5).

    Why, and the numbers, stand in its `body` (models/audit.py), where there is anything to say.
    """

    at = models.DateTimeField()
    by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    unit = models.ForeignKey(
        "orgs.OrgUnit",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    request_id = models.CharField(max_length=32, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["unit", "at"], name="audit_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"

    @property
    def words(self) -> str:
        """What was done, in words."""
        return str(WORDS.get(self.verb, self.verb))

    @property
    def reason(self) -> str:
        """Why; lists read the body along (`with_bodies`)."""
        body: AuditBody | None = getattr(self, "body", None)
        return body.reason if body else ""

    @property
    def detail(self) -> dict[str, Any]:
        """Ids, counts and codes."""
        body: AuditBody | None = getattr(self, "body", None)
        return body.detail if body else {}


class IdempotencyKey(models.Model):
    """A POST that creates is answered once; a repetition with the same key gets the first answer's address."""

    user = models.ForeignKey("orgs.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    location = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return self.key


class ClockOffset(models.Model):
    """Seconds by which a demo's or a test's clock runs ahead, in every process; kernel/clock.py reads and writes it."""

    seconds = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.seconds)
