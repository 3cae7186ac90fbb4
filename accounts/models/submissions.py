"""Forms of units: rows, cells to fix, and the time line of their review."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import STANDING_MOVES, SUBMISSION_MOVES, StepKind, SubmissionStatus
from accounts.exceptions import IllegalMove
from accounts.querysets.submissions import SubmissionQuerySet
from orgs.kernel.crypto import EncryptedJSONField


class Submission(models.Model):
    """One unit's form in one round. `desk` is the unit whose turn it is; `version` guards against two editors (C3)."""

    round = models.ForeignKey(
        "accounts.CollectionRound", on_delete=models.PROTECT, related_name="submissions"
    )
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="submissions")
    status = models.CharField(max_length=10, choices=SubmissionStatus, default=SubmissionStatus.DRAFT)
    desk = models.ForeignKey(
        "orgs.OrgUnit", on_delete=models.PROTECT, null=True, blank=True, related_name="desk_submissions"
    )
    version = models.PositiveIntegerField(default=1)
    attempt = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(_("备注"), max_length=400, blank=True)
    remark = models.CharField(_("退回理由"), max_length=400, blank=True)
    return_reasons = models.JSONField(default=list, blank=True)
    doubts = models.JSONField(
        default=list, blank=True, help_text="machine doubts at submission; no personal data"
    )
    # Empty where the machine has nothing to compare the form with: such a form is read by the reviewer alone.
    checks = models.JSONField(
        default=list, blank=True, help_text="machine checks that ran at submission, by code"
    )
    filled_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    receipt = models.CharField(max_length=20, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    # The page that saved last: it may go on saving without having seen its own new version (autosave, back button).
    saved_from = models.CharField(max_length=32, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    on_desk_since = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "unit"], name="submission_once"),
            models.CheckConstraint(
                condition=Q(status=SubmissionStatus.SUBMITTED, desk__isnull=False)
                | ~Q(status=SubmissionStatus.SUBMITTED),
                name="submission_has_desk",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["desk", "status"], name="submission_desk")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id} {self.status}"

    @property
    def is_clean(self) -> bool:
        """Compared with registry and bases, and nothing to verify was found: may be approved in bulk."""
        return bool(self.checks) and not self.doubts

    def move_to(self, status: str) -> None:
        """Step to a state the table allows; raises IllegalMove else. The caller saves."""
        moves = SUBMISSION_MOVES[self.status]
        if self.status in STANDING_MOVES and self.round.is_standing:
            moves |= STANDING_MOVES[self.status]
        if status not in moves:
            raise IllegalMove
        self.status = status


class SubmissionRow(models.Model):
    """One line of the annex: an account with one administrator; more administrators follow in rows with `continues`."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField()
    continues = models.BooleanField(default=False, help_text="a further administrator of the account above")
    values = models.JSONField(default=dict)
    personal = EncryptedJSONField(default=dict)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Accepted while other rows of the form went back: locked until the form is decided (partial approval).
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "position"], name="submissionrow_position")
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.position}"


class CellReturn(models.Model):
    """One cell to fix, with the reason the secretary reads."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="cell_returns")
    position = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=40)
    remark = models.CharField(max_length=200)
    returned_at = models.DateTimeField()
    fixed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.submission_id} {self.field}"


class ReviewStep(models.Model):
    """One line of a submission's time line: who, in which unit, did what, when, why."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind)
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    remark = models.CharField(max_length=400, blank=True)
    # The approval by which the form entered the registry; never taken back, so a past week stays as it was.
    is_final = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.kind}"
