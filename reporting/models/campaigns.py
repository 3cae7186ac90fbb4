"""工作部署: a notice as data — versions of its pack, phases, requirements, and how every unit stands to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.kernel.versions import Version, one_current
from reporting.choices import CampaignState, DemandKind
from reporting.querysets.campaigns import (
    CampaignQuerySet,
    CampaignRoundQuerySet,
    ExemptionQuerySet,
    JudgementQuerySet,
    RequirementQuerySet,
    TallyQuerySet,
)

MOST_REQUIREMENTS = 60


class Campaign(models.Model):
    """One notice at work in the subtree of the unit that runs it; what it asks stands in its newest version."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("部署单位"), on_delete=models.PROTECT, related_name="campaigns"
    )
    state = models.CharField(_("状态"), max_length=8, choices=CampaignState, default=CampaignState.DRAFT)
    launched_at = models.DateTimeField(_("启动时间"), null=True, blank=True)
    launched_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    # Everything before this moment is judged; a week is judged at its end before anything later is.
    judged_until = models.DateTimeField(null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("工作部署")
        verbose_name_plural = _("工作部署")

    def __str__(self) -> str:
        return self.code


class CampaignVersion(models.Model):
    """The pack as it was loaded: what was judged under it stays so when a newer one replaces it. Never changed."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=160)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    issuer = models.CharField(_("发文单位"), max_length=120)
    issued_on = models.DateField(_("发文日期"))
    contact = models.CharField(_("联系方式"), max_length=200, blank=True)
    source = models.TextField(_("内容（YAML）"))
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(_("载入时间"))
    loaded_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["campaign", "-number"]
        verbose_name = _("部署版本")
        verbose_name_plural = _("部署版本")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "number"], name="campaignversion_number")
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class CampaignPhase(models.Model):
    """阶段 of a campaign; rounds of collection belong to one."""

    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="phases")
    position = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=40)
    title = models.CharField(_("名称"), max_length=80)
    starts_at = models.DateTimeField(_("开始"), null=True, blank=True)
    ends_at = models.DateTimeField(_("截止"), null=True, blank=True)
    clause = models.CharField(_("依据"), max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["version", "position"]
        verbose_name = _("部署阶段")
        verbose_name_plural = _("部署阶段")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="campaignphase_code")
        ]

    def __str__(self) -> str:
        return self.title


class Requirement(models.Model):
    """要求: whom it asks (`target`), what it looks at (`rule`), until when, and the clause it comes from.

    `target` and `rule` are what `reporting/packs.py` has checked; that module documents their keys. `position` counts
    from 1: first the hard documents of periods, then the hard ones with a deadline, the earliest first, then all others, so
    that what is overdue at a moment is a beginning of the row of answers (`Judgement.standings`).
    """

    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="requirements")
    position = models.PositiveSmallIntegerField()
    code = models.SlugField(_("代码"), max_length=60)
    clause = models.CharField(_("依据"), max_length=20)
    title = models.CharField(_("要求"), max_length=160)
    phase = models.ForeignKey(
        CampaignPhase, on_delete=models.PROTECT, null=True, blank=True, related_name="requirements"
    )
    kind = models.CharField(_("类别"), max_length=12, choices=DemandKind)
    target = models.JSONField(_("对象"), default=dict)
    rule = models.JSONField(_("标准"), default=dict)
    is_hard = models.BooleanField(_("刚性要求"), default=True)
    starts_at = models.DateTimeField(_("开始"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("截止"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["version", "position"]
        verbose_name = _("要求")
        verbose_name_plural = _("要求")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="requirement_code"),
            models.UniqueConstraint(fields=["version", "position"], name="requirement_position"),
        ]

    def __str__(self) -> str:
        return self.title


class Exemption(models.Model):
    """免予要求: a unit that a requirement does not ask, with the reason; it outlives versions of the pack."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="exemptions")
    requirement_code = models.SlugField(max_length=60)
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=200)
    granted_at = models.DateTimeField(_("批准时间"))
    granted_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-granted_at", "-pk"]
        verbose_name = _("免予要求")
        verbose_name_plural = _("免予要求")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "requirement_code", "unit"],
                condition=Q(withdrawn_at__isnull=True),
                name="exemption_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.requirement_code} {self.unit_id}"


class CampaignRound(models.Model):
    """The round of collection that a phase of a campaign is run with; the upper floor points down."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rounds")
    phase_code = models.SlugField(max_length=40, blank=True)
    round = models.OneToOneField(
        "accounts.CollectionRound", on_delete=models.PROTECT, related_name="campaign_round"
    )

    objects = CampaignRoundQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.round_id}"


class Judgement(Version):
    """How one unit stands to all requirements of a version, one character each in their order; a row per change.

    `1` met, `0` not met, `x` exempt, `-` not asked, `y` not met by who was founded late and has time left. Whether what is not met is open, behind or overdue depends on the
    moment of reading. Units that are asked nothing have no row.
    """

    version = models.ForeignKey(
        CampaignVersion, on_delete=models.CASCADE, related_name="judgements", db_constraint=False
    )
    unit_id = models.BigIntegerField()
    standings = models.CharField(max_length=MOST_REQUIREMENTS)

    objects: ClassVar = JudgementQuerySet.as_manager()

    FACTS: ClassVar[tuple[str, ...]] = ("standings",)

    class Meta:
        verbose_name = _("达到情况")
        verbose_name_plural = _("达到情况")
        constraints: ClassVar = [one_current("version", "unit_id", name="judgement_one_current")]
        indexes: ClassVar = [
            models.Index(fields=["unit_id", "valid_from"], name="judgement_unit"),
            models.Index(fields=["version", "valid_from"], name="judgement_as_of"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.unit_id} {self.standings}"


class Tally(Version):
    """How many units of a subtree a requirement asks and how many meet it; kept for units that have others below."""

    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="tallies", db_constraint=False
    )
    unit_id = models.BigIntegerField()
    n_asked = models.PositiveIntegerField()
    n_met = models.PositiveIntegerField()
    n_exempt = models.PositiveIntegerField(default=0)

    objects: ClassVar = TallyQuerySet.as_manager()

    FACTS: ClassVar[tuple[str, ...]] = ("n_asked", "n_met", "n_exempt")

    class Meta:
        verbose_name = _("达到数")
        verbose_name_plural = _("达到数")
        constraints: ClassVar = [one_current("requirement", "unit_id", name="tally_one_current")]
        indexes: ClassVar = [models.Index(fields=["unit_id", "valid_from"], name="tally_unit")]

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.unit_id} {self.n_met}/{self.n_asked}"
