"""定向消息: from one unit to another, tied to what it is about (WB-3.3, MS-2.3). No chat: one message, one answer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.querysets.messages import DirectedMessageQuerySet


class DirectedMessage(models.Model):
    """One message between two units, one above the other, and its answer. It is about an object both may open."""

    from_unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("发送单位"), on_delete=models.PROTECT, related_name="messages_sent"
    )
    to_unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("接收单位"), on_delete=models.PROTECT, related_name="messages_received"
    )
    # What it is about: a name of `reporting/about.py` and a key, so that the link is made anew and never stored.
    about_type = models.CharField(max_length=20)
    about_id = models.BigIntegerField()
    text = models.CharField(_("内容"), max_length=500)
    sent_at = models.DateTimeField(_("发送时间"))
    sent_by = models.ForeignKey("orgs.User", on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("已阅时间"), null=True, blank=True)
    answer = models.CharField(_("回复"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("回复时间"), null=True, blank=True)
    answered_by = models.ForeignKey(
        "orgs.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DirectedMessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-sent_at", "-pk"]
        verbose_name = _("定向消息")
        verbose_name_plural = _("定向消息")
        indexes: ClassVar = [
            models.Index(fields=["to_unit", "sent_at"], name="directedmessage_to"),
            models.Index(fields=["about_type", "about_id"], name="directedmessage_about"),
        ]

    def __str__(self) -> str:
        return f"{self.from_unit_id} {self.to_unit_id} {self.sent_at:%Y-%m-%d}"
