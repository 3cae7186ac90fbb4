"""周报告: what a directly affiliated committee itself says of its week (SUP-4.1a), and what it explains."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.kernel.clock import Week
from reporting.choices import ExplanationKind
from reporting.querysets.reports import WeeklyReportQuerySet


class WeeklyReport(models.Model):
    """One week of one direct unit, prefilled from the registry's events, confirmed by the committee in one tap.

    Late is whoever confirms after Sunday 24:00; there is no row for a unit that has said nothing.
    """

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="weekly_reports"
    )
    year = models.PositiveSmallIntegerField(_("年"))
    number = models.PositiveSmallIntegerField(_("周"))
    remark = models.CharField(_("情况说明"), max_length=400, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WeeklyReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-year", "-number", "unit_id"]
        verbose_name = _("周报告")
        verbose_name_plural = _("周报告")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "year", "number"], name="weeklyreport_once")
        ]
        indexes: ClassVar = [models.Index(fields=["year", "number"], name="weeklyreport_week")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.week}"

    @property
    def week(self) -> Week:
        """The week it speaks of."""
        return Week(self.year, self.number)

    @property
    def is_late(self) -> bool:
        """Confirmed, but not before Sunday 24:00."""
        return self.confirmed_at is not None and self.confirmed_at >= self.week.ends_at


class WeekExplanation(models.Model):
    """Why a channel was closed, or why the coverage fell by more than the set amount, in the unit's words."""

    report = models.ForeignKey(WeeklyReport, on_delete=models.CASCADE, related_name="explanations")
    kind = models.CharField(_("类别"), max_length=10, choices=ExplanationKind)
    event = models.ForeignKey(
        "accounts.RegistryEvent", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.CharField(_("说明"), max_length=200)
    explained_at = models.DateTimeField(_("说明时间"))
    explained_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("周报说明")
        verbose_name_plural = _("周报说明")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "event"], name="weekexplanation_event_once"),
            models.UniqueConstraint(
                fields=["report", "kind"],
                condition=Q(event__isnull=True),
                name="weekexplanation_kind_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"
