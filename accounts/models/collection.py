"""The collection form: field lists as data, rounds, who is expected, submissions, packages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import SUBMISSION_MOVES, PackageStatus, StepKind, SubmissionStatus
from accounts.exceptions import IllegalMove
from accounts.querysets.collection import (
    CollectionRoundQuerySet,
    ExpectedQuerySet,
    FieldListQuerySet,
    PackageQuerySet,
    SubmissionQuerySet,
)
from orgs.choices import Kind
from orgs.kernel.crypto import EncryptedJSONField


class FieldList(models.Model):
    """A form as data: ordered fields with group, label, type, check, personal or not, registry target (UNI-A first).

    `fields`: [{"code", "group", "label", "hint", "type": "text|count|mobile|qq|wechat_id", "required", "personal", "target", "max_length"}].
    """

    code = models.CharField(_("代码"), max_length=20)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    title = models.CharField(_("名称"), max_length=80)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    clause = models.CharField(_("依据"), max_length=20, blank=True)
    fields = models.JSONField(_("字段"))

    objects = FieldListQuerySet.as_manager()

    class Meta:
        verbose_name = _("收集表")
        verbose_name_plural = _("收集表")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="fieldlist_version")
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str, int]:
        return (self.code, self.version)


class CollectionRound(models.Model):
    """收集任务: a form, the subtree it goes to, which kinds and intakes, and until when (UNI-3.3)."""

    title = models.CharField(_("名称"), max_length=120)
    field_list = models.ForeignKey(
        FieldList, verbose_name=_("收集表"), on_delete=models.PROTECT, related_name="rounds"
    )
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("发起单位"), on_delete=models.PROTECT, related_name="rounds"
    )
    kinds = models.JSONField(_("填报类型"), default=list)
    intake_years = models.JSONField(_("年级"), default=list, blank=True, help_text=_("留空为全部年级"))
    clause = models.CharField(_("依据"), max_length=20, blank=True)
    opens_at = models.DateTimeField(_("开始"))
    deadline_at = models.DateTimeField(_("截止"))
    # The kind of unit whose approval lets data into the registry; "" = the committee directly under the province.
    entry_kind = models.CharField(_("入库级别"), max_length=20, blank=True, choices=Kind)
    launched_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    launched_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CollectionRoundQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opens_at", "-pk"]
        verbose_name = _("收集任务")
        verbose_name_plural = _("收集任务")

    def __str__(self) -> str:
        return self.title


class Expected(models.Model):
    """应填: a unit that a round expects, with its own deadline; the list is fixed at launch, exemptions carry a reason."""

    round = models.ForeignKey(CollectionRound, on_delete=models.CASCADE, related_name="expected")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="expected")
    deadline_at = models.DateTimeField()
    exempt_reason = models.CharField(max_length=200, blank=True)

    objects = ExpectedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "unit"], name="expected_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id}"


class Submission(models.Model):
    """One unit's form in one round. `desk` is the unit whose turn it is; `version` guards against two editors (C3)."""

    round = models.ForeignKey(CollectionRound, on_delete=models.PROTECT, related_name="submissions")
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

    def move_to(self, status: str) -> None:
        """Step to a state the table allows; raises IllegalMove else. The caller saves."""
        if status not in SUBMISSION_MOVES[self.status]:
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

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.kind}"


class Package(models.Model):
    """上报: a directly affiliated committee's whole return for one round; it may go up incomplete with its rest list."""

    round = models.ForeignKey(CollectionRound, on_delete=models.PROTECT, related_name="packages")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="packages")
    status = models.CharField(max_length=10, choices=PackageStatus, default=PackageStatus.PREPARING)
    n_expected = models.PositiveIntegerField(default=0)
    n_approved = models.PositiveIntegerField(default=0)
    missing_unit_ids = models.JSONField(default=list, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.CharField(max_length=400, blank=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "unit"], name="package_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id} {self.status}"
