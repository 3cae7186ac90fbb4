"""Mails that carry a message to its people: queued with the message, sent by a worker, never within a request.

Idempotent: one row per message and person. A worker that is killed between sending and noting it leaves the row
claimed; after LEASE it is sent once more, so a kill costs at most one mail too many and never one too few.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string

from orgs.choices import MAILED_KINDS, DeliveryState, NotificationKind
from orgs.kernel import clock
from orgs.models import Appointment, MailDelivery
from orgs.permissions import FILL, REVIEW, roles_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.core.mail.backends.base import BaseEmailBackend

    from orgs.models import Notification

# A decision can be taken back for some seconds: its mail must not be out by then.
HELD_BACK = timedelta(seconds=60)
LEASE = timedelta(minutes=10)
# After the n-th failure so long until the next try; after the last the mail counts as not delivered.
AGAIN_AFTER = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
OUT_OF_REACH = (SMTPAuthenticationError, SMTPConnectError, SMTPServerDisconnected)
# Nothing that waiting mends: a mail that can't be written, an address with a line break in it.
UNFIT = (TemplateDoesNotExist, TemplateSyntaxError, ValueError)
AT_ONCE = 200
BATCH = 500
log = structlog.get_logger()


class NoLongerTheirs(Exception):
    """Since it was queued the person has left the unit, was switched off or has taken the address away."""


FINAL = (SMTPRecipientsRefused, NoLongerTheirs, *UNFIT)


def queue(notifications: Sequence[Notification]) -> int:
    """A mail of each message for everybody who fills or reviews at its unit and has an address. Returns how many.

    Repeating it changes nothing. Kinds that nobody must act upon are not mailed.
    """
    wanted = [each for each in notifications if each.kind in MAILED_KINDS]
    if not (wanted and settings.MAIL_IS_ON):
        return 0
    now, people = clock.now(), _people_of({each.unit_id for each in wanted})
    rows = [
        MailDelivery(notification=each, user_id=user_id, not_before=after_quiet(now), created_at=now)
        for each in wanted
        for user_id in people.get(each.unit_id, ())
    ]
    MailDelivery.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def after_quiet(now: datetime) -> datetime:
    """The first moment from now on at which a mail may go out: not in the quiet hours, not before an undo is over."""
    local = clock.local(now + HELD_BACK)
    starts, ends = _hour(settings.QUIET_FROM), _hour(settings.QUIET_UNTIL)
    at = local.time()
    over_midnight = starts > ends
    is_quiet = (at >= starts or at < ends) if over_midnight else starts <= at < ends
    if not is_quiet:
        return now + HELD_BACK
    day = local.date() + timedelta(days=1) if over_midnight and at >= starts else local.date()
    return datetime.combine(day, ends, tzinfo=clock.SHANGHAI)


def send_due(most: int = AT_ONCE) -> int:
    """Send what is due, one claimed row after the other; returns how many went out.

    Where the mail server can't be reached at all, the run ends and nothing but the first row has lost a try.
    """
    sent, connection = 0, get_connection()
    due = MailDelivery.objects.due().order_by("not_before", "pk").values_list("pk", flat=True)
    try:
        for pk in list(due[:most]):
            delivery = _claimed(pk)
            if delivery is None:
                continue  # another worker has it, or its message was withdrawn
            error = _send(delivery, connection)
            if error is None:
                sent += 1
                facts = {"state": DeliveryState.SENT, "sent_at": clock.now(), "error": ""}
                MailDelivery.objects.filter(pk=pk).update(**facts)
                continue
            _failed(delivery, error)
            if _is_out_of_reach(error):
                break
    finally:
        connection.close()
    return sent


def message_of(delivery: MailDelivery) -> EmailMessage:
    """The mail: a greeting, what it is about, where to go. What the message itself says stays in the portal."""
    notification = delivery.notification
    context = {
        "person": delivery.user.display_name,
        "unit": notification.unit.name,
        "message": notification,
        "link": settings.SITE_URL + notification.link,
    }
    body = render_to_string(f"email/{notification.kind}.txt", context)
    subject = str(NotificationKind(notification.kind).label)
    return EmailMessage(subject, body, to=[delivery.user.email])


def _people_of(unit_ids: Iterable[int]) -> dict[int, list[int]]:
    """Ids of the people with an address by unit, each once."""
    found: dict[int, list[int]] = {}
    ids = sorted(unit_ids)
    for at in range(0, len(ids), BATCH):
        in_force = Appointment.objects.in_force().filter(
            unit_id__in=ids[at : at + BATCH],
            role__in=roles_with(FILL) | roles_with(REVIEW),
            user__is_active=True,
        )
        pairs = in_force.exclude(user__email="").order_by().values_list("unit_id", "user_id").distinct()
        for unit_id, user_id in pairs:
            found.setdefault(unit_id, []).append(user_id)
    return found


def _claimed(pk: int) -> MailDelivery | None:
    """Ours from now until the lease is over, by compare-and-set."""
    now = clock.now()
    taken = (
        MailDelivery.objects.due().filter(pk=pk).update(attempts=F("attempts") + 1, not_before=now + LEASE)
    )
    if taken != 1:
        return None
    return MailDelivery.objects.select_related("notification__unit", "user").filter(pk=pk).first()


def _send(delivery: MailDelivery, connection: BaseEmailBackend) -> Exception | None:
    unit_id = delivery.notification.unit_id
    if delivery.user_id not in _people_of([unit_id]).get(unit_id, ()):
        return NoLongerTheirs()
    try:
        message = message_of(delivery)
        message.connection = connection
        connection.open()
        message.send()
    except (OSError, *UNFIT) as error:
        return error
    return None


def _is_out_of_reach(error: Exception) -> bool:
    """Whether the server itself failed, and not this one mail. SMTPException is an OSError, too."""
    is_of_network = isinstance(error, OSError) and not isinstance(error, SMTPException)
    return is_of_network or isinstance(error, OUT_OF_REACH)


def _failed(delivery: MailDelivery, error: Exception) -> None:
    """Keep the class of the failure and plan the next try; an address that is refused gets none."""
    name = type(error).__name__
    is_final = isinstance(error, FINAL) or delivery.attempts > len(AGAIN_AFTER)
    facts: dict[str, object] = {"state": DeliveryState.FAILED, "error": name}
    if not is_final:
        wait = AGAIN_AFTER[delivery.attempts - 1]
        facts = {"not_before": after_quiet(clock.now() + wait), "error": name}
    MailDelivery.objects.filter(pk=delivery.pk).update(**facts)
    log.warning("mail not delivered", delivery=delivery.pk, error=name, attempt=delivery.attempts)


def _hour(text: str) -> time:
    return time.fromisoformat(text.zfill(5))
