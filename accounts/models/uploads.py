"""Uploaded files: what was found in them, which forms they became, and what stood there before (undo)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import BatchState
from accounts.querysets.uploads import UploadBatchQuerySet
from orgs.kernel.crypto import EncryptedJSONField


class UploadBatch(models.Model):
    """One file of one person for one round. Its content stands encrypted and goes when it is imported or after a day."""

    round = models.ForeignKey(
        "accounts.CollectionRound", on_delete=models.PROTECT, related_name="upload_batches"
    )
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("上传单位"), on_delete=models.PROTECT, related_name="upload_batches"
    )
    by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="upload_batches")
    filename = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField(max_length=64, help_text="sha256 of the file")
    content = models.BinaryField(null=True, help_text="the file, encrypted; null once it is no longer needed")
    state = models.CharField(_("状态"), max_length=10, choices=BatchState, default=BatchState.CHECKING)
    all_or_nothing = models.BooleanField(default=False)
    rows_total = models.PositiveIntegerField(_("总行数"), default=0)
    accepted = models.PositiveIntegerField(_("可导入"), default=0)
    rejected = models.PositiveIntegerField(_("有错"), default=0)
    # {"errors": [...], "normalised": [...], "ignored_sheets": [...], "forms": [...]}: echoed values are masked, forms are not.
    report = EncryptedJSONField(default=dict)
    message = models.CharField(max_length=400, blank=True)
    job = models.ForeignKey("orgs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("上传时间"))
    imported_at = models.DateTimeField(_("导入时间"), null=True, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    objects = UploadBatchQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")

    def __str__(self) -> str:
        return f"{self.filename} {self.state}"


class UploadedForm(models.Model):
    """A form that a batch handed in: what was saved before, and the version it left, so that it can be taken back."""

    batch = models.ForeignKey(UploadBatch, on_delete=models.CASCADE, related_name="forms")
    submission = models.ForeignKey(
        "accounts.Submission", on_delete=models.CASCADE, related_name="uploaded_forms"
    )
    # {"status", "note", "rows": [{"values", "personal", "continues", "account_id"}]} before the import; null: no form.
    before = EncryptedJSONField(null=True)
    version_after = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("导入的收集表")
        verbose_name_plural = _("导入的收集表")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "submission"], name="uploadedform_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.submission_id}"
