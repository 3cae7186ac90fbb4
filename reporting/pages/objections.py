"""What the pages of 抽查异议 show: how far each has come, and what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable
from orgs.permissions import VIEW
from reporting.models import Objection, SpotCheck
from reporting.operations import objections
from reporting.pages.spot_checks import tone_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from reporting.models import VerifiedCount
    from reporting.querysets.draws import ObjectionQuerySet

PER_PAGE = 50
WAITING, MINE, DECIDED = "waiting", "mine", "decided"

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Result:
    """What one of the two inspectors found: items of a day with their grade, or people in the group."""

    tone: str
    label: str
    number: int
    words: str
    by: User | None
    at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One objection, both results and its state in words."""

    objection: Objection
    channel: str
    first: Result
    second: Result | None
    tone: str
    state: str


@dataclass(frozen=True, slots=True)
class Page:
    """One objection: both results, and what the reader may do now."""

    line: Line
    may_assign: bool
    may_record: bool
    may_decide: bool


def found(reader: User, state: str, verb: str = VIEW) -> ObjectionQuerySet:
    """The objections of a state that the person may read."""
    rows: ObjectionQuerySet = Objection.objects.readable_by(reader, verb).for_list()
    conditions = {
        WAITING: Q(decided_at__isnull=True),
        DECIDED: Q(decided_at__isnull=False),
    }
    if state == MINE:
        return rows.to_recheck_by(reader)
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
    found = objection.finding
    if isinstance(found, SpotCheck):
        first = _of_check(found)
        second = _of_check(objection.second_check) if objection.second_check is not None else None
    else:
        first = _of_count(found, found.verified, found.verified_by, found.verified_at)
        again = objection.second_members
        at, by = objection.second_at, objection.second_inspector
        second = _of_count(found, again, by, at) if again is not None else None
    return Line(objection, objection.finding.channel_name, first, second, *_state(objection))


def _of_check(check: SpotCheck) -> Result:
    words = _("%(n)d 条") % {"n": check.posts}
    url = reverse("reporting:show-check", args=[check.pk])
    label = check.get_grade_display()
    return Result(tone_of(check), label, check.posts, words, check.checked_by, check.checked_at, url)


def _of_count(count: VerifiedCount, members: int, by: User | None, at: datetime | None) -> Result:
    is_less = count.declared is None or members < count.declared
    tone, label = ("warn", _("核减")) if is_less else ("ok", _("不核减"))
    if members == 0:
        tone, label = "bad", _("群找不到")
    declared = _("未填") if count.declared is None else count.declared
    words = _("%(n)d 人（申报%(declared)s）") % {"n": members, "declared": declared}
    return Result(tone, label, members, words, by, at, reverse("accounts:show-group", args=[count.group_id]))


def table(rows: Iterable[Objection]) -> FileTable:
    """The list as a file: both results beside each other, and what was decided."""
    labels = [
        _("账号、群"), _("团组织"), _("状态"), _("原结果"), _("原条数、人数"), _("复核结果"), _("复核条数、人数"), _("提出单位"),
        _("理由"), _("提出时间"), _("裁定时间"), _("裁定说明"),
    ]  # fmt: skip
    listed = [_row(each) for each in lines(rows)]
    return FileTable.listed(_("抽查异议%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, listed)


def _row(line: Line) -> list[Cell]:
    objection = line.objection
    second = line.second
    return [
        line.channel,
        objection.checked_unit.name,
        line.state,
        *(line.first.label, line.first.number),
        *((second.label, second.number) if second else (None, None)),
        objection.unit.name,
        objection.reason,
        _moment(objection.raised_at),
        _moment(objection.decided_at),
        objection.remark or None,
    ]


def _moment(at: datetime | None) -> str | None:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else None


def read(objection: Objection, reader: User) -> Page:
    """The page; nothing may be done once it is decided."""
    is_open, has_second = objection.decided_at is None, objection.has_second
    is_organiser = is_open and objections.may_decide(objection, reader)
    return Page(
        line(objection),
        may_assign=is_organiser and not has_second,
        may_record=is_open and not has_second and objection.second_inspector_id == reader.pk,
        may_decide=is_organiser and has_second,
    )


def _state(objection: Objection) -> tuple[str, str]:
    if objection.decided_at is not None:
        return ("ok", _("异议成立")) if objection.is_upheld else ("mute", _("异议不成立"))
    if objection.has_second:
        return "warn", _("待裁定")
    if objection.second_inspector_id is not None:
        return "info", _("待复核")
    return "warn", _("待安排复核")
