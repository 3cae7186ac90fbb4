"""考评表: one unit's sheet of one year, its scores, evidence and what follows from the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orgs.exceptions import Conflict
from scoring.choices import FLAG_CLAUSES, ConsequenceKind, Grade, Missing, SheetState
from scoring.querysets import EvidenceQuerySet, ScoreQuerySet, SheetQuerySet

if TYPE_CHECKING:
    from decimal import Decimal


class Sheet(models.Model):
    """One unit assessed for one year by one edition of a scheme."""

    scheme = models.ForeignKey("scoring.Scheme", on_delete=models.PROTECT, related_name="sheets")
    year = models.PositiveSmallIntegerField(_("年度"))
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("被考核单位"), on_delete=models.PROTECT, related_name="sheets"
    )
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.SELF_ASSESSING)
    version = models.PositiveIntegerField(default=1)
    week = models.ForeignKey(
        "reporting.ClosedWeek", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    computed_at = models.DateTimeField(null=True, blank=True)
    assessed_on = models.DateField(_("考评日期"), null=True, blank=True)
    total_points = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    grade = models.CharField(max_length=10, choices=Grade, blank=True)
    has_poor_flag = models.BooleanField(_("连续三次抽查为差"), default=False)
    poor_flag_confirmed_at = models.DateTimeField(null=True, blank=True)
    poor_flag_confirmed_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finalised_at = models.DateTimeField(null=True, blank=True)
    self_submitted_at = models.DateTimeField(null=True, blank=True)
    no_self_reason = models.CharField(_("未交自评的原因"), max_length=200, blank=True)
    round = models.ForeignKey(
        "scoring.AssessmentRound", on_delete=models.PROTECT, null=True, blank=True, related_name="sheets"
    )
    group = models.ForeignKey(
        "scoring.AssessmentGroup", on_delete=models.SET_NULL, null=True, blank=True, related_name="sheets"
    )
    overall = models.CharField(_("总体评价"), max_length=500, blank=True)
    # A correction of a final sheet is a sheet of its own, of the next revision; both stay readable.
    revision = models.PositiveSmallIntegerField(_("第几次修订"), default=1)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(_("更正理由"), max_length=200, blank=True)
    # 告知: the unit is told its result and may object within the window.
    notified_at = models.DateTimeField(_("结果告知时间"), null=True, blank=True)
    objections_until = models.DateTimeField(_("异议截止"), null=True, blank=True)
    # 定稿 takes two persons: one proposes, another one confirms.
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finalised_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    content_hash = models.CharField(max_length=64, blank=True, editable=False)

    # Set by `operations.telling` on a loaded row of which the result was taken out.
    is_withheld = False

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("考评表")
        verbose_name_plural = _("考评表")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "year", "unit", "revision"], name="sheet_once"),
            models.CheckConstraint(
                condition=models.Q(proposed_by__isnull=True)
                | models.Q(finalised_by__isnull=True)
                | ~models.Q(proposed_by=models.F("finalised_by")),
                name="sheet_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.unit_id}"

    def get_absolute_url(self) -> str:
        return reverse("scoring:show-sheet", args=[self.pk])

    @property
    def title(self) -> str:
        """2013年微信工作综合考评表: the year is the sheet's, the words are the scheme's."""
        return f"{self.year}年{self.scheme.settings['sheet_title']}"

    @property
    def is_final(self) -> bool:
        return self.state == SheetState.FINAL

    @property
    def is_told(self) -> bool:
        """The unit may read its result: it was told, or the sheet stands in no round and is final."""
        return self.notified_at is not None or self.is_final

    @property
    def is_settled(self) -> bool:
        """Nobody enters points any more: told, proposed to be final, or final."""
        return self.is_final or self.is_proposed or self.state == SheetState.OBJECTION

    @property
    def is_proposed(self) -> bool:
        """Somebody has proposed it as final: nothing on it changes until another person confirms, or it's withdrawn."""
        return self.proposed_at is not None and not self.is_final

    @property
    def short_hash(self) -> str:
        """内容摘要 as it is shown and read out: the first twelve characters, in fours."""
        return " ".join(self.content_hash[n : n + 4] for n in range(0, 12, 4))

    def require_version(self, version: int) -> None:
        """Raises Conflict when somebody saved the sheet since it was read."""
        if self.version != version:
            raise Conflict


class Score(models.Model):
    """One criterion on one sheet: self, computed with its arithmetic, assessed. NULL = not scored, never 0."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey("scoring.Criterion", on_delete=models.PROTECT, related_name="scores")
    self_points = models.DecimalField(_("自评得分"), max_digits=5, decimal_places=2, null=True, blank=True)
    computed_points = models.DecimalField(
        _("系统计算"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    arithmetic = models.JSONField(
        default=dict,
        blank=True,
        help_text="numerator, denominator, base year and source, band, week, edition",
    )
    assessed_points = models.DecimalField(
        _("考评得分"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    entered_count = models.PositiveSmallIntegerField(_("文件（会议记录）数"), null=True, blank=True)
    has_rule_document = models.BooleanField(_("有制度性文件"), null=True, blank=True)
    reason = models.CharField(_("调整理由"), max_length=200, blank=True)
    scored_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    scored_at = models.DateTimeField(null=True, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = [
            "criterion__item__section__position",
            "criterion__item__position",
            "criterion__position",
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.criterion_id}"

    @property
    def points(self) -> Decimal | None:
        """考评得分: what the assessors agreed on, else what the frozen weeks compute; None = not scored."""
        if self.assessed_points is not None:
            return self.assessed_points
        return self.computed_points if self.criterion.is_computed else None

    @property
    def is_unexplained(self) -> bool:
        """People gave other points than the system computes now, and no reason (SUP-4.3)."""
        given, computed = self.assessed_points, self.computed_points
        return given is not None and computed is not None and given != computed and not self.reason

    @property
    def missing_label(self) -> str:
        """Why there are no computed points, in words; "" where there are."""
        code = self.arithmetic.get("missing", "")
        return str(Missing(code).label) if code else ""

    @property
    def is_computed(self) -> bool:
        """The standing points are the system's: nobody has overridden them."""
        return self.criterion.is_computed and self.assessed_points is None


class Evidence(models.Model):
    """佐证材料 for a criterion: a title, and the file, or a document that was handed in before, or neither."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(_("材料名称"), max_length=120)
    dated_on = models.DateField(_("日期"), null=True, blank=True)
    hand_in = models.ForeignKey(
        "reporting.HandIn", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The unit's own published assessment of the level below it; `sha256` is then the digest of its results.
    round = models.ForeignKey(
        "scoring.AssessmentRound", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stored_name = models.CharField(max_length=80, blank=True)
    original_name = models.CharField(_("文件名"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("大小（字节）"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = EvidenceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class Consequence(models.Model):
    """What follows from a result, citing the record that triggered it (SUP-4.1c, SUP-4.4)."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="consequences")
    kind = models.CharField(max_length=14, choices=ConsequenceKind)
    clause = models.CharField(max_length=20)
    # Which of several faults of one clause: "platform", "incident-5"; "" where the clause has but one.
    fault = models.CharField(max_length=30, blank=True)
    trigger = models.CharField(max_length=400)
    # What the flag was decided on, without the week it was read in.
    facts = models.JSONField(default=dict, blank=True)
    is_confirmed = models.BooleanField(default=False)
    is_dismissed = models.BooleanField(default=False)
    dismissal_reason = models.CharField(_("不予认定的理由"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "kind", "clause", "fault"], name="consequence_once"),
            models.CheckConstraint(
                condition=~models.Q(is_confirmed=True, is_dismissed=True), name="consequence_decided_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.kind}"

    @property
    def is_flag(self) -> bool:
        """Raised by the frozen weeks, to be decided on; what follows from the total isn't."""
        return self.clause in FLAG_CLAUSES

    @property
    def is_open_flag(self) -> bool:
        """Waits for the leading group's office to confirm or dismiss it."""
        return self.is_flag and not (self.is_confirmed or self.is_dismissed)
