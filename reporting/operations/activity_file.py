"""A month's table of one unit, filled in a spreadsheet: looked through first, then recorded cell by cell."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.exceptions import Conflict, NotAllowed, UnusableFile
from reporting import tracks
from reporting.daily import DayState
from reporting.excel import activity as month_table
from reporting.exceptions import ReportingError
from reporting.operations import activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orgs.kernel.clock import Week
    from orgs.kernel.sheets import RowError
    from orgs.models import OrgUnit, User
    from reporting.daily import Day
    from reporting.excel.activity import MonthRow, MonthTable
    from reporting.operations.activity import Channel
    from reporting.tracks import Track

NewCell = tuple[str, str, int]  # key of the channel, day, items


@dataclass(slots=True)
class FilePreview:
    """What an import would do: `cells` are what it would write; a cell in error is left out, the others are not."""

    n_rows: int = 0
    cells: list[NewCell] = field(default_factory=list)
    n_changed: int = 0  # of those, numbers that stand already and become others
    n_unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)

    @property
    def n_new(self) -> int:
        return len(self.cells) - self.n_changed


def month_of(year: int, month: int) -> tuple[date, date]:
    """First and last day."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def preview(data: bytes, filename: str, unit: OrgUnit, first: date, *, by: User) -> FilePreview:
    """Everything the file says about the unit's channels in that month, checked; nothing is written.

    Raises NotAllowed, FileRejected, UnusableFile for the whole file.
    """
    if not activity.may_record(unit, by=by):
        raise NotAllowed
    table = month_table.read(data, filename)
    if table.month not in {None, (first.year, first.month)}:
        year, month = table.month or (0, 0)
        words = _("这是%(year)d年%(month)d月的表，请到那个月的页面上传，或重新下载本月的表。")
        raise UnusableFile(words % {"year": year, "month": month})
    last = month_of(first.year, first.month)[1]
    known = {each.key: each for each in tracks.of_unit(unit, first, last)}
    closed = tracks.closed_until(first, last)
    found, seen = FilePreview(n_rows=len(table.rows)), dict[str, int]()
    for row in table.rows:
        track = known.get(row.key)
        if fault := _row_fault(row, track, seen):
            table.error(row.number, month_table.KEY, row.key, fault)
        elif track is not None:
            seen[row.key] = row.number
            days = {each.day.day: each for each in track.within(first, last)}
            _look_through(found, table, row, (track, days, closed))
    found.errors = sorted(table.errors, key=lambda error: error.row)
    return found


def import_cells(cells: Sequence[NewCell], unit: OrgUnit, *, by: User) -> int:
    """Record what was looked through, all or nothing. Raises NotAllowed, Conflict, and as `record_day`."""
    by_key = _channels(unit, {key for key, _day, _posts in cells})
    if by_key.keys() != {key for key, _day, _posts in cells}:
        raise Conflict(_("检查以后账号、群有变动，请重新上传文件。"))
    given: dict[Channel, dict[date, int]] = {}
    for key, day, posts in cells:
        given.setdefault(by_key[key], {})[date.fromisoformat(day)] = posts
    return activity.record_cells(given, by=by)


def day_fault(track: Track, day: Day, text: str, closed: dict[Week, datetime]) -> str:
    """Why this cannot be recorded on the day, and what to do; "" where it can. One word for the page and the file."""
    posts = month_table.whole(text)
    if posts is None:
        return _("不是整数，请填写数字；没有发布填 0。")
    if day.state == DayState.CLOSED:
        return _("这一天该账号、群不在用，请清空这一格。")
    if day.record is not None and day.record.posts != posts and tracks.is_settled(day.record, closed):
        return _("已计入以前的周报，不能再改，请改回 %(n)d。") % {"n": day.record.posts}
    try:
        activity.ensure_sensible(track.channel, day.day, posts)
    except ReportingError as error:
        return error.message
    return ""


def _row_fault(row: MonthRow, track: Track | None, seen: dict[str, int]) -> str:
    if track is None:
        return _("本单位没有这个编号的账号、群，请照下载的表填写编号。")
    if row.key in seen:
        return _("与第 %(n)d 行重复，请只留一行。") % {"n": seen[row.key]}
    return ""


def _look_through(
    found: FilePreview,
    table: MonthTable,
    row: MonthRow,
    known: tuple[Track, dict[int, Day], dict[Week, datetime]],
) -> None:
    track, days, closed = known
    for number, text in row.days.items():
        day = days.get(number)
        fault = day_fault(track, day, text, closed) if day else _("这个月没有这一天，请删去这一列。")
        if fault or day is None:
            table.error(row.number, month_table.caption(number), text, fault)
            continue
        posts = month_table.whole(text) or 0
        if day.posts == posts:
            found.n_unchanged += 1
            continue
        found.n_changed += day.record is not None
        found.cells.append((row.key, day.day.isoformat(), posts))


def _channels(unit: OrgUnit, keys: Iterable[str]) -> dict[str, Channel]:
    wanted = set(keys)
    rows: list[Channel] = [*unit.accounts.select_related("unit"), *unit.groups.select_related("unit")]
    return {key: each for each in rows if (key := tracks.key_of(each)) in wanted}
