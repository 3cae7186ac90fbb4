"""A collection form as a file: sheet 1 is the paper, sheet 2 明细 says whose each row is. Annex UNI-A has its own layout."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.styles.numbers import FORMAT_GENERAL
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from accounts.excel.columns import COLUMNS, NICKNAME_WIDTH, Column
from orgs.kernel.xlsx import safe_cell, wrapped_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

SHEET, DETAIL_SHEET = "收集表", "明细"
TITLE = "微信及管理员信息收集表"
NOTE = "备注：各高校报送的《收集表》需包含各院校、系、班级等团组织信息。"
UNIT_LABEL, PERSON_LABEL = "填报单位：", "填报人："
# In front of the paper's columns on sheet 2; the code follows behind, so that a sheet comes back to the right unit.
UNIT_COLUMNS = (
    ("number", "序号", 6),
    ("path", "组织全称", 44),
    ("level", "层级", 14),
    ("parent", "上级", 24),
    ("status", "审核状态", 10),
    ("submitted_at", "提交时间", 17),
)
CODE_COLUMN = ("code", "组织代码", 16)
HEADER_ROW, FIRST_ROW, LEAST_ROWS, DETAIL_FIRST_ROW = 3, 5, 5, 3
LOWEST_ROW, LINE_HEIGHT, PADDING = 24, 15, 6

_SONG, _FANG, _HEI = "方正小标宋简体", "仿宋_GB2312", "黑体"
_THIN = Side(style="thin", color="000000")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_MM = 25.4


@dataclass(frozen=True, slots=True)
class AnnexUnit:
    """Whose row it is, for sheet 2."""

    code: str
    path: str
    level: str = ""
    parent: str = ""
    status: str = ""
    submitted_at: str = ""


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One line: an account with an administrator, or, where `continues`, a further administrator of the one above."""

    cells: dict[str, str | int | None]
    continues: bool = False
    unit: AnnexUnit | None = None


@dataclass(frozen=True, slots=True)
class Annex:
    """A form as it goes on paper. Personal cells are masked by whoever makes it, unless full export is allowed."""

    unit_name: str
    filled_by: str = ""
    rows: Sequence[AnnexRow] = field(default_factory=tuple)
    with_detail: bool = False
    columns: Sequence[Column] = COLUMNS
    title: str = TITLE
    note: str = NOTE
    watermark: str = ""  # in the footer: who took the file, and when


def write(annex: Annex) -> bytes:
    """The workbook: sheet 1 exactly the paper, sheet 2 with the organisation columns where asked."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    sheet.title = SHEET
    _paper(sheet, annex)
    if annex.with_detail:
        _detail(book.create_sheet(DETAIL_SHEET), annex.columns, annex.rows)
    for each in book:
        # "&" begins a code of the footer.
        each.oddFooter.left.text, each.oddFooter.left.size = annex.watermark.replace("&", "&&") or None, 8
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _paper(sheet: Worksheet, annex: Annex) -> None:
    columns = annex.columns
    right = get_column_letter(max(2, len(columns)))
    for at, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    _head(sheet, annex, right)
    n_rows = max(LEAST_ROWS, len(annex.rows))
    for index in range(n_rows):
        row = annex.rows[index] if index < len(annex.rows) else None
        _line(sheet, FIRST_ROW + index, row, columns, first_column=1)
    _merge_accounts(sheet, annex.rows, columns, FIRST_ROW, first_column=1)
    last = FIRST_ROW + n_rows - 1
    _box(sheet, f"A{HEADER_ROW}:{right}{last}")
    below = f"A{last + 1}"
    _put(sheet, below, annex.note, Font(_FANG, size=11), None, merge=f"{below}:{right}{last + 1}")
    sheet.row_dimensions[last + 1].height = 26
    sheet.freeze_panes = f"A{FIRST_ROW}"
    _page(sheet, f"A1:{right}{last + 1}", "1:4")


def _head(sheet: Worksheet, annex: Annex, right: str) -> None:
    left = Alignment(horizontal="left", vertical="center")
    half = max(1, (len(annex.columns) - 1) // 2)
    unit_ends, person_begins = get_column_letter(half), get_column_letter(half + 1)
    _put(sheet, "A1", annex.title, Font(_SONG, size=20), _CENTRE, merge=f"A1:{right}1")
    unit, person = UNIT_LABEL + annex.unit_name, PERSON_LABEL + annex.filled_by
    _put(sheet, "A2", unit, Font(_FANG, size=12), left, merge=f"A2:{unit_ends}2")
    _put(sheet, f"{person_begins}2", person, Font(_FANG, size=12), left, merge=f"{person_begins}2:{right}2")
    for row, height in ((1, 36), (2, 24), (3, 24), (4, 36)):
        sheet.row_dimensions[row].height = height
    _captions(sheet, annex.columns, HEADER_ROW, first_column=1)


def _captions(sheet: Worksheet, columns: Sequence[Column], row: int, *, first_column: int) -> None:
    """The two header rows over the columns: each group once, and the captions."""
    spans = _spans(columns)
    begins = {first for first, _last in spans}
    for index, column in enumerate(columns):
        for offset, text in ((0, column.group if index in begins else None), (1, column.caption)):
            cell = sheet.cell(row + offset, first_column + index)
            safe_cell(cell, text, number_format=FORMAT_GENERAL)
            cell.font, cell.alignment = Font(_HEI, size=11), _CENTRE
    for first, last in spans:
        if last > first:
            sheet.merge_cells(
                start_row=row, start_column=first_column + first, end_row=row, end_column=first_column + last
            )


def _spans(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """First and last column of each run of one group."""
    spans: list[tuple[int, int]] = []
    for index, column in enumerate(columns):
        if index and columns[index - 1].group == column.group:
            spans[-1] = (spans[-1][0], index)
        else:
            spans.append((index, index))
    return spans


def _line(
    sheet: Worksheet, number: int, row: AnnexRow | None, columns: Sequence[Column], *, first_column: int
) -> None:
    values = []
    for index, column in enumerate(columns):
        cell = sheet.cell(number, first_column + index)
        is_own = not column.repeats
        value = None if row is None or (row.continues and is_own) else row.cells.get(column.code)
        _fill(cell, column, value)
        values.append(value)
    sheet.row_dimensions[number].height = row_height(values, columns)


def row_height(values: Sequence[str | int | None], columns: Sequence[Column]) -> float:
    """Room for the longest of the wide cells: Excel does not fit a row of merged or wrapped cells by itself."""
    lines = 1
    for value, column in zip(values, columns, strict=False):
        if column.width >= NICKNAME_WIDTH and value:
            lines = max(lines, wrapped_lines(str(value), column.width))
    return max(LOWEST_ROW, LINE_HEIGHT * lines + PADDING)


def path_height(path: str) -> float:
    """Room for the full name of the unit."""
    return LINE_HEIGHT * wrapped_lines(path, UNIT_COLUMNS[1][2]) + PADDING


def _fill(cell: Cell, column: Column, value: str | int | None) -> None:
    if isinstance(value, int):
        cell.value = value
    else:
        safe_cell(cell, value)
    cell.font = Font(_FANG, size=11)
    cell.alignment = _LEFT if column.width >= NICKNAME_WIDTH else _CENTRE
    cell.number_format = "0" if column.is_count else "@"


def _merge_accounts(
    sheet: Worksheet,
    rows: Sequence[AnnexRow],
    columns: Sequence[Column],
    first_row: int,
    *,
    first_column: int,
) -> None:
    """Several administrators of one account: its own columns are one tall cell."""
    own = [first_column + at for at, column in enumerate(columns) if not column.repeats]
    start = 0
    for index in range(1, len(rows) + 1):
        if index < len(rows) and rows[index].continues:
            continue
        if index - start > 1:
            for column in own:
                sheet.merge_cells(
                    start_row=first_row + start,
                    start_column=column,
                    end_row=first_row + index - 1,
                    end_column=column,
                )
        start = index


def _detail(sheet: Worksheet, columns: Sequence[Column], rows: Sequence[AnnexRow]) -> None:
    first_column = len(UNIT_COLUMNS) + 1
    code_at = first_column + len(columns)
    _captions(sheet, columns, 1, first_column=first_column)
    for at, (_name, caption, width) in [*enumerate(UNIT_COLUMNS, start=1), (code_at, CODE_COLUMN)]:
        cell = sheet.cell(1, at, caption)
        cell.font, cell.alignment = Font(_HEI, size=11), _CENTRE
        sheet.merge_cells(start_row=1, start_column=at, end_row=2, end_column=at)
        sheet.column_dimensions[cell.column_letter].width = width
    for index, column in enumerate(columns):
        sheet.column_dimensions[sheet.cell(2, first_column + index).column_letter].width = column.width
    sheet.row_dimensions[2].height = 36
    for index, row in enumerate(rows):
        number = DETAIL_FIRST_ROW + index
        _line(sheet, number, row, columns, first_column=first_column)
        _unit_cells(sheet, number, index + 1, row.unit, code_at)
    _merge_accounts(sheet, rows, columns, DETAIL_FIRST_ROW, first_column=first_column)
    last_letter = sheet.cell(1, code_at).column_letter
    last = max(DETAIL_FIRST_ROW, DETAIL_FIRST_ROW + len(rows) - 1)
    _box(sheet, f"A1:{last_letter}{last}")
    sheet.freeze_panes = f"C{DETAIL_FIRST_ROW}"
    _page(sheet, f"A1:{last_letter}{last}", "1:2")


def _unit_cells(sheet: Worksheet, number: int, serial: int, unit: AnnexUnit | None, code_at: int) -> None:
    for at, (name, _caption, _width) in [*enumerate(UNIT_COLUMNS, start=1), (code_at, CODE_COLUMN)]:
        cell = sheet.cell(number, at)
        if name == "number":
            cell.value = serial
        else:
            safe_cell(cell, getattr(unit, name) if unit else "")
        cell.font = Font(_FANG, size=11)
        cell.alignment = _LEFT if name in ("path", "parent") else _CENTRE
    height = sheet.row_dimensions[number].height or LOWEST_ROW
    sheet.row_dimensions[number].height = max(height, path_height(unit.path if unit else ""))


def _put(
    sheet: Worksheet, at: str, text: str, font: Font, alignment: Alignment | None, *, merge: str
) -> None:
    sheet.merge_cells(merge)
    safe_cell(sheet[at], text, number_format=FORMAT_GENERAL)
    sheet[at].font = font
    if alignment is not None:
        sheet[at].alignment = alignment


def _box(sheet: Worksheet, area: str) -> None:
    for row in sheet[area]:
        for cell in row:
            cell.border = _BOX


def _page(sheet: Worksheet, area: str, title_rows: str) -> None:
    """A4 landscape, one page wide, header rows on each page, page numbers in the footer."""
    setup, margins = sheet.page_setup, sheet.page_margins
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = 9, "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins.left, margins.right, margins.top, margins.bottom = 15 / _MM, 15 / _MM, 18 / _MM, 16 / _MM
    margins.header = margins.footer = 8 / _MM
    sheet.print_options.horizontalCentered = True
    sheet.print_area, sheet.print_title_rows = area, title_rows
    sheet.oddFooter.center.text, sheet.oddFooter.center.size = "第 &P 页 共 &N 页", 9
    sheet.sheet_view.showGridLines = False
