"""收件单位: to which units a bulletin goes, and 签收 by them. Per unit, not per person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Notification, OrgUnit
from orgs.operations import ledger
from orgs.querysets.scope import Span, UnitsInCharge
from reporting.choices import BulletinState
from reporting.exceptions import ReportingError
from reporting.models import BulletinRecipient

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Bulletin

DIRECT, SUBTREE = "direct", "subtree"
# READING: whoever wants to reach every branch of a province publishes a notice; a bulletin goes to committees.
MOST = 5_000


def units_for(bulletin: Bulletin) -> OrgUnitQuerySet:
    """The units in operation to which the draft would go today: by subtree, kind and line, within its own lines."""
    chosen, unit = bulletin.body["recipients"], bulletin.unit
    own = UnitsInCharge((Span.of(unit, lines=tuple(bulletin.body["lines"])),))
    below = OrgUnit.objects.within(own).in_operation().exclude(pk=unit.pk)
    if chosen["depth"] == DIRECT:
        below = below.children_of(unit)
    if chosen["kinds"]:
        below = below.filter(kind__in=chosen["kinds"])
    if chosen["lines"]:
        below = below.filter(line__in=chosen["lines"])
    found: OrgUnitQuerySet = below.in_official_order()
    return found


def send(bulletin: Bulletin, text: str) -> int:
    """Part of the publication: a row and a message for each unit; returns how many. Raises ReportingError."""
    pks = list(units_for(bulletin).values_list("pk", flat=True)[: MOST + 1])
    if not pks:
        raise ReportingError(_("没有收件单位，请先在“编辑”中选择收件范围。"))
    if len(pks) > MOST:
        raise ReportingError(_("收件单位超过%(n)d个，请在“编辑”中缩小收件范围。") % {"n": MOST})
    now = clock.now()
    BulletinRecipient.objects.bulk_create(
        (BulletinRecipient(bulletin=bulletin, unit_id=pk, sent_at=now) for pk in pks), batch_size=500
    )
    kind, link = NotificationKind.BULLETIN_PUBLISHED, f"/bulletins/{bulletin.pk}/"
    ledger.notify_many(
        Notification(unit_id=pk, kind=kind, text=text, link=link, created_at=now) for pk in pks
    )
    return len(pks)


@transaction.atomic
def sign(bulletin_id: int, *, by: User) -> int:
    """签收 for the very units in which the person holds an office; signed once, the first counts. Returns how many.

    Raises NotAllowed where the bulletin went to none of them.
    """
    addressed = BulletinRecipient.objects.of_own_units(by).filter(bulletin=bulletin_id)
    rows = list(addressed.filter(bulletin__state=BulletinState.PUBLISHED).select_related("unit"))
    if not rows:
        raise NotAllowed(_("这份通报没有发给您任职的团组织，不用签收。"))
    now = clock.now()
    signed = [
        row
        for row in rows
        if BulletinRecipient.objects.waiting().filter(pk=row.pk).update(received_at=now, received_by=by)
    ]
    ledger.record_many("bulletin.received", signed, by=by)
    return len(signed)
