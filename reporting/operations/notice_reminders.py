"""提醒签收: a message, and a mail where there is an address, to units that have not signed for a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.operations.reminders import REMINDED, Reminded
from orgs.exceptions import IllegalMove
from orgs.kernel import clock
from orgs.models import Notification
from orgs.operations import ledger
from orgs.operations.locks import lock_units
from reporting.choices import NoticeState
from reporting.models import Notice
from reporting.operations.notice_recipients import link_of
from reporting.operations.reminding import turn

if TYPE_CHECKING:
    from orgs.models import User

MOST_AT_ONCE = 5_000


@transaction.atomic
def remind(notice_id: int, *, by: User, unit_id: int | None = None) -> Reminded:
    """Remind units in operation that have not signed, or one of them; those that are left wait for the next push.

    Nobody reminds a unit of their own. Raises IllegalMove for a notice that was withdrawn or asks for no signature.
    """
    sent = Notice.objects.actionable_by(by).sent()
    # Two pushes at once, of whatever: the second waits here, and finds what the first has left.
    lock_units([sent.values_list("unit_id", flat=True).get(pk=notice_id)])
    notice = sent.select_for_update(of=("self",)).select_related("unit").get(pk=notice_id)
    if notice.state != NoticeState.PUBLISHED or not notice.must_sign:
        raise IllegalMove(_("这份通知已经撤回，或者不要求签收，不用提醒。"))
    rows = notice.recipients.unsigned().filter(unit__is_open=True)
    rows = rows.exclude(unit_id__in=by.units_in_charge().own_unit_ids())
    rows = rows.filter(unit_id=unit_id) if unit_id else rows
    link, now = link_of(notice), clock.now()
    found = turn(set(rows.values_list("unit_id", flat=True)), link)
    told, left = found.targets[:MOST_AT_ONCE], len(found.targets[MOST_AT_ONCE:])
    words = {"unit": notice.unit.name, "title": notice.title}
    text = _("%(unit)s的通知《%(title)s》尚未签收，请打开阅读并签收") % words
    mails = ledger.notify_many(
        Notification(unit_id=pk, kind=REMINDED, text=text, link=link, created_at=now) for pk in told
    )
    done = Reminded(len(told), found.already, found.capped, left, mails)
    ledger.record(
        "notice.reminded", notice, by=by, sent=done.sent, already=done.already, capped=done.capped, left=left
    )
    return done
