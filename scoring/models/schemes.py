"""考评方案: a versioned scheme of sections, items and criteria, each with its provenance (SUP-A)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from scoring.choices import Metric, Provenance, RuleKind, SchemeState
from scoring.querysets import SchemeQuerySet


class Scheme(models.Model):
    """One edition of an assessment scheme. The year a sheet assesses is another thing than the edition of its scheme."""

    code = models.CharField(_("代码"), max_length=20)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    title = models.CharField(_("名称"), max_length=120)
    target_kinds = models.JSONField(_("适用类型"), default=list)
    state = models.CharField(_("状态"), max_length=8, choices=SchemeState, default=SchemeState.DRAFT)
    bands = models.JSONField(
        _("等次"),
        help_text='[["excellent", "9"], ["good", "7"], ["pass", "6"], ["fail", "0"]]: from this total on',
    )
    full_points = models.DecimalField(_("总分"), max_digits=5, decimal_places=2, default=10)
    settings = models.JSONField(default=dict, blank=True, help_text="readings: poor_streak, platform_floor …")
    clause = models.CharField(_("依据"), max_length=20, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    unit = models.ForeignKey(
        "orgs.OrgUnit",
        verbose_name=_("制定单位"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="schemes",
        help_text="whose scheme it is; none: it came with the product",
    )
    source = models.TextField(_("内容（YAML）"), blank=True)
    loaded_at = models.DateTimeField(_("载入时间"), null=True, blank=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("考评方案")
        verbose_name_plural = _("考评方案")
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="scheme_version")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("scoring:show-scheme", args=[self.pk])

    @property
    def needs_group(self) -> bool:
        """In a round its sheets are scored by a group. READING: unless the scheme says that the committee may do without,
        as one with a single person in office must (SUP-4.0 speaks of the province's groups, SUP-2.2.3 of no group).
        """
        return bool(self.settings.get("needs_group", True))

    @property
    def is_approved(self) -> bool:
        """Every item of it is."""
        return self.state == SchemeState.APPROVED


class Section(models.Model):
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("考核项目"), max_length=80)
    max_points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2)
    min_points = models.DecimalField(_("最低分"), max_digits=5, decimal_places=2, null=True, blank=True)
    weight = models.DecimalField(
        _("权重（%）"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="of the full points; points came of it",
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "position"], name="section_position")
        ]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """One row of the paper sheet: content, points, standard."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    content = models.TextField(_("主要内容"))
    standard = models.TextField(_("考核要求及评分标准"), blank=True)
    max_points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2)
    min_points = models.DecimalField(_("最低分"), max_digits=5, decimal_places=2, null=True, blank=True)
    weight = models.DecimalField(
        _("权重（%）"), max_digits=7, decimal_places=4, null=True, blank=True, help_text="of its section"
    )
    provenance = models.CharField(max_length=14, choices=Provenance, default=Provenance.SOURCE)
    state = models.CharField(_("状态"), max_length=8, choices=SchemeState, default=SchemeState.DRAFT)
    approved_at = models.DateTimeField(_("核定时间"), null=True, blank=True)
    approved_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["section", "position"], name="item_position")
        ]

    def __str__(self) -> str:
        return self.content[:40]

    @property
    def is_approved(self) -> bool:
        """The committee has confirmed it: what is proposed or read into the source included."""
        return self.state == SchemeState.APPROVED


class Criterion(models.Model):
    """One thing that earns points within an item, with its rule and where the rule comes from."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20, help_text="2.2.a")
    label = models.CharField(_("评分点"), max_length=200)
    max_points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2)
    min_points = models.DecimalField(_("最低分"), max_digits=5, decimal_places=2, default=0)
    weight = models.DecimalField(
        _("权重（%）"), max_digits=7, decimal_places=4, null=True, blank=True, help_text="of its item"
    )
    rule = models.CharField(max_length=10, choices=RuleKind)
    metric = models.CharField(
        max_length=40, blank=True, help_text="name in scoring/metrics.py; blank = entered by people"
    )
    params = models.JSONField(default=dict, blank=True)
    provenance = models.CharField(max_length=14, choices=Provenance, default=Provenance.SOURCE)
    clause = models.CharField(_("依据"), max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "position"], name="criterion_position")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def is_computed(self) -> bool:
        """The frozen weeks give its points; people may override them with a reason."""
        return bool(self.metric or self.params.get("parts")) and self.rule != RuleKind.JUDGED

    @property
    def is_counted(self) -> bool:
        """People enter how many documents or meetings there are."""
        return self.rule in {RuleKind.DOCUMENTS, RuleKind.COUNT} and not self.metric

    @property
    def asks_rule_document(self) -> bool:
        """Whether a written rule earns points beside what is counted (SUP-A 一.3)."""
        return self.rule == RuleKind.COUNT and "rule_points" in self.params

    @property
    def metric_label(self) -> str:
        """What the numbers count, in words: part ÷ base."""
        return str(Metric(self.metric).label) if self.metric else ""

    @property
    def is_reconstructed(self) -> bool:
        return self.provenance == Provenance.RECONSTRUCTED
