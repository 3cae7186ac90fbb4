"""The workbook of `collection_form.write` for any number of rows: the same sheets, written as the rows come.

A small workbook of the same form is the pattern: its parts are kept as they are, and its styles are those of the cells.
Memory stays flat: one sheet goes straight into the file, the other and the merged cells wait on the disk.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import dataclass, field, replace
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, TYPE_CHECKING
from xml.sax.saxutils import escape

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from accounts.excel import collection_form
from accounts.excel.collection_form import (
    DETAIL_FIRST_ROW,
    FIRST_ROW,
    LEAST_ROWS,
    UNIT_COLUMNS,
    AnnexRow,
    AnnexUnit,
    path_height,
    row_height,
)
from orgs.kernel.sheets import LEADS_TO_A_FORMULA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.excel.collection_form import Annex
    from accounts.excel.columns import Column

PAPER_PART, DETAIL_PART, BOOK_PART = (
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
    "xl/workbook.xml",
)
LEVEL = 3  # of compression: a third less time than the usual 6, a tenth more bytes
AT_ONCE = 100  # rows written together
IN_MEMORY = 1_000_000  # bytes of merged cells; more wait on the disk
_STYLE = re.compile(r'<c r="([A-Z]+)(\d+)" s="(\d+)"')
_MERGES = re.compile(r"<mergeCells[^>]*>(.*?)</mergeCells>")
_DIMENSION = re.compile(r"<dimension [^>]*/>")
_SPECIAL = {"\r": "&#13;"}
# What can't stand in a cell as it is: characters of XML or none of it, white space at an end, the beginning of a formula.
_ODD = re.compile(r"[\x00-\x1f&<>]|^[\s=+\-@＝＋－＠]|\s$")
NOBODY = AnnexUnit("", "")
EMPTY = "/>"  # a cell is what stands behind its style
# Characters that no text of a cell holds: the number of the row goes here, and: this text would lead to a formula.
NUMBER, LEADS = "\x01", "\x02"


def write(target: str, annex: Annex, rows: Iterable[AnnexRow]) -> int:
    """Sheet 1 as on paper, sheet 2 with the organisation columns, whatever the number of `rows`; returns how many."""
    pattern = _pattern(annex)
    columns, shift = annex.columns, len(UNIT_COLUMNS)
    own = [(column.code, column.repeats) for column in columns]
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as book,
        TemporaryFile() as waiting,
        _Merges(columns, FIRST_ROW, first_column=1) as on_paper,
        _Merges(columns, DETAIL_FIRST_ROW, first_column=shift + 1) as in_detail,
    ):
        paper = _Sheet(pattern[PAPER_PART], FIRST_ROW, on_paper)
        detail = _Sheet(pattern[DETAIL_PART], DETAIL_FIRST_ROW, in_detail)
        with book.open(PAPER_PART, "w", force_zip64=True) as out:
            paper.begin(out)
            detail.begin(waiting)
            n_rows = 0
            for n_rows, row in enumerate(rows, start=1):
                values = [
                    row.cells.get(code) if not row.continues or repeats else None for code, repeats in own
                ]
                cells, height = list(map(_cell, values)), row_height(values, columns)
                paper.add(out, n_rows - 1, cells, height)
                unit = row.unit or NOBODY
                named = (unit.path, unit.level, unit.parent, unit.status, unit.submitted_at)
                whole = [_cell(n_rows), *map(_cell, named), *cells, _cell(unit.code)]
                detail.add(waiting, n_rows - 1, whole, max(height, path_height(unit.path)))
                for merges in (on_paper, in_detail):
                    merges.see(n_rows - 1, continues=row.continues)
            for merges in (on_paper, in_detail):
                merges.see(n_rows, continues=False)
            n_lines = max(LEAST_ROWS, n_rows)
            for index in range(n_rows, n_lines):
                paper.add(out, index, [EMPTY] * len(columns), row_height([], columns))
            last = FIRST_ROW + n_lines
            paper.end(out, note_row=last)
        with book.open(DETAIL_PART, "w", force_zip64=True) as out:
            detail.end(waiting)
            waiting.seek(0)
            shutil.copyfileobj(waiting, out)
        last_rows = (last, max(DETAIL_FIRST_ROW, DETAIL_FIRST_ROW + n_rows - 1))
        for name, content in pattern.items():
            if name not in (PAPER_PART, DETAIL_PART):
                book.writestr(name, _areas(content, last_rows) if name == BOOK_PART else content)
    return n_rows


def _pattern(annex: Annex) -> dict[str, str]:
    """The parts of a workbook with two rows: one of plain texts, one of texts that would lead to a formula."""
    samples = [
        AnnexRow(dict.fromkeys((column.code for column in annex.columns), text), unit=AnnexUnit(*[text] * 6))
        for text in ("x", "=")
    ]
    small = collection_form.write(replace(annex, rows=samples, with_detail=True))
    with zipfile.ZipFile(io.BytesIO(small)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def _cell(value: str | int | None) -> str:
    """SECURITY: a text is always text, and marked where it would lead to a formula, as `safe_cell` does it."""
    if isinstance(value, int):
        return f"><v>{value}</v></c>"
    if not value:
        return EMPTY
    if not _ODD.search(value):  # nearly every text
        return f' t="inlineStr"><is><t>{value}</t></is></c>'
    text = escape(ILLEGAL_CHARACTERS_RE.sub("", value), _SPECIAL)
    mark = LEADS if value.startswith(LEADS_TO_A_FORMULA) else ""
    return f'{mark} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _areas(book: str, last_rows: Sequence[int]) -> str:
    """What is printed ends with the last row of each sheet."""
    for at, last in enumerate(last_rows):
        area = rf'(name="_xlnm\.Print_Area" localSheetId="{at}">[^<]*\$)\d+<'
        book = re.sub(area, rf"\g<1>{last}<", book)
    return book


@dataclass(slots=True)
class _Merges:
    """Cells of an account with several administrators that become one, as `collection_form` merges them."""

    columns: Sequence[Column]
    first_row: int
    first_column: int
    found: IO[bytes] = field(default_factory=lambda: SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - __exit__ closes it
    _start: int = 0

    def __enter__(self) -> _Merges:
        return self

    def __exit__(self, *_error: object) -> None:
        self.found.close()

    def see(self, index: int, *, continues: bool) -> None:
        """The row at this place; after the last one a row that doesn't continue."""
        if continues:
            return
        if index - self._start > 1:
            top, bottom = self.first_row + self._start, self.first_row + index - 1
            for at, column in enumerate(self.columns):
                if not column.repeats:
                    letter = get_column_letter(self.first_column + at)
                    self.found.write(f'<mergeCell ref="{letter}{top}:{letter}{bottom}"/>'.encode())
        self._start = index


class _Sheet:
    """One sheet of the pattern, taken apart where the rows begin and end."""

    def __init__(self, pattern: str, first_row: int, merges: _Merges) -> None:
        self._first, self._merges = first_row, merges
        self._pending: list[str] = []
        self._head, rest = _DIMENSION.sub("", pattern).split(f'<row r="{first_row}"', 1)
        self._body, self._tail = rest.split("</sheetData>", 1)
        styles: dict[int, list[tuple[str, str]]] = {first_row: [], first_row + 1: []}
        for letter, number, style in _STYLE.findall(f'<row r="{first_row}"{self._body}'):
            if int(number) in styles:
                styles[int(number)].append((letter, style))
        plain, leading = styles.values()
        # What stands before each cell: with the style of the column, and with that of texts that would lead to a formula.
        self._plain = [
            part for letter, style in plain for part in (f'<c r="{letter}{NUMBER}" s="{style}"', "")
        ]
        self._leading = [f'<c r="{letter}{NUMBER}" s="{style}"' for letter, style in leading]

    def begin(self, out: IO[bytes]) -> None:
        """Everything up to the first row."""
        out.write(self._head.encode())

    def add(self, out: IO[bytes], index: int, cells: Sequence[str], height: float) -> None:
        """One row of cells as `_cell` makes them."""
        parts = self._plain.copy()
        parts[1::2] = cells
        if any(cell[0] == LEADS for cell in cells):
            for at, cell in enumerate(cells):
                if cell[0] == LEADS:
                    parts[2 * at : 2 * at + 2] = self._leading[at], cell[1:]
        row = f'<row r="{NUMBER}" ht="{height}" customHeight="1">{"".join(parts)}</row>'
        self._pending.append(row.replace(NUMBER, str(self._first + index)))
        if len(self._pending) >= AT_ONCE:
            self._flush(out)

    def _flush(self, out: IO[bytes]) -> None:
        out.write("".join(self._pending).encode())
        self._pending.clear()

    def end(self, out: IO[bytes], *, note_row: int = 0) -> None:
        """The note below the rows where there is one, the merged cells, and how it is printed."""
        self._flush(out)
        merged = _MERGES.search(self._tail)
        before, inner, after = (
            (self._tail[: merged.start()], merged[1], self._tail[merged.end() :])
            if merged
            else ("", "", self._tail)
        )
        if note_row:
            _rows, note = self._body.rsplit("<row ", 1)
            was = re.search(r'r="(\d+)"', note)[1]  # type: ignore[index]
            out.write(f"<row {_moved(note, was, note_row)}".encode())
            inner = _moved(inner, was, note_row)
        out.write(f"</sheetData>{before}<mergeCells>{inner}".encode())
        self._merges.found.seek(0)
        shutil.copyfileobj(self._merges.found, out)
        out.write(f"</mergeCells>{after}".encode())


def _moved(text: str, was: str, now: int) -> str:
    """References to one row, in another."""
    return re.sub(rf'((?:r|ref)="|:)([A-Z]*){was}(?=[":])', rf"\g<1>\g<2>{now}", text)
