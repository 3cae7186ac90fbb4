"""A plain list on a sheet of its own: frozen head, wrapped rows with their heights, A4 landscape."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from orgs.kernel.xlsx import safe_cell, wrapped_lines

POINTS_FORMAT = "0.0#;-0.0#;0"
A4 = 9
LINE_HEIGHT = 14.5
HEAD_FONT = Font("黑体", size=11)
BODY_FONT = Font("仿宋_GB2312", size=10.5)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_THIN = Side(style="thin", color="000000")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)

Cell = str | int | Decimal | None


def write(
    sheet: Worksheet,
    columns: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[Cell]],
    note: str = "",
) -> None:
    """A plain list with a frozen head, and below it a note over all columns; blank is not scored, never 0."""
    for column, (caption, width) in enumerate(columns, 1):
        cell = sheet.cell(1, column)
        safe_cell(cell, caption)
        cell.font, cell.alignment, cell.border = HEAD_FONT, CENTRE, BOX
        sheet.column_dimensions[cell.column_letter].width = width
    for number, values in enumerate(rows, 2):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                safe_cell(cell, value)
            else:
                cell.value = value
            cell.font, cell.border = BODY_FONT, BOX
            cell.alignment = LEFT if isinstance(value, str) else CENTRE
            if isinstance(value, Decimal):
                cell.number_format = POINTS_FORMAT
        sheet.row_dimensions[number].height = _row_height(values, columns)
    sheet.row_dimensions[1].height = _row_height([caption for caption, _width in columns], columns)
    if note:
        row = len(rows) + 2
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns))
        safe_cell(sheet.cell(row, 1), note)
        sheet.cell(row, 1).font, sheet.cell(row, 1).alignment = BODY_FONT, LEFT
        sheet.row_dimensions[row].height = 34
    sheet.freeze_panes = "A2"
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = A4, "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _row_height(values: Sequence[Cell], columns: Sequence[tuple[str, int]]) -> float:
    pairs = zip(values, columns, strict=True)
    return LINE_HEIGHT * max(wrapped_lines(str(value or ""), width) for value, (_caption, width) in pairs) + 3
