"""Rounds of collection: phases, who is expected until when, extensions (UNI-3.3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import ExtensionState
from accounts.querysets.rounds import CollectionRoundQuerySet, ExpectedQuerySet, ExtensionQuerySet
from orgs.choices import Kind
from orgs.kernel.versions import Version, one_current


class CollectionRound(models.Model):
    """收集任务: a form, the subtree it goes to, which kinds and intakes, and until when (UNI-3.3)."""

    title = models.CharField(_("名称"), max_length=120)
    field_list = models.ForeignKey(
        "accounts.FieldList", verbose_name=_("收集表"), on_delete=models.PROTECT, related_name="rounds"
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
    # 日常变更: open all year, nobody is expected, a unit's form can be opened again after its approval (product.md 2).
    is_standing = models.BooleanField(_("日常变更"), default=False)

    objects = CollectionRoundQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opens_at", "-pk"]
        verbose_name = _("收集任务")
        verbose_name_plural = _("收集任务")

    def __str__(self) -> str:
        return self.title


class RoundPhase(models.Model):
    """阶段 of a round: its own intakes, opening and deadline (UNI-3.3: intake 2013 reports by the second date).

    A unit belongs to one phase; forms of another phase stay as they are. A round without phases is one phase.
    """

    round = models.ForeignKey(CollectionRound, on_delete=models.CASCADE, related_name="phases")
    position = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("名称"), max_length=60)
    intake_years = models.JSONField(_("年级"), default=list, blank=True)
    excluded_intake_years = models.JSONField(_("不含年级"), default=list, blank=True)
    opens_at = models.DateTimeField(_("开始"))
    deadline_at = models.DateTimeField(_("截止"))
    clause = models.CharField(_("依据"), max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["round", "position"]
        verbose_name = _("阶段")
        verbose_name_plural = _("阶段")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "position"], name="roundphase_position"),
            models.CheckConstraint(condition=Q(deadline_at__gt=F("opens_at")), name="roundphase_period"),
        ]

    def __str__(self) -> str:
        return self.title


class Expected(models.Model):
    """应填: a unit that a round expects, with its own deadline; the list is fixed at launch, exemptions carry a reason."""

    round = models.ForeignKey(CollectionRound, on_delete=models.CASCADE, related_name="expected")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="expected")
    deadline_at = models.DateTimeField()
    exempt_reason = models.CharField(max_length=200, blank=True)
    phase = models.ForeignKey(
        RoundPhase, on_delete=models.PROTECT, null=True, blank=True, related_name="expected"
    )

    objects = ExpectedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "unit"], name="expected_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id}"


class ExpectedVersion(Version):
    """Until when a unit was expected to report, and whether at all, as it was: the weekly close reads only these."""

    expected = models.ForeignKey(
        Expected, on_delete=models.CASCADE, related_name="versions", db_constraint=False
    )
    deadline_at = models.DateTimeField()
    is_due = models.BooleanField(default=True, help_text="false from the moment of an exemption")

    FACTS: ClassVar[tuple[str, ...]] = ("deadline_at", "is_due")

    class Meta:
        constraints: ClassVar = [one_current("expected", name="expectedversion_one_current")]
        indexes: ClassVar = [models.Index(fields=["valid_from", "valid_to"], name="expectedversion_as_of")]

    def __str__(self) -> str:
        return f"{self.expected_id} {self.valid_from:%Y-%m-%d}"


class Extension(models.Model):
    """延期申请: a unit asks for a later deadline and says why; the superior decides. A late flag once set stays."""

    expected = models.ForeignKey(Expected, on_delete=models.CASCADE, related_name="extensions")
    reason = models.CharField(_("理由"), max_length=200)
    until = models.DateTimeField(_("申请延至"))
    state = models.CharField(max_length=8, choices=ExtensionState, default=ExtensionState.OPEN)
    requested_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    old_deadline_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(_("意见"), max_length=200, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["expected"], condition=Q(state=ExtensionState.OPEN), name="extension_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.expected_id} {self.state}"
