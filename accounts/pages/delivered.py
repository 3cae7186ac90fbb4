"""What became of the mails that carried messages: sent, waiting, failed and why; people masked. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.choices import DeliveryState, NotificationKind
from orgs.kernel import clock
from orgs.kernel.crypto import mask_name
from orgs.models import MailDelivery
from orgs.permissions import REMIND
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import OrgUnit, User
    from orgs.querysets.ledger import MailDeliveryQuerySet

TONES = {DeliveryState.SENT: "ok", DeliveryState.WAITING: "info", DeliveryState.FAILED: "bad"}
# What a failure's class means to whoever reminds; anything else is for the administrator of the portal.
REASONS = {
    "SMTPRecipientsRefused": gettext_lazy("对方邮箱不存在或拒收，请核对邮箱或打电话"),
    "SMTPDataError": gettext_lazy("对方邮箱已满或拒收，请打电话"),
}
NO_SERVER = gettext_lazy("邮件服务器没有响应，请联系系统管理员")


@dataclass(frozen=True, slots=True)
class Line:
    """One mail as the list shows it."""

    unit_name: str
    subject: str
    person: str
    tone: str
    state: str
    at: str
    why: str = ""


def mails_below(unit: OrgUnit, *, reader: User) -> MailDeliveryQuerySet:
    """Mails to units of the subtree in which the reader may remind, the newest first."""
    mails = MailDelivery.objects.within(UnitsInCharge.below(unit)).actionable_by(reader, REMIND)
    return mails.select_related("notification__unit", "user").order_by("-created_at", "-pk")


def counts(unit: OrgUnit, *, reader: User) -> list[tuple[str, str, int]]:
    """(tone, word, how many) of each state, in one statement."""
    found = mails_below(unit, reader=reader).order_by().values_list("state").annotate(n=Count("pk"))
    n_of = dict(found)
    return [(TONES[state], str(state.label), n_of.get(state, 0)) for state in DeliveryState]


def line(mail: MailDelivery) -> Line:
    """What the sender may know of it: never the address, the name masked."""
    state = DeliveryState(mail.state)
    at = mail.sent_at or (mail.not_before if state == DeliveryState.WAITING else mail.created_at)
    return Line(
        unit_name=mail.notification.unit.name,
        subject=str(NotificationKind(mail.notification.kind).label),
        person=mask_name(mail.user.display_name),
        tone=TONES[state],
        state=str(state.label),
        at=_moment(at, state),
        why=str(REASONS.get(mail.error, NO_SERVER)) if mail.error else "",
    )


def _moment(at: datetime, state: DeliveryState) -> str:
    moment = f"{clock.local(at):%m-%d %H:%M}"
    return _("%(at)s 以后发送") % {"at": moment} if state == DeliveryState.WAITING else moment
