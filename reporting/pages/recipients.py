"""Who has signed for a bulletin and who hasn't, and when they were last reminded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Max

from orgs.choices import NotificationKind
from orgs.models import Notification
from reporting.models import BulletinRecipient
from reporting.operations.bulletin_reminders import link_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from orgs.models import User
    from reporting.models import Bulletin

PER_PAGE = 50
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Line:
    """One unit that received the bulletin."""

    row: BulletinRecipient
    reminded_at: datetime | None
    may_remind: bool


@dataclass(frozen=True, slots=True)
class RecipientList:
    """A page of them; `may_remind`: somebody has not signed, and this is the bulletin that counts."""

    page: Page[BulletinRecipient]
    lines: list[Line]
    n_all: int
    n_waiting: int
    may_remind: bool


def of(bulletin: Bulletin, user: User, *, state: str, number: str | None) -> RecipientList:
    """At most six statements however many units there are."""
    rows = bulletin.recipients.all()
    waiting = rows.waiting()
    shown = waiting if state == WAITING else rows
    page = Paginator(shown.for_list(), PER_PAGE).get_page(number)
    reminded = _reminded(bulletin).filter(unit__in=[row.unit_id for row in page])
    n_waiting = waiting.count()
    may_remind = n_waiting > 0 and not bulletin.corrections.published().exists()
    own = user.units_in_charge().own_unit_ids()
    last = dict(reminded)
    lines = [
        Line(
            row,
            last.get(row.unit_id),
            may_remind=may_remind and row.received_at is None and row.unit.is_open and row.unit_id not in own,
        )
        for row in page
    ]
    return RecipientList(page, lines, rows.count(), n_waiting, may_remind)


def everyone(bulletin: Bulletin, *, state: str) -> list[Line]:
    """All pages, for a file; two statements."""
    rows, last = bulletin.recipients.all(), dict(_reminded(bulletin))
    shown = rows.waiting() if state == WAITING else rows
    return [Line(row, last.get(row.unit_id), may_remind=False) for row in shown.for_list()]


def _reminded(bulletin: Bulletin) -> QuerySet[Notification, tuple[int, datetime]]:
    """(unit, when it was last reminded of the bulletin)."""
    reminders = Notification.objects.filter(kind=NotificationKind.REMINDED, link=link_of(bulletin))
    return reminders.order_by().values("unit_id").annotate(at=Max("created_at")).values_list("unit_id", "at")
