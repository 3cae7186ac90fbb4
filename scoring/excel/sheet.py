"""Annex SUP-A as an Excel file: the sheet exactly as on paper, one A4 page; its arithmetic and evidence on sheets 2 and 3.

The layout constants are the specification (ux.md section 6). Blank = not scored, never 0.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from orgs.kernel.xlsx import safe_cell, wrapped_lines
from scoring.excel import stamp as hidden
from scoring.excel import tables, totals
from scoring.excel.tables import A4, BODY_FONT, BOX, CENTRE, HEAD_FONT, LEFT, LINE_HEIGHT, POINTS_FORMAT

COLUMNS = "ABCDEF"
WIDTHS = (13, 32, 8, 36, 11, 11)
HEADERS = ("考核项目", "主要内容", "分值", "考核要求及评分标准", "自评得分", "考评得分")
FIRST_ROW = 4
MARGINS_MM = {"left": 14, "right": 14, "top": 18, "bottom": 16, "header": 8, "footer": 8}

TITLE_FONT = Font("方正小标宋简体", size=20)
LINE_FONT = Font("仿宋_GB2312", size=12)
RIGHT = Alignment(horizontal="right", vertical="center")

WORKINGS = (
    ("评分点", 26), ("分值", 7), ("依据", 12), ("覆盖数（文件数）", 11), ("底数", 10), ("比例", 9), ("算式", 26),
    ("系统计算", 9), ("自评得分", 9), ("考评得分", 9), ("调整理由", 22), ("数据周次", 12), ("底数年份、来源", 20),
    ("条文来源", 10),
)  # fmt: skip
EVIDENCE = (
    ("评分点", 34), ("佐证材料", 44), ("日期", 12), ("文件名", 40), ("大小（字节）", 12), ("校验码（SHA-256）", 36),
)  # fmt: skip
WORKINGS_SHEET, EVIDENCE_SHEET = "计算依据", "佐证清单"
HOW_TO_FILL = (
    "现场填写后可以导入系统：一项只有一个评分点的，填在“考评表”的“考评得分”；一项有几个评分点的，填在本表各评分点的"
    "“考评得分”，与系统计算不同的填写“调整理由”。空白为未评，不是0分。请勿增删行列、改动“评分点”和“主要内容”。"
)


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One row: 主要内容, 分值, 评分标准, and the two scores."""

    content: str
    points: str
    standard: str
    self_points: Decimal | None
    assessed_points: Decimal | None


@dataclass(frozen=True, slots=True)
class PaperSection:
    """Rows that share a cell of 考核项目; `low` and `high` where its floor or cap may hold the sum of its rows."""

    title: str
    items: Sequence[PaperItem]
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that stands in the file, as text and numbers."""

    title: str
    unit: str
    date: str
    sections: Sequence[PaperSection]
    full_points: str = "10分"
    workings: Sequence[Sequence[str | int | Decimal | None]] = field(default_factory=list)
    evidence: Sequence[Sequence[str | int | Decimal | None]] = field(default_factory=list)
    self_may_sink: bool = False
    may_sink: bool = False
    stamp: hidden.Stamp | None = None


def write(paper: Paper) -> bytes:
    """The .xlsx file."""
    book = Workbook()
    sheet = book.active
    sheet.title = "考评表"
    _head(sheet, paper)
    blocks = _body(sheet, paper)
    last = blocks[-1].last
    _total(sheet, last + 1, paper, blocks)
    _page(sheet, f"A1:F{last + 1}")
    note = HOW_TO_FILL if paper.stamp else ""
    tables.write(book.create_sheet(WORKINGS_SHEET), WORKINGS, paper.workings, note)
    tables.write(book.create_sheet(EVIDENCE_SHEET), EVIDENCE, paper.evidence)
    if paper.stamp:
        hidden.write(book, paper.stamp)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Worksheet, paper: Paper) -> None:
    for letter, width in zip(COLUMNS, WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.merge_cells("A1:F1")
    _text(sheet["A1"], paper.title)
    sheet["A1"].font, sheet["A1"].alignment = TITLE_FONT, CENTRE
    sheet.merge_cells("A2:C2")
    _text(sheet["A2"], f"被考核单位：{paper.unit}")
    sheet.merge_cells("D2:F2")
    _text(sheet["D2"], paper.date)
    sheet["D2"].alignment = RIGHT
    sheet["A2"].font = sheet["D2"].font = LINE_FONT
    for column, text in enumerate(HEADERS, 1):
        cell = sheet.cell(3, column, text)
        cell.font, cell.alignment = HEAD_FONT, CENTRE
    for row, height in ((1, 38), (2, 24), (3, 26)):
        sheet.row_dimensions[row].height = height


def _body(sheet: Worksheet, paper: Paper) -> list[totals.Block]:
    """Write the sections; returns the rows of each."""
    row, blocks = FIRST_ROW, []
    for section in paper.sections:
        first = row
        for item in section.items:
            _item(sheet, row, section.title if row == first else None, item)
            row += 1
        if row - first > 1:
            sheet.merge_cells(start_row=first, start_column=1, end_row=row - 1, end_column=1)
        _fit_title(sheet, section.title, first, row - 1)
        blocks.append(totals.Block(first, row - 1, section.low, section.high))
    return blocks


def _item(sheet: Worksheet, row: int, title: str | None, item: PaperItem) -> None:
    for column, text in enumerate((title, item.content, item.points, item.standard), 1):
        _text(sheet.cell(row, column), text)
    sheet.cell(row, 5).value = item.self_points
    sheet.cell(row, 6).value = item.assessed_points
    for column in range(1, 7):
        cell = sheet.cell(row, column)
        cell.font = BODY_FONT
        cell.alignment = LEFT if column in (2, 4) else CENTRE
        if column in (5, 6):
            cell.number_format = POINTS_FORMAT
    # Excel fits the height of neither merged nor imported wrapped rows.
    lines = max(wrapped_lines(item.content, WIDTHS[1]), wrapped_lines(item.standard, WIDTHS[3]))
    sheet.row_dimensions[row].height = max(30, LINE_HEIGHT * lines + 8)


def _fit_title(sheet: Worksheet, title: str, first: int, last: int) -> None:
    """Make the last row taller where the section's title needs more lines than its rows give room for."""
    heights = [sheet.row_dimensions[row].height for row in range(first, last + 1)]
    missing = LINE_HEIGHT * wrapped_lines(title, WIDTHS[0] + 1) - sum(heights)
    if missing > 0:
        sheet.row_dimensions[last].height = heights[-1] + missing


def _text(cell: Cell, value: str | None) -> None:
    """Text that never becomes a formula, in the number format of the annex."""
    safe_cell(cell, value)
    cell.number_format = "General"


def _total(sheet: Worksheet, row: int, paper: Paper, blocks: Sequence[totals.Block]) -> None:
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
    cells = {1: "合计", 3: paper.full_points}
    cells |= {
        5: totals.total("E", blocks, may_sink=paper.self_may_sink),
        6: totals.total("F", blocks, may_sink=paper.may_sink),
    }
    for column, value in cells.items():
        sheet.cell(row, column).value = value
        sheet.cell(row, column).alignment = CENTRE
    for column in range(1, 7):
        sheet.cell(row, column).font = HEAD_FONT
    sheet.row_dimensions[row].height = 26
    for cells_of_row in sheet[f"A3:F{row}"]:
        for cell in cells_of_row:
            cell.border = BOX
    sheet.freeze_panes = "A4"


def _page(sheet: Worksheet, area: str) -> None:
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = A4, "portrait", 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for side, millimetres in MARGINS_MM.items():
        setattr(sheet.page_margins, side, millimetres / 25.4)
    sheet.print_options.horizontalCentered = True
    sheet.print_area = area
    sheet.print_title_rows = "1:3"
    sheet.oddFooter.center.text, sheet.oddFooter.center.size = "第 &P 页 共 &N 页", 9
    sheet.sheet_view.showGridLines = False
