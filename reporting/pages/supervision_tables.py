"""督导台账 and 走访统计 as files: the layout of a paper ledger, numbered, with one line per matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from orgs.operations.exporting import Cell
    from reporting.pages import supervision, visits


def of_duties(lines: Iterable[supervision.Line]) -> FileTable:
    """督导台账, those that wait first."""
    labels = [
        _("序号"), _("团组织"), _("上级"), _("类别"), _("事由"), _("依据"), _("提出单位"), _("提出日期"), _("办理期限"),
        _("约谈或走访日期"), _("状态"), _("答复"), _("答复日期"), _("办理结果"), _("办结日期"),
    ]  # fmt: skip
    rows = [_duty(number, each) for number, each in enumerate(lines, 1)]
    name = _("督导台账%(day)s") % {"day": f"{clock.today():%Y%m%d}"}
    return FileTable.listed(name, labels, rows, heading=_("督导台账"))


def of_visits(page: visits.Page) -> FileTable:
    """走访统计 of one year; what no visit looked at is an empty cell."""
    labels = [
        _("团组织"), _("走访次数"), _("走访团组织数"), _("已建群数"), _("联系青年数"), _("线上活动次数"), _("线下活动次数"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [each.unit.name, each.n_visits, each.n_units, *each.sums] for each in page.lines
    ]
    words = {"unit": page.unit.name, "year": page.year}
    heading = _("%(unit)s　%(year)d年　同一团组织多次走访的，取最近一次") % words
    return FileTable.listed(_("走访统计%(year)d年") % words, labels, rows, heading=heading)


def _duty(number: int, line: supervision.Line) -> list[Cell]:
    duty = line.duty
    return [
        number,
        duty.unit.name,
        duty.unit.parent.name if duty.unit.parent else None,
        duty.get_kind_display(),
        duty.reason,
        duty.clause or None,
        duty.made_by_unit.name,
        _moment_day(duty.made_at),
        _day(duty.due_on),
        _day(duty.held_on),
        line.label,
        duty.answer or None,
        _moment_day(duty.answered_at),
        duty.outcome or None,
        _moment_day(duty.closed_at),
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment_day(at: datetime | None) -> str | None:
    return f"{clock.local(at):%Y-%m-%d}" if at else None
