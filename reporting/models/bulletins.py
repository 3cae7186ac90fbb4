"""周通报: what a committee publishes about a closed week, to whom, and who has signed for it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.choices import BulletinState
from reporting.querysets.bulletins import BulletinQuerySet, BulletinRecipientQuerySet


class Bulletin(models.Model):
    """One bulletin of `unit` about one edition of a closed week; published ones are immutable, in the database too.

    `body` holds what people edit (paragraphs, which tables are shown), `figures` what the snapshot said, frozen when it
    is published. A correction is a bulletin of its own with the number of the one it corrects.
    """

    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("发布单位"), on_delete=models.PROTECT, related_name="bulletins"
    )
    closed_week = models.ForeignKey(
        "reporting.ClosedWeek", verbose_name=_("周"), on_delete=models.PROTECT, related_name="bulletins"
    )
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    number = models.PositiveSmallIntegerField(_("期号"), null=True, blank=True)
    correction = models.PositiveSmallIntegerField(_("更正次数"), default=0)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    reason = models.CharField(_("更正原因"), max_length=200, blank=True)
    title = models.CharField(_("标题"), max_length=120)
    body = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    search_text = models.TextField(blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=BulletinState, default=BulletinState.DRAFT)
    created_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-published_at", "-pk"]
        verbose_name = _("周通报")
        verbose_name_plural = _("周通报")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "year", "number", "correction"],
                condition=Q(state=BulletinState.PUBLISHED),
                name="bulletin_number_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "closed_week"],
                condition=Q(state=BulletinState.DRAFT),
                name="bulletin_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state=BulletinState.DRAFT)
                | Q(year__isnull=False, number__isnull=False, published_at__isnull=False),
                name="bulletin_published_is_numbered",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BulletinRecipient(models.Model):
    """A unit to which a bulletin went, and when it signed for it (已签收): per unit, not per person."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="recipients")
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="bulletins_received"
    )
    sent_at = models.DateTimeField(_("送达时间"))
    received_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    received_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BulletinRecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("通报签收")
        verbose_name_plural = _("通报签收")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletinrecipient_once")
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.unit_id}"


class BulletinNotice(models.Model):
    """告知: a unit that a draft names is told before it is published, and may answer."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="notices")
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="bulletin_notices"
    )
    told_at = models.DateTimeField(_("告知时间"))
    told_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("单位说明"), max_length=400, blank=True)
    answered_at = models.DateTimeField(_("说明时间"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BulletinRecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("通报前告知")
        verbose_name_plural = _("通报前告知")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletinnotice_once")
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.unit_id}"
