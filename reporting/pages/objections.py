"""What the pages of 抽查异议 show: how far each has come, and what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable
from orgs.permissions import VIEW
from reporting.models import Objection
from reporting.operations import objections
from reporting.pages.spot_checks import tone_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from reporting.models import SpotCheck
    from reporting.querysets.draws import ObjectionQuerySet

PER_PAGE = 50
WAITING, MINE, DECIDED = "waiting", "mine", "decided"

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One objection and its state in words."""

    objection: Objection
    channel: str
    tone: str
    state: str


@dataclass(frozen=True, slots=True)
class Page:
    """One objection: both results, and what the reader may do now."""

    line: Line
    first_tone: str
    second_tone: str
    may_assign: bool
    may_record: bool
    may_decide: bool


def found(reader: User, state: str, verb: str = VIEW) -> ObjectionQuerySet:
    """The objections of a state that the person may read."""
    rows: ObjectionQuerySet = Objection.objects.readable_by(reader, verb).for_list()
    conditions = {
        WAITING: Q(decided_at__isnull=True),
        MINE: Q(decided_at__isnull=True, second_inspector=reader, second_check__isnull=True),
        DECIDED: Q(decided_at__isnull=False),
    }
    return rows.filter(conditions[state]) if state in conditions else rows


def chips(state: str) -> list[Chip]:
    """Choices of state."""
    words = [("", _("全部")), (WAITING, _("办理中")), (MINE, _("待我复核")), (DECIDED, _("已办结"))]
    return [(word, f"?state={key}" if key else "?", key == state) for key, word in words]


def lines(rows: Iterable[Objection]) -> list[Line]:
    """In the order of the queryset."""
    return [line(each) for each in rows]


def line(objection: Objection) -> Line:
    """One objection with its state in words."""
    check = objection.check_made
    return Line(objection, str(check.group or check.account or check.unit), *_state(objection))


def table(rows: Iterable[Objection]) -> FileTable:
    """The list as a file: both results beside each other, and what was decided."""
    labels = [
        _("账号、群"), _("团组织"), _("状态"), _("原结果"), _("原条数"), _("复核结果"), _("复核条数"), _("提出单位"),
        _("理由"), _("提出时间"), _("裁定时间"), _("裁定说明"),
    ]  # fmt: skip
    listed = [_row(each) for each in lines(rows)]
    return FileTable.listed(_("抽查异议%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, listed)


def _row(line: Line) -> list[Cell]:
    objection = line.objection
    first, second = objection.check_made, objection.second_check
    return [
        line.channel,
        first.unit.name,
        line.state,
        *_result(first),
        *(_result(second) if second else (None, None)),
        objection.unit.name,
        objection.reason,
        _moment(objection.raised_at),
        _moment(objection.decided_at),
        objection.remark or None,
    ]


def _result(check: SpotCheck) -> tuple[Cell, Cell]:
    return check.get_grade_display() or None, check.posts


def _moment(at: datetime | None) -> str | None:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else None


def read(objection: Objection, reader: User) -> Page:
    """The page; nothing may be done once it is decided."""
    is_open, has_second = objection.decided_at is None, objection.second_check_id is not None
    is_organiser = is_open and objections.may_decide(objection, reader)
    second = objection.second_check
    return Page(
        line(objection),
        tone_of(objection.check_made),
        tone_of(second) if second else "",
        may_assign=is_organiser and not has_second,
        may_record=is_open and not has_second and objection.second_inspector_id == reader.pk,
        may_decide=is_organiser and has_second,
    )


def _state(objection: Objection) -> tuple[str, str]:
    if objection.decided_at is not None:
        return ("ok", _("异议成立")) if objection.is_upheld else ("mute", _("异议不成立"))
    if objection.second_check_id is not None:
        return "warn", _("待裁定")
    if objection.second_inspector_id is not None:
        return "info", _("待复核")
    return "warn", _("待安排复核")
