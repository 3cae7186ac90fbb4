"""年度考评工作: one committee's assessment of a year, its groups, what each assessor found alone, objections, decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orgs.exceptions import Conflict
from scoring.choices import Audience, Grade, MemberWay, ObjectionState, RoundState, ScanKind
from scoring.querysets import AssessmentGroupQuerySet, BlindSheetQuerySet, OfSheetQuerySet, RoundQuerySet


class AssessmentRound(models.Model):
    """One committee assesses the units of one scheme for one year: self-assessment, scoring, objections, publication.

    The province runs one for its direct units, a direct unit one for the level below it (SUP-2.2.3, SUP-4.0).
    """

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("组织单位"), on_delete=models.PROTECT, related_name="assessment_rounds"
    )
    scheme = models.ForeignKey("scoring.Scheme", on_delete=models.PROTECT, related_name="rounds")
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("阶段"), max_length=10, choices=RoundState, default=RoundState.SELF)
    version = models.PositiveIntegerField(default=1)
    self_until = models.DateTimeField(_("自评截止"))
    scoring_until = models.DateTimeField(_("考评截止"))
    objection_days = models.PositiveSmallIntegerField(_("异议期（天）"), default=7)
    notified_at = models.DateTimeField(_("结果告知时间"), null=True, blank=True)
    objections_until = models.DateTimeField(_("异议截止"), null=True, blank=True)
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    audience = models.CharField(_("公布范围"), max_length=8, choices=Audience, default=Audience.OWN)
    published_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("年度考评工作")
        verbose_name_plural = _("年度考评工作")
        ordering: ClassVar = ["-year", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "scheme", "year"], name="assessmentround_once"),
            models.CheckConstraint(
                condition=Q(scoring_until__gte=F("self_until")), name="assessmentround_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("scoring:show-round", args=[self.pk])

    @property
    def is_published(self) -> bool:
        """Its results are out; from then on nothing about it changes."""
        return self.state == RoundState.PUBLISHED

    def require_version(self, version: int) -> None:
        """Raises Conflict when somebody changed the round since it was read."""
        if self.version != version:
            raise Conflict


class AssessmentGroup(models.Model):
    """考核小组: two or more people who score the sheets assigned to them; none of the assessed unit (SUP-4.0)."""

    round = models.ForeignKey(AssessmentRound, on_delete=models.PROTECT, related_name="groups")
    position = models.PositiveSmallIntegerField(_("第几组"))
    name = models.CharField(_("名称"), max_length=40)
    # Of a drawn group: what the lot is replayed with.
    seed = models.CharField(_("抽签编号"), max_length=32, blank=True)
    drawn_from = models.JSONField(
        default=list, blank=True, help_text="ids of the people who were in the lot, in order"
    )
    made_at = models.DateTimeField()

    objects = AssessmentGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("考核小组")
        verbose_name_plural = _("考核小组")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "position"], name="assessmentgroup_position")
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """One person of a group, named or drawn; one of them leads and enters what the group agreed on."""

    group = models.ForeignKey(AssessmentGroup, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="assessment_groups")
    way = models.CharField(_("产生方式"), max_length=6, choices=MemberWay, default=MemberWay.NAMED)
    leads = models.BooleanField(_("组长"), default=False)

    class Meta:
        ordering: ClassVar = ["-leads", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "user"], name="groupmember_once"),
            models.UniqueConstraint(fields=["group"], condition=Q(leads=True), name="groupmember_one_leads"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.user_id}"


class BlindSheet(models.Model):
    """What one assessor found alone; nobody else of the group reads it before each has handed theirs in."""

    sheet = models.ForeignKey("scoring.Sheet", on_delete=models.CASCADE, related_name="blind_sheets")
    assessor = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    handed_in_at = models.DateTimeField(null=True, blank=True)

    objects = BlindSheetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "assessor"], name="blindsheet_once")
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.assessor_id}"


class BlindScore(models.Model):
    """One assessor's points for one criterion, in steps of 0.1; a criterion without a row isn't scored (SUP-4.3)."""

    blind_sheet = models.ForeignKey(BlindSheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey("scoring.Criterion", on_delete=models.PROTECT, related_name="+")
    points = models.DecimalField(_("得分"), max_digits=5, decimal_places=2)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blind_sheet", "criterion"], name="blindscore_once")
        ]

    def __str__(self) -> str:
        return f"{self.blind_sheet_id} {self.criterion_id}"


class SheetObjection(models.Model):
    """异议 of the assessed unit against its result, within the objection window; answered once, never deleted."""

    sheet = models.ForeignKey("scoring.Sheet", on_delete=models.PROTECT, related_name="objections")
    criterion = models.ForeignKey(
        "scoring.Criterion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.CharField(_("异议内容"), max_length=500)
    state = models.CharField(_("状态"), max_length=8, choices=ObjectionState, default=ObjectionState.OPEN)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("答复"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["raised_at", "pk"]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.state}"


class Decision(models.Model):
    """党组会决定: what the scheme doesn't foresee, decided by people with the record that says so (SUP-4.4.6)."""

    sheet = models.ForeignKey("scoring.Sheet", on_delete=models.PROTECT, related_name="decisions")
    grade = models.CharField(_("决定等次"), max_length=10, choices=Grade)
    record_number = models.CharField(_("会议纪要号"), max_length=60)
    held_on = models.DateField(_("会议日期"))
    reason = models.CharField(_("决定内容"), max_length=500)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return self.record_number


class SignedScan(models.Model):
    """签字盖章的扫描件 of the self-assessment report or the sheet, stored under a name of ours."""

    sheet = models.ForeignKey("scoring.Sheet", on_delete=models.PROTECT, related_name="scans")
    kind = models.CharField(_("种类"), max_length=6, choices=ScanKind)
    stored_name = models.CharField(max_length=80)
    original_name = models.CharField(_("文件名"), max_length=120)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["kind", "pk"]

    def __str__(self) -> str:
        return self.original_name
