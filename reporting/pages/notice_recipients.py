"""Who has signed for a notice and who hasn't, when they were last reminded; the same as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Max
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.kernel import clock
from orgs.kernel.crypto import mask_name
from orgs.models import Notification
from orgs.operations.exporting import FileTable
from reporting.choices import NoticeState
from reporting.operations.notice_recipients import link_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from reporting.models import Notice, NoticeRecipient

PER_PAGE = 50
WAITING = "waiting"
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One unit that received the notice."""

    row: NoticeRecipient
    reminded_at: datetime | None
    may_remind: bool


@dataclass(frozen=True, slots=True)
class RecipientList:
    """A page of them; `may_remind`: a signature is asked for, and somebody has not signed."""

    page: Page[NoticeRecipient]
    lines: list[Line]
    is_waiting: bool
    n_all: int
    n_waiting: int
    may_remind: bool


def of(notice: Notice, user: User, *, state: str, number: str | None) -> RecipientList:
    """At most six statements however many units there are."""
    rows, is_waiting = notice.recipients.all(), state == WAITING
    page = Paginator((rows.unsigned() if is_waiting else rows).for_list(), PER_PAGE).get_page(number)
    n_waiting = rows.unsigned().count()
    may_remind = n_waiting > 0 and notice.must_sign and notice.state == NoticeState.PUBLISHED
    own = user.units_in_charge().own_unit_ids()
    last = _reminded(notice, [row.unit_id for row in page])
    lines = [
        Line(
            row,
            last.get(row.unit_id),
            may_remind=may_remind and row.received_at is None and row.unit.is_open and row.unit_id not in own,
        )
        for row in page
    ]
    return RecipientList(page, lines, is_waiting, rows.count(), n_waiting, may_remind)


def table(notice: Notice, *, state: str) -> FileTable:
    """All of them, or those that have not signed; read some hundred at a time."""
    rows = notice.recipients.unsigned() if state == WAITING else notice.recipients.all()
    labels = [_("团组织"), _("上级"), _("代码"), _("签收"), _("签收时间"), _("签收人")]
    name = _("通知签收情况%(day)s") % {"day": f"{clock.today():%Y%m%d}"}
    listed = rows.for_list().iterator(chunk_size=ROWS_AT_ONCE)
    return FileTable(name, labels, _cells(listed), rows.count(), heading=notice.title)


def _cells(rows: Iterator[NoticeRecipient]) -> Iterator[list[Cell]]:
    for row in rows:
        at = clock.local(row.received_at) if row.received_at else None
        yield [
            row.unit.name,
            row.unit.parent.name if row.unit.parent else None,
            row.unit.code,
            _("已签收") if at else _("未签收"),
            f"{at:%Y-%m-%d %H:%M}" if at else None,
            mask_name(row.received_by.display_name) if row.received_by else None,
        ]


def _reminded(notice: Notice, units: list[int]) -> dict[int, datetime]:
    """unit -> when it was last reminded of the notice."""
    reminders = Notification.objects.filter(
        kind=NotificationKind.REMINDED, link=link_of(notice), unit__in=units
    )
    return dict(
        reminders.order_by().values("unit_id").annotate(at=Max("created_at")).values_list("unit_id", "at")
    )
