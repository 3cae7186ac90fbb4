"""Reads an uploaded table. Runs as a process of its own (`python -m`), so that no file can take the site down with it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from orgs.kernel import child
from orgs.kernel.sheets import (
    LEADS_TO_A_FORMULA,
    FileRejected,
    Limits,
    SheetRow,
    SheetValues,
    whole_number,
)
from orgs.kernel.texts import clean
from orgs.kernel.worksheet_count import PartCount
from orgs.kernel.zip_guard import inspect_workbook

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",;\t"
_SNIFFED_RECORDS = 50
_CONTROLS = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")
Value = str | float | bool | date | datetime | time | timedelta


def open_workbook_values(file: BinaryIO, limits: Limits, filename: str = "") -> list[SheetValues]:
    """All sheets of an .xlsx or .csv; raises FileRejected. For uploads use `xlsx.read_guarded`, which calls this safely."""
    data = file.read(limits.bytes + 1)
    if not data.strip():
        raise FileRejected("empty")
    if len(data) > limits.bytes:
        raise FileRejected("too_big", limit=limits.bytes // (1024 * 1024))
    extension = filename.lower().rpartition(".")[2]
    _refuse_other_kinds(data, extension)
    sheets = _read_xlsx(data, limits) if data.startswith(b"PK") else _read_csv(data, limits)
    if sum(len(text) for sheet in sheets for row in sheet.rows for text in row.cells) > limits.characters:
        raise FileRejected("too_much_text")
    return sheets


def _refuse_other_kinds(data: bytes, extension: str) -> None:
    if data.startswith(_OLE):
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise FileRejected("encrypted" if is_encrypted else "old_excel")
    if extension in ("xlsm", "xltm", "xlam"):
        raise FileRejected("macros")
    if extension not in ("", "xlsx", "csv"):
        raise FileRejected("old_excel" if extension in ("xls", "et") else "not_a_table")
    is_zip = data.startswith(b"PK")
    if not is_zip and data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(
        (b"<!doctype", b"<html", b"<?xml", b"<table")
    ):
        raise FileRejected("web_page")
    if (extension == "csv" and is_zip) or (extension == "xlsx" and not is_zip):
        raise FileRejected("wrong_extension" if is_zip else "not_a_table")


def _read_xlsx(data: bytes, limits: Limits) -> list[SheetValues]:
    counted = inspect_workbook(data, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return [
                _sheet(
                    workbook, meta.name, meta.visible != SheetVisibleEnum.Visible, counted[meta.name], limits
                )
                for meta in workbook.sheets_metadata
                if meta.typ == SheetTypeEnum.WorkSheet and meta.name in counted
            ]
    except CalamineError as error:
        raise FileRejected("unreadable") from error


def _sheet(
    workbook: CalamineWorkbook, name: str, hidden: bool, counted: PartCount, limits: Limits
) -> SheetValues:
    sheet = workbook.get_sheet_by_name(name)
    values = sheet.to_python(skip_empty_area=False) if counted.rows() else []
    # The library's table ends with the last value; formulas without one may stand below it.
    values += [[]] * (counted.last_row - len(values))
    dates: list[tuple[int, int]] = []
    texts = (_texts(number, row, counted, dates) for number, row in enumerate(values, start=1))
    rows = list(_rows(name, texts, limits, counted))
    if {row.number for row in rows} != counted.rows():
        raise FileRejected("rows_lost", sheet=name)
    return SheetValues(
        name,
        hidden,
        rows,
        counted.unreadable,
        dates,
        counted.merges,
        sorted(counted.hidden_rows),
        sorted(counted.hidden_columns),
    )


def _texts(number: int, row: list[Value], counted: PartCount, dates: list[tuple[int, int]]) -> list[str]:
    """A row as text; notes its dates. A number that lost digits to 1.38E+10 stays as it is written."""
    texts = []
    for index, value in enumerate(row):
        text = _text(value)
        if isinstance(value, float):
            raw = counted.odd_numbers.get((number, index), "")
            text = raw if raw and not whole_number(raw) else text
        elif isinstance(value, date | time | timedelta):
            dates.append((number, index))
        texts.append(text)
    return texts


def _rows(
    sheet: str, table: Iterable[list[str]], limits: Limits, counted: PartCount | None = None
) -> Iterator[SheetRow]:
    """`counted` None: the table is a CSV file."""
    odd = counted.odd_numbers if counted else {}
    unreadable = {row for row, _column in counted.unreadable} if counted else set()
    n_rows = 0
    for number, originals in enumerate(table, start=1):
        cells = [clean(text) for text in originals]
        while cells and not cells[-1]:
            cells.pop()
        if not cells and number not in unreadable:
            continue
        n_rows += 1
        _check_size(sheet, number, n_rows, cells, limits)
        changed = {index: originals[index] for index, text in enumerate(cells) if text != originals[index]}
        for index in range(len(cells) if odd else 0):
            if (raw := odd.get((number, index), cells[index])) != cells[index]:
                changed[index] = raw
        yield SheetRow(number, cells, changed, 0 if counted else len(originals))


def _check_size(sheet: str, number: int, n_rows: int, cells: list[str], limits: Limits) -> None:
    if n_rows > limits.rows:
        raise FileRejected("too_many_rows", sheet=sheet, limit=limits.rows)
    if len(cells) > limits.columns:
        raise FileRejected("too_many_columns", sheet=sheet, limit=limits.columns)
    for index, text in enumerate(cells):
        if len(text) > limits.cell_characters:
            raise FileRejected(
                "cell_too_long", sheet=sheet, row=number, column=index + 1, limit=limits.cell_characters
            )


def _text(value: Value) -> str:
    """A cell as text: whole numbers without .0, dates as ISO, never a rounded number."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _read_csv(data: bytes, limits: Limits) -> list[SheetValues]:
    text = _decoded(data)
    delimiter = max(_DELIMITERS, key=lambda candidate: _fit(text, candidate))
    return [SheetValues("CSV", False, list(_rows("CSV", _records(text, delimiter), limits)))]


def _decoded(data: bytes) -> str:
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Half of any binary file reads as UTF-16, but not without control characters.
        if not (_CONTROLS.search(text) if encoding.startswith("utf-16-") else "\0" in text):
            return text
    raise FileRejected("csv_encoding")


def _encodings(data: bytes) -> list[str]:
    if data[:2] in _UTF16:
        return [_UTF16[data[:2]]]
    if 0 not in data:
        return ["utf-8-sig", "gb18030"]
    # UTF-16 without its mark: the upper halves of delimiters and digits are NUL, all on one side.
    return [name for name, lower in (("utf-16-le", data[0::2]), ("utf-16-be", data[1::2])) if 0 not in lower]


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """How well a delimiter explains the first records: how many it divides, into how many fields."""
    n_divided = n_fields = 0
    try:
        for number, record in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        ):
            if number == _SNIFFED_RECORDS:
                break
            n_divided += len(record) > 1
            n_fields += len(record)
    except csv.Error:
        # A wrong delimiter leaves text behind a closing quote; the right one is then found by the others' absence.
        return (n_divided, 0)
    return (n_divided, n_fields)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    n_read = 0
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            n_read += 1
            yield [_without_guard(text) for text in record]
    except csv.Error as error:
        raise FileRejected("csv_quotes", row=n_read + 1) from error


def _without_guard(text: str) -> str:
    """The apostrophe that `xlsx.csv_safe` put before the text goes again."""
    return text[1:] if text.startswith("'") and text[1:].startswith(LEADS_TO_A_FORMULA) else text


def _as_json(file: BinaryIO, limits: Limits, filename: str) -> dict[str, object]:
    return {"sheets": [sheet.as_json() for sheet in open_workbook_values(file, limits, filename)]}


if __name__ == "__main__":
    child.answer(_as_json)
