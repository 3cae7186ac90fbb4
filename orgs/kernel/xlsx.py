"""Workbooks in and out: uploads are parsed in a child process with limits, written cells never become formulas."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.worksheet.worksheet import Worksheet

from orgs.kernel import child
from orgs.kernel.sheets import (
    LEADS_TO_A_FORMULA,
    FileRejected,
    Limits,
    RowError,
    SheetRow,
    SheetValues,
)
from orgs.kernel.workbook_parser import open_workbook_values

__all__ = [
    "FileRejected",
    "Limits",
    "RowError",
    "SheetRow",
    "SheetValues",
    "csv_safe",
    "east_asian_width",
    "open_workbook_values",
    "read_guarded",
    "safe_cell",
    "text_column",
    "wrapped_lines",
]
TEXT_FORMAT = "@"


class _Widths(dict[str, int]):
    """Of each character met so far; a table of all would be larger than what is ever met."""

    def __missing__(self, char: str) -> int:
        self[char] = width = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        return width


_WIDTHS = _Widths()


def read_guarded(
    path_or_bytes: Path | bytes, filename: str, limits: Limits | None = None
) -> list[SheetValues]:
    """All sheets of an uploaded .xlsx or .csv; raises FileRejected, and nothing else, whatever the file holds.

    SECURITY: parsed in a child process without our environment, limited in memory and time.
    """
    limits = limits or Limits()
    data = path_or_bytes if isinstance(path_or_bytes, bytes) else _head(path_or_bytes, limits)
    answer = child.ask("orgs.kernel.workbook_parser", data[: limits.bytes + 1], filename, limits)
    return [SheetValues.from_json(sheet) for sheet in answer["sheets"]]


def _head(path: Path, limits: Limits) -> bytes:
    with path.open("rb") as file:
        return file.read(limits.bytes + 1)


def safe_cell(cell: Cell, value: str | None, *, number_format: str = TEXT_FORMAT) -> None:
    """Write text that stays text: never a formula, whatever it begins with; None and "" leave the cell empty.

    `number_format` is what becomes of text typed there later; General where the paper's form has it.
    """
    cell.number_format = number_format
    if not value:
        cell.value = None
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(LEADS_TO_A_FORMULA)


def csv_safe(value: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{value}" if value.startswith(LEADS_TO_A_FORMULA) else value


def text_column(sheet: Worksheet, letter: str, width: float, rows: Iterable[int] = ()) -> None:
    """A column of numbers that are names (mobile, QQ): its cells are text, so that no digit is lost on entry."""
    sheet.column_dimensions[letter].width = width
    sheet.column_dimensions[letter].number_format = TEXT_FORMAT
    for row in rows:
        sheet[f"{letter}{row}"].number_format = TEXT_FORMAT


def east_asian_width(text: str) -> int:
    """Width in half-width columns: a Chinese character takes two."""
    return sum(map(_WIDTHS.__getitem__, text))


def wrapped_lines(text: str, column_width: float) -> int:
    """Lines the text takes in a column of that width, for the row height."""
    usable = max(1, column_width - 1)
    if 2 * len(text) <= usable and "\n" not in text:
        return 1
    return sum(max(1, math.ceil(east_asian_width(part) / usable)) for part in text.split("\n"))
