"""通知、内容供给、报送、活动登记: what goes down, what is passed on, what comes up (WB-3.3, MS-2.3, RUR-4)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.choices import ContributionState, MaterialKind, NoticeState, OutreachKind
from reporting.querysets.notices import (
    ContributionQuerySet,
    MaterialQuerySet,
    NoticeQuerySet,
    NoticeRecipientQuerySet,
)
from reporting.querysets.outreach import OutreachQuerySet


class Notice(models.Model):
    """通知: from one unit down to units of its subtree, pinned for a while, signed for by units."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("发布单位"), on_delete=models.PROTECT, related_name="notices"
    )
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("正文"), max_length=5000)
    under = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("发送范围"), on_delete=models.PROTECT, related_name="+"
    )
    kinds = models.JSONField(_("团组织类型"), default=list, blank=True)
    lines = models.JSONField(_("战线"), default=list, blank=True)
    # How many levels below the unit that publishes: 1 is directly below it; empty: every level.
    levels = models.JSONField(_("层级"), default=list, blank=True)
    must_sign = models.BooleanField(_("需要签收"), default=True)
    sign_by = models.DateTimeField(_("签收截止"), null=True, blank=True)
    pinned_until = models.DateTimeField(_("置顶至"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=NoticeState, default=NoticeState.DRAFT)
    version = models.PositiveIntegerField(default=1, editable=False)
    made_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdraw_reason = models.CharField(_("撤回原因"), max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-published_at", "-pk"]
        verbose_name = _("通知")
        verbose_name_plural = _("通知")

    def __str__(self) -> str:
        return self.title


class NoticeRecipient(models.Model):
    """One unit a notice was sent to, and whether it has signed for it (已签收)."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="recipients")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="notices_received")
    received_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    received_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = NoticeRecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知签收")
        verbose_name_plural = _("通知签收")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "unit"], name="noticerecipient_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit"], name="noticerecipient_open", condition=Q(received_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.unit_id}"


class Material(models.Model):
    """内容供给: something the units below may pass on in their groups (RUR-4)."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("提供单位"), on_delete=models.PROTECT, related_name="materials"
    )
    kind = models.CharField(_("类别"), max_length=8, choices=MaterialKind)
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("内容"), max_length=3000)
    link = models.URLField(_("链接"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("发布时间"))
    published_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-published_at", "-pk"]
        verbose_name = _("内容供给")
        verbose_name_plural = _("内容供给")

    def __str__(self) -> str:
        return self.title


class Contribution(models.Model):
    """报送: what a unit sends up to a superior, whether it was adopted, and the bulletin that quotes it."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("报送单位"), on_delete=models.PROTECT, related_name="contributions"
    )
    addressed_to = models.ForeignKey(
        "orgs.OrgUnit",
        verbose_name=_("报送对象"),
        on_delete=models.PROTECT,
        related_name="contributions_below",
    )
    title = models.CharField(_("标题"), max_length=120)
    text = models.TextField(_("内容"), max_length=3000)
    link = models.URLField(_("链接"), max_length=300, blank=True)
    state = models.CharField(
        _("状态"), max_length=8, choices=ContributionState, default=ContributionState.SENT
    )
    sent_at = models.DateTimeField(_("报送时间"))
    sent_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.CharField(_("意见"), max_length=200, blank=True)
    bulletin = models.ForeignKey(
        "reporting.Bulletin", on_delete=models.SET_NULL, null=True, blank=True, related_name="contributions"
    )

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-sent_at", "-pk"]
        verbose_name = _("报送")
        verbose_name_plural = _("报送")

    def __str__(self) -> str:
        return self.title


class Outreach(models.Model):
    """活动登记: a 微话题, 微访谈, 微调查, 微投票 or 微活动 with time, link, participants and result; no contents."""

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="outreach"
    )
    kind = models.CharField(_("类别"), max_length=10, choices=OutreachKind)
    title = models.CharField(_("名称"), max_length=120)
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)
    link = models.URLField(_("链接"), max_length=300, blank=True)
    participants = models.PositiveIntegerField(_("参与人数"), null=True, blank=True)
    result = models.CharField(_("结果"), max_length=200, blank=True)
    # A topic that a level opens is expected of the units below (SUP-2.1.3).
    is_expected_below = models.BooleanField(_("要求下级开展"), default=False)
    answers = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="answered_by"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OutreachQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-pk"]
        verbose_name = _("活动登记")
        verbose_name_plural = _("活动登记")

    def __str__(self) -> str:
        return self.title
