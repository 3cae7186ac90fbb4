"""日常记录表: a month of one unit as a table to fill in, a row per channel and a column per day. By caption. No query here."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from orgs.exceptions import UnusableFile
from orgs.kernel.xlsx import FileRejected, Limits, RowError, read_guarded, safe_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orgs.kernel.sheets import SheetRow, SheetValues

KEY, NAME = "编号", "账号、群"
DAY = re.compile(r"(\d{1,2})日", re.ASCII)
MONTH = re.compile(r"(\d{4})年(\d{1,2})月", re.ASCII)
HEADER_WITHIN = 10
FIRST_DAY_COLUMN = 3
WHOLE = re.compile(r"(\d{1,6})(?:\.0+)?", re.ASCII)
Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One channel as the file has it: its row, its key, and the text of each day that holds something."""

    number: int
    key: str
    name: str
    days: dict[int, str]


@dataclass(slots=True)
class MonthTable:
    """What was read; `month` is what the file says it is about, None where it says nothing."""

    rows: list[MonthRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    month: Month | None = None

    def error(self, number: int, column: str, value: str, message: str) -> None:
        """Note a fault under the caption of its column."""
        self.errors.append(RowError("", number, column, value, message))


def caption(day: int) -> str:
    """5日."""
    return f"{day}日"


def write(heading: str, n_days: int, rows: Iterable[tuple[str, str, Sequence[int | None]]]) -> bytes:
    """The .xlsx file: key, name and the number of each day; a day without a record is empty, not 0."""
    book = Workbook()
    sheet = book.active
    sheet.title = "日常记录"
    safe_cell(sheet.cell(1, 1), heading)
    sheet.cell(1, 1).font = Font(bold=True)
    captions = (KEY, NAME, *(caption(day) for day in range(1, n_days + 1)))
    for at, text in enumerate(captions, start=1):
        safe_cell(sheet.cell(2, at), text)
        sheet.cell(2, at).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(2, at).column_letter].width = 6 if at >= FIRST_DAY_COLUMN else 10
    sheet.column_dimensions["B"].width = 32
    for number, (key, name, posts) in enumerate(rows, start=3):
        safe_cell(sheet.cell(number, 1), key)
        safe_cell(sheet.cell(number, 2), name)
        for at, n in enumerate(posts, start=FIRST_DAY_COLUMN):
            sheet.cell(number, at, n)
    sheet.freeze_panes = "C3"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(data: bytes, filename: str) -> MonthTable:
    """Read a filled table. Raises FileRejected if it is no table, UnusableFile if it has no usable header."""
    sheets = [each for each in read_guarded(data, filename, Limits(**settings.UPLOAD_LIMITS)) if each.rows]
    shown = [each for each in sheets if not each.hidden]
    if not shown:
        raise FileRejected("empty")
    sheet = shown[0]
    header, days = _header(sheet)
    table = MonthTable(month=_month(sheet, header))
    faulty = {*sheet.unreadable, *sheet.dates}
    for row in sheet.rows:
        if row.number > header.number:
            _read_row(table, row, days, faulty)
    return table


def whole(text: str) -> int | None:
    """The number of a cell; None for what is no whole number."""
    found = WHOLE.fullmatch(text)
    return int(found[1]) if found else None


def _header(sheet: SheetValues) -> tuple[SheetRow, dict[int, int]]:
    for row in sheet.rows[:HEADER_WITHIN]:
        cells = [cell.strip() for cell in row.cells]
        days = {int(found[1]): at for at, cell in enumerate(cells) if (found := DAY.fullmatch(cell))}
        if cells and cells[0] == KEY and days:
            return row, days
    raise UnusableFile(_("表头第一列要是“编号”，后面是“1日、2日……”。请用本页下载的表填写后再上传。"))


def _month(sheet: SheetValues, header: SheetRow) -> Month | None:
    for row in sheet.rows:
        found = MONTH.search(row.cell(0)) if row.number < header.number else None
        if found:
            return int(found[1]), int(found[2])
    return None


def _read_row(table: MonthTable, row: SheetRow, days: dict[int, int], faulty: set[tuple[int, int]]) -> None:
    key, filled = row.cell(0).strip().lower(), {}
    for day, at in days.items():
        text = row.cell(at).strip()
        if (row.number, at) in faulty:
            table.error(
                row.number, caption(day), row.original(at), _("是公式、日期或错误值，请改为整数后重新上传。")
            )
        elif text:
            filled[day] = text
    if key:
        table.rows.append(MonthRow(row.number, key, row.cell(1).strip(), filled))
    elif filled:
        table.error(row.number, KEY, "", _("没有编号，请照下载的表补上，或删去这一行。"))
