"""提醒签收: a message, and a mail where there is an address, to units that have not signed for a bulletin."""

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
from reporting.models import Bulletin
from reporting.operations.reminding import turn

if TYPE_CHECKING:
    from orgs.models import User


def link_of(bulletin: Bulletin) -> str:
    """Where it is read and signed for."""
    return f"/bulletins/{bulletin.pk}/"


@transaction.atomic
def remind(bulletin_id: int, *, by: User, unit_id: int | None = None) -> Reminded:
    """Remind every unit in operation that has not signed, or one of them, in the name of the unit that published it.

    Nobody reminds a unit of their own. Raises IllegalMove for a bulletin that has been corrected since.
    """
    published = Bulletin.objects.actionable_by(by).published()
    # Two pushes at once, of whatever: the second waits here, and finds what the first has left.
    lock_units([published.values_list("unit_id", flat=True).get(pk=bulletin_id)])
    bulletin = published.select_for_update(of=("self",)).select_related("unit").get(pk=bulletin_id)
    if bulletin.corrections.published().exists():
        raise IllegalMove(_("这份通报已经更正，请在更正通报的签收情况中提醒。"))
    rows = bulletin.recipients.waiting().filter(unit__is_open=True)
    rows = rows.exclude(unit_id__in=by.units_in_charge().own_unit_ids())
    rows = rows.filter(unit_id=unit_id) if unit_id else rows
    link, now = link_of(bulletin), clock.now()
    found = turn(set(rows.values_list("unit_id", flat=True)), link)
    text = _("%(unit)s的通报《%(title)s》尚未签收，请打开阅读并签收") % {
        "unit": bulletin.unit.name,
        "title": bulletin.title,
    }
    mails = ledger.notify_many(
        Notification(unit_id=pk, kind=REMINDED, text=text, link=link, created_at=now) for pk in found.targets
    )
    done = Reminded(len(found.targets), found.already, found.capped, 0, mails)
    ledger.record(
        "bulletin.reminded", bulletin, by=by, sent=done.sent, already=done.already, capped=done.capped
    )
    return done
