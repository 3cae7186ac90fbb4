"""日常记录 of one unit in a month: a row per channel, a column per day, streaks and gaps, who recorded (SUP-2.1.3, UNI-1.3.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable
from reporting import daily, tracks
from reporting.daily import DayState
from reporting.operations import activity, activity_file
from reporting.pages.activity import PILLS, about

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from orgs.kernel.clock import Week
    from orgs.models import OrgUnit, User
    from orgs.operations.exporting import Cell as FileCell
    from reporting.daily import Day, Gap
    from reporting.tracks import Channel, Track

MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
FIRST_YEAR = 2011  # the first of the source documents
SIGNS = {DayState.MISSING: "·", DayState.CLOSED: "—", DayState.FUTURE: ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a channel: a field where it may be written, else what it says."""

    name: str
    day: Day
    text: str
    is_editable: bool
    error: str = ""

    @property
    def sign(self) -> str:
        return SIGNS.get(self.day.state, self.text)

    @property
    def words(self) -> str:
        """For a reader that cannot see the sign."""
        said = str(PILLS[self.day.state][1]) if self.day.record is None else f"{self.day.posts}"
        return said + (_("，补记") if self.day.is_late else "")


@dataclass(frozen=True, slots=True)
class Row:
    """One channel."""

    track: Track
    about: str
    cells: list[Cell]
    gaps: list[Gap]
    recorders: list[str]


@dataclass(frozen=True, slots=True)
class Month:
    """The page: `unit_days` are those of all channels together, each posted only where every one has an item."""

    unit: OrgUnit
    first: date
    last: date
    rows: list[Row]
    unit_days: list[Day]
    unit_streak: int
    may_record: bool
    errors: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        return list(daily.days_between(self.first, self.last))

    @property
    def title(self) -> str:
        return _("%(year)d年%(month)d月") % {"year": self.first.year, "month": self.first.month}

    @property
    def unit_gaps(self) -> list[Gap]:
        return daily.gaps(self.unit_days)

    @property
    def before_url(self) -> str:
        return address(self.unit, self.first - timedelta(days=1)) if self.first.year >= FIRST_YEAR else ""

    @property
    def after_url(self) -> str:
        after = self.last + timedelta(days=1)
        return address(self.unit, after) if after <= clock.today() else ""

    @property
    def query(self) -> str:
        return f"?m={self.first:%Y-%m}"


def address(unit: OrgUnit, day: date) -> str:
    """The page of the month of the day."""
    return f"{reverse('reporting:show-activity-month', args=[unit.pk])}?m={day:%Y-%m}"


def first_of(text: str | None) -> date:
    """The first day of a month as an address asks for it (2026-11); this month for anything else."""
    today = clock.today()
    found = MONTH.fullmatch(text or "")
    if found and FIRST_YEAR <= int(found[1]) <= today.year and 1 <= int(found[2]) <= 12:
        first = date(int(found[1]), int(found[2]), 1)
        if first <= today:
            return first
    return today.replace(day=1)


def read(unit: OrgUnit, first: date, user: User, typed: Mapping[str, str] | None = None) -> Month:
    """The month; five statements. `typed` is what a form sent: it stands in the cells again, with what is wrong."""
    last = activity_file.month_of(first.year, first.month)[1]
    may_record = activity.may_record(unit, by=user)
    found = tracks.of_unit(unit, first, last)
    closed = tracks.closed_until(first, last) if may_record else {}
    rows = [_row(each, first, last, typed, closed, may_record=may_record) for each in found]
    together = daily.of_unit([each.days for each in found])
    errors = [
        (f"#id_{cell.name}", f"{row.track.channel} {cell.day.day.day}{_('日')}", cell.error)
        for row in rows
        for cell in row.cells
        if cell.error
    ]
    shown = [each for each in together if first <= each.day <= last]
    return Month(unit, first, last, rows, shown, daily.streak(together), may_record, errors)


def given(page: Month) -> dict[Channel, dict[date, int]]:
    """What is to be recorded: the cells that say something else than what is known."""
    found: dict[Channel, dict[date, int]] = {}
    for row in page.rows:
        for cell in row.cells:
            if cell.is_editable and cell.text and cell.text != _text(cell.day):
                found.setdefault(row.track.channel, {})[cell.day.day] = int(cell.text)
    return found


def of_records(page: Month) -> FileTable:
    """The records of the month for a file, one to a row: who recorded when, and what came late."""
    labels = [_("账号、群"), _("平台、类型"), _("日期"), _("发布条数"), _("补记"), _("登记人"), _("登记时间")]
    rows: list[list[FileCell]] = [
        [
            str(row.track.channel),
            row.about,
            cell.day.day.isoformat(),
            record.posts,
            _("是") if cell.day.is_late else None,
            record.recorded_by.display_name if record.recorded_by else None,
            f"{clock.local(record.recorded_at):%Y-%m-%d %H:%M}",
        ]
        for row in page.rows
        for cell in row.cells
        if (record := cell.day.record)
    ]
    name = _("日常记录%(month)s") % {"month": f"{page.first:%Y-%m}"}
    return FileTable.listed(name, labels, rows, heading=f"{page.unit.name}　{page.title}")


def _row(
    track: Track,
    first: date,
    last: date,
    typed: Mapping[str, str] | None,
    closed: dict[Week, datetime],
    *,
    may_record: bool,
) -> Row:
    cells = [_cell(track, each, typed, closed, may_record=may_record) for each in track.within(first, last)]
    records = [cell.day.record for cell in cells if cell.day.record]
    by = {each.recorded_by.display_name for each in records if each.recorded_by}
    return Row(track, about(track.channel), cells, track.gaps(first, last), sorted(by))


def _cell(
    track: Track,
    day: Day,
    typed: Mapping[str, str] | None,
    closed: dict[Week, datetime],
    *,
    may_record: bool,
) -> Cell:
    name = f"c-{track.key}-{day.day.day}"
    is_writable = may_record and day.state not in {DayState.CLOSED, DayState.FUTURE}
    if not is_writable or (day.record is not None and tracks.is_settled(day.record, closed)):
        return Cell(name, day, _text(day), is_editable=False)
    text = _text(day) if typed is None else typed.get(name, "").strip()[:10]
    error = activity_file.day_fault(track, day, text, closed) if text and text != _text(day) else ""
    if text and not error:
        text = str(int(text.partition(".")[0]))
    return Cell(name, day, text, is_editable=True, error=error)


def _text(day: Day) -> str:
    return "" if day.posts is None else str(day.posts)
