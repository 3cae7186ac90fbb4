"""抽样: which channels an inspection looks at, drawn so that anybody can draw the same again (SUP-4.1b, P2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.choices import DrawState, DrawWay, Stratum
from reporting.querysets.draws import (
    DrawItemQuerySet,
    DrawQuerySet,
    ObjectionQuerySet,
    VerifiedCountQuerySet,
)

if TYPE_CHECKING:
    from datetime import datetime

    from reporting.models.inspection import SpotCheck


class Draw(models.Model):
    """One draw: scope, layers, size, seed, and the frame it was drawn from with its digest. Never changed.

    `frame` holds one line per channel, `g<group id>,<unit id>,<stratum>,<weight>` in order of the id; `reporting/draw.py`
    reads it together with `seed`. A redraw is a draw of its own that replaces the first one and says why.
    """

    number = models.CharField(_("抽样编号"), max_length=40, unique=True)
    title = models.CharField(_("名称"), max_length=120)
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("组织单位"), on_delete=models.PROTECT, related_name="draws"
    )
    scope = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("抽查范围"), on_delete=models.PROTECT, related_name="drawn_in"
    )
    lines = models.JSONField(_("战线"), default=list, blank=True)
    kinds = models.JSONField(_("团组织类型"), default=list, blank=True)
    group_kinds = models.JSONField(_("群类型"), default=list, blank=True)
    way = models.CharField(_("方式"), max_length=8, choices=DrawWay, default=DrawWay.ONLINE)
    stratum = models.CharField(_("分层"), max_length=12, choices=Stratum, default=Stratum.NONE)
    size = models.PositiveIntegerField(_("抽取数"))
    # Where the size was asked as a share of the frame, rounded up; what was drawn is `size`.
    share_percent = models.PositiveSmallIntegerField(_("抽取比例（%）"), null=True, blank=True)
    uses_risk = models.BooleanField(_("按风险加权"), default=False)
    seed = models.CharField(max_length=64)
    algorithm = models.PositiveSmallIntegerField(default=1)
    frame = models.TextField()
    frame_hash = models.CharField(max_length=64)
    n_frame = models.PositiveIntegerField(_("抽样框数"))
    drawn_at = models.DateTimeField(_("抽取时间"))
    drawn_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("状态"), max_length=8, choices=DrawState, default=DrawState.DRAWN)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    redraw_reason = models.CharField(_("重抽理由"), max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-drawn_at", "-pk"]
        verbose_name = _("抽样")
        verbose_name_plural = _("抽样")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(redraw_reason=""), name="draw_redraw_has_reason"
            )
        ]

    def __str__(self) -> str:
        return self.number


class DrawItem(models.Model):
    """One channel of the sample, who looks at it, and the check that came of it."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    group = models.ForeignKey("accounts.Group", on_delete=models.PROTECT, related_name="draw_items")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="draw_items")
    stratum = models.CharField(max_length=40, blank=True)
    inspector = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="draw_items"
    )
    check_made = models.OneToOneField(
        "reporting.SpotCheck", on_delete=models.PROTECT, null=True, blank=True, related_name="draw_item"
    )
    # 群找不到: nothing to count; the figure declared is verified as none (核减).
    missing_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    objects = DrawItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["draw", "position"]
        verbose_name = _("样本")
        verbose_name_plural = _("样本")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "position"], name="drawitem_position"),
            models.UniqueConstraint(fields=["draw", "group"], name="drawitem_group_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.position}"


class VerifiedCount(models.Model):
    """核减: what an inspection found instead of the declared number of a group; scores use the verified one."""

    group = models.ForeignKey("accounts.Group", on_delete=models.PROTECT, related_name="verified_counts")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(
        DrawItem, on_delete=models.PROTECT, null=True, blank=True, related_name="verified_count"
    )
    declared = models.PositiveIntegerField(_("申报人数"), null=True)
    verified = models.PositiveIntegerField(_("核实人数"))
    reason = models.CharField(_("说明"), max_length=200)
    verified_at = models.DateTimeField(_("核实时间"))
    verified_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    objects = VerifiedCountQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-verified_at", "-pk"]
        verbose_name = _("核减")
        verbose_name_plural = _("核减")

    def __str__(self) -> str:
        return f"{self.group_id} {self.verified}"

    @property
    def recorded_at(self) -> datetime:
        """When it was entered: the time to object runs from there."""
        return self.verified_at

    @property
    def recorded_by_id(self) -> int:
        """Who looked first, and looks no second time."""
        return self.verified_by_id

    @property
    def channel_name(self) -> str:
        """The group looked at."""
        return str(self.group)


class Objection(models.Model):
    """异议: a unit objects to a check or to 核减 within the set time; a second inspector looks, both results are kept."""

    # One of the two: what is objected to.
    check_made = models.ForeignKey(
        "reporting.SpotCheck", on_delete=models.PROTECT, null=True, blank=True, related_name="objections"
    )
    count_made = models.ForeignKey(
        VerifiedCount, on_delete=models.PROTECT, null=True, blank=True, related_name="objections"
    )
    checked_unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("被抽查的团组织"), on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="objections")
    reason = models.CharField(_("理由"), max_length=200)
    raised_at = models.DateTimeField(_("提出时间"))
    raised_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    second_inspector = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="objections_to_check"
    )
    second_check = models.OneToOneField(
        "reporting.SpotCheck", on_delete=models.PROTECT, null=True, blank=True, related_name="second_of"
    )
    # 核减 objected to: how many people the second inspector found, 0 for a group not found; a row of its own once upheld.
    second_members = models.PositiveIntegerField(_("复核人数"), null=True, blank=True)
    second_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    second_count = models.OneToOneField(
        VerifiedCount, on_delete=models.PROTECT, null=True, blank=True, related_name="second_of"
    )
    is_upheld = models.BooleanField(_("异议成立"), null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.CharField(_("意见"), max_length=200, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-raised_at", "-pk"]
        verbose_name = _("异议")
        verbose_name_plural = _("异议")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["check_made"], condition=Q(decided_at__isnull=True), name="objection_one_open"
            ),
            models.UniqueConstraint(
                fields=["count_made"], condition=Q(decided_at__isnull=True), name="objection_one_open_count"
            ),
            models.CheckConstraint(
                condition=Q(check_made__isnull=False, count_made__isnull=True)
                | Q(check_made__isnull=True, count_made__isnull=False),
                name="objection_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_made_id or self.count_made_id} {self.unit_id}"

    @property
    def finding(self) -> SpotCheck | VerifiedCount:
        """What is objected to."""
        found = self.check_made or self.count_made
        if found is None:  # never: objection_to_one
            raise ValueError(self.pk)
        return found

    @property
    def has_second(self) -> bool:
        """The second inspector has looked."""
        return self.second_check_id is not None or self.second_at is not None
