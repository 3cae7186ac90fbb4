"""Groups, as they are and as they were."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import (
    LARGEST_COUNT,
    GroupKind,
    GroupStatus,
    LinkedCadres,
    Ties,
)
from accounts.querysets.groups import GroupQuerySet
from orgs.kernel.versions import Version, one_current

AT_MOST = [MaxValueValidator(LARGEST_COUNT)]


class Group(models.Model):
    """A group (微信群、讨论组) of one unit, or a QQ group in good use as its substitute (RUR-1.2)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="groups"
    )
    kind = models.CharField(_("类型"), max_length=20, choices=GroupKind)
    platform = models.ForeignKey(
        "accounts.Platform", verbose_name=_("平台"), on_delete=models.PROTECT, related_name="groups"
    )
    name = models.CharField(_("群名称"), max_length=120)
    members = models.PositiveIntegerField(_("群成员数"), null=True, blank=True, validators=AT_MOST)
    outstanding_members = models.PositiveIntegerField(
        _("优秀团员数"), null=True, blank=True, validators=AT_MOST
    )
    youth = models.PositiveIntegerField(_("联系青年数"), null=True, blank=True, validators=AT_MOST)
    topic = models.CharField(_("微话题"), max_length=120, blank=True)
    ties = models.CharField(_("缘"), max_length=10, choices=Ties, blank=True)
    linked_cadres = models.CharField(_("联系的干部"), max_length=16, choices=LinkedCadres, blank=True)
    # RUR-2.3b: complete when each subordinate committee has at least one member in the group.
    subordinates_in = models.PositiveIntegerField(
        _("已进群的下级团组织数"), null=True, blank=True, validators=AT_MOST
    )
    counted_on = models.DateField(_("计数日期"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged_from"
    )
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    status = models.CharField(_("状态"), max_length=8, choices=GroupStatus, default=GroupStatus.OPEN)
    opened_on = models.DateField(_("建群日期"), null=True, blank=True)
    closed_on = models.DateField(_("解散日期"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("群")
        verbose_name_plural = _("群")

    def __str__(self) -> str:
        return self.name


class GroupVersion(Version):
    """The facts of a group that the weekly close reads, as they were."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="versions")
    unit_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    platform_id = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8)
    members = models.PositiveIntegerField(null=True)
    outstanding_members = models.PositiveIntegerField(null=True)
    youth = models.PositiveIntegerField(null=True)
    subordinates_in = models.PositiveIntegerField(null=True)
    counted_on = models.DateField(null=True)

    FACTS: ClassVar[tuple[str, ...]] = (
        "unit_id", "kind", "platform_id", "name", "status", "members", "outstanding_members", "youth",
        "subordinates_in", "counted_on",
    )  # fmt: skip

    class Meta:
        constraints: ClassVar = [one_current("group", name="groupversion_one_current")]
        indexes: ClassVar = [
            models.Index(fields=["valid_from", "valid_to"], name="groupversion_as_of"),
            models.Index(fields=["unit_id", "valid_from"], name="groupversion_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.valid_from:%Y-%m-%d}"
