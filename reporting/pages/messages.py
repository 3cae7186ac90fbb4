"""What the pages of 定向消息 show: the list with its boxes, and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable
from reporting import about

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orgs.operations.exporting import Cell
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import DirectedMessage
    from reporting.querysets.messages import DirectedMessageQuerySet

RECEIVED, UNREAD, SENT = "received", "unread", "sent"
BOXES = (RECEIVED, UNREAD, SENT)

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One message from the reader's side: the other unit, what it is about, how far it has come."""

    message: DirectedMessage
    is_received: bool
    word: str
    tone: str
    state: str


def boxed(rows: DirectedMessageQuerySet, box: str, in_charge: UnitsInCharge) -> DirectedMessageQuerySet:
    """Those of a box; a wrong name boxes nothing."""
    if box == RECEIVED:
        return rows.received_by(in_charge)
    if box == UNREAD:
        return rows.received_by(in_charge).unread()
    return rows.sent_by_units(in_charge) if box == SENT else rows


def chips(box: str) -> list[Chip]:
    """Boxes: text, address, chosen."""
    named = [("", _("全部")), (RECEIVED, _("收到的")), (UNREAD, _("未读")), (SENT, _("发出的"))]
    chosen = box if box in BOXES else ""
    return [(word, f"?box={key}" if key else "?", key == chosen) for key, word in named]


def tabs(current: str) -> list[Chip]:
    """系统消息 and 定向消息 stand side by side."""
    names = (
        ("system", _("系统消息"), "orgs:list-messages"),
        ("directed", _("定向消息"), "reporting:list-directed"),
    )
    return [(word, reverse(name), key == current) for key, word, name in names]


def lines(messages: Iterable[DirectedMessage], in_charge: UnitsInCharge) -> list[Line]:
    """In the order of the queryset."""
    own = in_charge.own_unit_ids()
    return [_line(each, is_received=each.to_unit_id in own) for each in messages]


def table(listed: Iterable[Line]) -> FileTable:
    """The list as a file."""
    labels = [
        _("发送单位"), _("接收单位"), _("关于"), _("内容"), _("发送时间"), _("已阅时间"), _("回复"), _("回复时间"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [_row(each) for each in listed]
    return FileTable.listed(_("定向消息%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, rows)


def _line(message: DirectedMessage, *, is_received: bool) -> Line:
    word = about.word_of(message.about_type)
    if message.answered_at:
        return Line(message, is_received, word, "ok", _("已回复"))
    if message.read_at:
        return Line(message, is_received, word, "info", _("已阅"))
    return Line(message, is_received, word, "warn" if is_received else "mute", _("未读"))


def _row(line: Line) -> list[Cell]:
    message = line.message
    return [
        message.from_unit.name,
        message.to_unit.name,
        line.word,
        message.text,
        _moment(message.sent_at),
        _moment(message.read_at),
        message.answer or None,
        _moment(message.answered_at),
    ]


def _moment(at: datetime | None) -> str | None:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else None
