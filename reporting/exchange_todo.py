"""Home page lines about what comes up and down: contributions nobody has read, messages nobody has opened, late signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.permissions import FILL, PUBLISH_NOTICE, REVIEW
from orgs.todo import Todo
from reporting.models import Contribution, DirectedMessage, Notice, NoticeRecipient

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.querysets.scope import UnitsInCharge


def sets(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """What was sent to the very units of the person."""
    reviewing = in_charge.allowing(REVIEW)
    sent = Contribution.objects.within(reviewing).filter(addressed_to_id__in=reviewing.own_unit_ids())
    waiting = NoticeRecipient.objects.unsigned().filter(notice=OuterRef("pk"), unit__is_open=True)
    written = Notice.objects.published().filter(
        unit_id__in=in_charge.allowing(PUBLISH_NOTICE).own_unit_ids(), must_sign=True, sign_by__lt=clock.now()
    )
    return {
        "contributions": sent.waiting(),
        "notices_unsigned": written.filter(Exists(waiting)),
        "directed": DirectedMessage.objects.received_by(in_charge.allowing(FILL)).unread(),
    }


def lines(counted: dict[str, int]) -> list[Todo]:
    """What the counts of `sets` ask for."""
    found = []
    if n := counted["contributions"]:
        url = f"{reverse('reporting:list-contributions')}?box=received&state=sent"
        found.append(Todo(_("收到的报送待办理"), _("去办理"), url, n, status=_("待办理")))
    if n := counted["notices_unsigned"]:
        url = f"{reverse('reporting:list-notices')}?box=sent"
        label = _("发布的通知已过签收截止，有单位未签收")
        found.append(Todo(label, _("去提醒"), url, n, tone="warn", status=_("已逾期")))
    if n := counted["directed"]:
        url = f"{reverse('reporting:list-directed')}?box=unread"
        found.append(Todo(_("有定向消息未读"), _("去查看"), url, n, status=_("未读")))
    return found
