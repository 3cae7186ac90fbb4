"""The annex of a bulletin as a workbook: what it is about on the first sheet, then a sheet for each table that it shows.

Counts are integers, names and rates are text that never becomes a formula; a missing figure is an empty cell, not 0.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties

from orgs.kernel.xlsx import safe_cell, wrapped_lines

if TYPE_CHECKING:
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

    from reporting.bulletin_paper import Paper
    from reporting.bulletin_tables import Cell, Table

ABOUT = "说明"
COUNT_FORMAT = "#,##0"
A4 = 9
TITLE_FONT = Font("方正小标宋简体", size=18)
HEAD_FONT = Font("黑体", size=11)
BODY_FONT = Font("仿宋_GB2312", size=11)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_THIN = Side(style="thin", color="000000")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
HEAD_ROW = 3


def write(paper: Paper) -> bytes:
    """The .xlsx file."""
    book = Workbook()
    _about(book.active, paper)
    for caption, table in paper.tables:
        _sheet(book.create_sheet(table.title[:31].replace("/", "、")), caption, table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(sheet: Worksheet, paper: Paper) -> None:
    sheet.title = ABOUT
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 12, 80
    lines = [
        ("标题", paper.title), ("文号", paper.number), ("发布单位", paper.signature), ("成文日期", paper.date.strip()),
        ("更正", paper.correction), ("数据", paper.note), *(("正文", each) for each in paper.paragraphs),
    ]  # fmt: skip
    for row, (label, text) in enumerate(((label, text) for label, text in lines if text), 1):
        _put(sheet.cell(row, 1), label, HEAD_FONT)
        _put(sheet.cell(row, 2), text, BODY_FONT)
        sheet.row_dimensions[row].height = max(20, 16 * wrapped_lines(text, 80))
    _page(sheet)


def _sheet(sheet: Worksheet, caption: str, table: Table) -> None:
    last = sheet.cell(HEAD_ROW, len(table.columns)).column_letter
    sheet.merge_cells(f"A1:{last}1")
    _put(sheet["A1"], caption, TITLE_FONT)
    sheet["A1"].alignment = CENTRE
    sheet.row_dimensions[1].height = 32
    for at, column in enumerate(table.columns, 1):
        head = sheet.cell(HEAD_ROW, at)
        _put(head, str(column.label), HEAD_FONT)
        head.alignment, head.border = CENTRE, BOX
        sheet.column_dimensions[head.column_letter].width = column.width + 2
    for number, values in enumerate(table.rows, HEAD_ROW + 1):
        for at, value in enumerate(values, 1):
            cell = sheet.cell(number, at)
            _put(cell, value, BODY_FONT)
            cell.border = BOX
            cell.alignment = CENTRE if table.columns[at - 1].is_number else LEFT
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    _page(sheet)


def _put(cell: SheetCell, value: Cell, font: Font) -> None:
    cell.font, cell.alignment = font, LEFT
    if isinstance(value, int):
        cell.value, cell.number_format = value, COUNT_FORMAT
    else:
        safe_cell(cell, value)


def _page(sheet: Worksheet) -> None:
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = A4, "portrait", 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
