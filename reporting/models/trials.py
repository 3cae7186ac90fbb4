"""试算 of many units: the text that a job tries out, and what it has found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.querysets.trials import PackTrialQuerySet


class PackTrial(models.Model):
    """A pack that its writer has tried out, for the writer only; it goes with its job (`JOBS_KEPT_DAYS`).

    `found` holds ids, counts and names of accounts or groups as `operations/trial_jobs.py` writes them, or the problems
    that came up; nothing until the job is done.
    """

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("部署单位"), on_delete=models.CASCADE, related_name="+"
    )
    campaign = models.ForeignKey(
        "reporting.Campaign", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    seen = models.PositiveSmallIntegerField(default=0, help_text="newest version its writer had seen")
    source = models.TextField(_("内容（YAML）"))
    job = models.OneToOneField("orgs.Job", on_delete=models.CASCADE, null=True, related_name="pack_trial")
    tried_at = models.DateTimeField(_("试算时间"), null=True, blank=True)
    found = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey("orgs.User", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    objects = PackTrialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("部署试算")
        verbose_name_plural = _("部署试算")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.created_at:%Y-%m-%d %H:%M}"
