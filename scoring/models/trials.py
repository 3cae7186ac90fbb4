"""试算 of many units: the scheme that a job tries out on which weeks, and what each unit would get."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from scoring.querysets import SchemeTrialQuerySet


class SchemeTrial(models.Model):
    """A scheme that somebody has tried out, for themselves only; it goes with its job (`JOBS_KEPT_DAYS`).

    Of an edition, or of a text that isn't kept yet. `found` holds units' ids and points as `operations/trial_jobs.py`
    writes them; nothing until the job is done, and nothing that an assessment reads.
    """

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("考评单位"), on_delete=models.CASCADE, related_name="+"
    )
    scheme = models.ForeignKey(
        "scoring.Scheme", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    other = models.ForeignKey(
        "scoring.Scheme",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="edition it is compared with",
    )
    source = models.TextField(_("内容（YAML）"), blank=True, help_text="of a scheme that isn't kept yet")
    year = models.PositiveSmallIntegerField(_("年度"))
    first = models.PositiveSmallIntegerField(_("从第几周"), default=1)
    last = models.PositiveSmallIntegerField(_("到第几周"), default=53)
    job = models.OneToOneField("orgs.Job", on_delete=models.CASCADE, null=True, related_name="scheme_trial")
    tried_at = models.DateTimeField(_("试算时间"), null=True, blank=True)
    found = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey("orgs.User", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    objects = SchemeTrialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("考评方案试算")
        verbose_name_plural = _("考评方案试算")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year} W{self.first}–W{self.last}"

    def get_absolute_url(self) -> str:
        return reverse("scoring:show-scheme-trial", args=[self.pk])
