"""Reading a collection form: the paper, sheet 明细, or a table with one flat header row. Nothing is left out without being said."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from accounts.excel.collection_form import DETAIL_SHEET
from accounts.excel.collection_headers import UNIT_KEYS, Header, find_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from accounts.excel.captions import FormCaptions
    from orgs.kernel.sheets import SheetRow, SheetValues

NOTE = re.compile(r"(备注|注|说明|填表说明|填报说明)\s*[:：]|备注")
MOST_CELLS_OF_A_NOTE = 2
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One data row: where it stands, whose it claims to be, and its cells by field code."""

    sheet: str
    number: int
    unit: Mapping[str, str]
    cells: Mapping[str, str] = field(repr=False)
    originals: Mapping[str, str] = field(repr=False)  # as they stand in the file, where that differs
    captions: Mapping[str, str]  # code -> the caption of its column, or of the form where the file has none
    continues: bool = False
    unreadable: tuple[str, ...] = ()  # codes whose cell holds a formula without a result, or an error
    dates: tuple[str, ...] = ()  # codes whose cell a spreadsheet holds as a date
    fault: str = ""  # what is wrong with the row as a whole

    def caption(self, code: str) -> str:
        """The caption of a field's column."""
        return self.captions.get(code, "")

    @property
    def unit_caption(self) -> str:
        """The caption of the column that says whose the row is."""
        keys = ("unit_code", "unit_path", "unit_name")
        used = [key for key in keys if self.unit.get(key)] + list(keys)
        return next((self.captions[key] for key in used if key in self.captions), _("填报单位"))


@dataclass(slots=True)
class Reading:
    """Everything a file holds: its rows in order, what was not read, and what is to be said about it."""

    rows: list[ReadRow] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # of the headers; with any of them the file is refused
    has_header: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)  # code -> caption of the form's own flat header


def read(sheets: Sequence[SheetValues], form: FormCaptions, required: Sequence[str] = ()) -> Reading:
    """All rows of the sheets that carry the form; `required` are the fields that must have a column.

    Where sheet 明细 is there, it alone is read.
    """
    reading = Reading(labels=form.labels)
    headers = {sheet.name: header for sheet in sheets if (header := find_header(sheet, form))}
    details = [name for name, header in headers.items() if header.is_detail or _is_named_detail(header)]
    wanted = details if details and len(headers) > len(details) else list(headers)
    reading.has_header = bool(headers)
    for sheet in sheets:
        if sheet.name in wanted:
            header = headers[sheet.name]
            reading.faults += _faults(header, required)
            _read_sheet(sheet, header, reading)
            reading.notes += _remarks(sheet, header)
        elif sheet.rows:
            reading.ignored_sheets.append(sheet.name)
    if reading.ignored_sheets:
        reading.notes.append(_not_read(reading.ignored_sheets, details))
    return reading


def _is_named_detail(header: Header) -> bool:
    return header.sheet == DETAIL_SHEET and header.is_keyed


def _not_read(names: Sequence[str], details: Sequence[str]) -> str:
    if details:
        return _("文件有“%(detail)s”工作表，只读取这一张，没有读取：%(names)s。") % {
            "detail": details[0],
            "names": "、".join(names),
        }
    return _("没有收集表的表头，没有读取的工作表：%(names)s。") % {"names": "、".join(names)}


def _faults(header: Header, required: Sequence[str]) -> Iterator[str]:
    missing, where = header.missing(required), {"sheet": header.sheet}
    if missing:
        unknown = [caption for _index, caption in header.unknown]
        hint = _("（表中的“%(unknown)s”不认识）") % {"unknown": "”“".join(unknown)} if unknown else ""
        yield _("工作表“%(sheet)s”的表头缺少“%(missing)s”%(hint)s，请按模板改正表头后重新上传。") % {
            **where,
            "missing": "”“".join(missing),
            "hint": hint,
        }
    if header.doubled:
        yield _("工作表“%(sheet)s”的“%(doubled)s”列出现了不止一次，请只保留一列后重新上传。") % {
            **where,
            "doubled": "”“".join(header.doubled),
        }
    if header.is_flat and not header.is_keyed and not header.unit_above:
        yield (
            _("工作表“%(sheet)s”没有“组织路径”或“填报单位”列，不知道各行是哪个团组织的，请补上后重新上传。")
            % where
        )


def _remarks(sheet: SheetValues, header: Header) -> Iterator[str]:
    """What was read although it is hidden, and what was not read."""
    name = {"sheet": sheet.name}
    if sheet.hidden:
        yield _("工作表“%(sheet)s”是隐藏的，已一并读取。") % name
    if hidden := [number for number in sheet.hidden_rows if number >= header.first_data_row]:
        yield _("工作表“%(sheet)s”的第 %(rows)s 行是隐藏的，已一并读取。") % {**name, "rows": _some(hidden)}
    if hidden := [i for i in sheet.hidden_columns if header.columns.get(i)]:
        letters = [get_column_letter(index + 1) for index in hidden]
        yield _("工作表“%(sheet)s”的 %(columns)s 列是隐藏的，已一并读取。") % {
            **name,
            "columns": _some(letters),
        }
    if header.unknown:
        unknown = [caption for _index, caption in header.unknown]
        yield _("工作表“%(sheet)s”的“%(columns)s”列不是收集表的内容，没有读取。") % {
            **name,
            "columns": "”“".join(unknown[:MOST_NAMED]),
        }
    captioned = set(header.columns) | {index for index, _caption in header.unknown}
    rows = [row for row in sheet.rows if row.number >= header.first_data_row and not _is_note(row)]
    if bare := sorted({i for row in rows for i, text in enumerate(row.cells) if text and i not in captioned}):
        yield _("工作表“%(sheet)s”的 %(columns)s 列没有表头，没有读取。") % {
            **name,
            "columns": _some([get_column_letter(index + 1) for index in bare]),
        }
    if missing := header.missing(list(header.form.labels)):
        yield _("工作表“%(sheet)s”没有“%(missing)s”列，按空白处理。") % {
            **name,
            "missing": "”“".join(missing),
        }
    if notes := [row.number for row in sheet.rows if row.number >= header.first_data_row and _is_note(row)]:
        yield _("工作表“%(sheet)s”第 %(rows)s 行是备注，没有读取。") % {**name, "rows": _some(notes)}


def _some(places: Sequence[object]) -> str:
    more = _("等 %(n)d 处") % {"n": len(places)} if len(places) > MOST_NAMED else ""
    return "、".join(str(place) for place in places[:MOST_NAMED]) + more


def _is_note(row: SheetRow) -> bool:
    filled = [text for text in row.cells if text]
    return 0 < len(filled) <= MOST_CELLS_OF_A_NOTE and bool(NOTE.match(filled[0]))


def _read_sheet(sheet: SheetValues, header: Header, reading: Reading) -> None:
    marks = _Marks(sheet, header)
    before: ReadRow | None = None
    captions = header.all_captions
    for row in sheet.rows:
        says_something = any(row.cell(index) for index in header.known_columns)
        if row.number < header.first_data_row or _is_note(row):
            continue
        if says_something or row.number in marks.unreadable:
            before = _row(row, marks, before, captions)
            reading.rows.append(before)


class _Marks:
    """What is known of a sheet's cells beside their text, by row."""

    def __init__(self, sheet: SheetValues, header: Header) -> None:
        self.header = header
        self.unreadable = _by_row(sheet.unreadable, header)
        self.dates = _by_row(sheet.dates, header)
        self._merges: list[list[tuple[int, int]]] = [
            sorted((top, bottom) for top, bottom, left, right in sheet.merges if left <= index <= right)
            for index, code in header.columns.items()
            if code in UNIT_KEYS
        ]

    def is_merged_with_the_row_above(self, number: int) -> bool:
        """The unit's cell reaches down to this row."""
        for merges in self._merges:
            at = bisect_left(merges, (number, 0))
            if at and merges[at - 1][1] >= number:
                return True
        return False


def _by_row(places: Sequence[tuple[int, int]], header: Header) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for number, index in places:
        code = header.columns.get(index, "")
        if code in header.form.labels or code in UNIT_KEYS:
            found[number] = (*found.get(number, ()), code)
    return found


def _row(row: SheetRow, marks: _Marks, before: ReadRow | None, captions: Mapping[str, str]) -> ReadRow:
    header = marks.header
    form = header.form
    texts = {code: row.cell(index) for index, code in header.columns.items() if code}
    unit = {code: text for code, text in texts.items() if code.startswith("unit_") and text}
    says_nothing_own = form.has_administrators and not any(texts.get(code) for code in form.own_codes)
    continues = before is not None and says_nothing_own
    if not header.is_keyed:
        unit = {"unit_name": header.unit_above} if header.unit_above else {}
    elif not UNIT_KEYS & set(unit):
        # The unit stands in the first row of a merged cell, or once for an account with several administrators.
        goes_on = before is not None and (continues or marks.is_merged_with_the_row_above(row.number))
        unit = dict(before.unit) if before is not None and goes_on else unit
    return ReadRow(
        header.sheet,
        row.number,
        unit,
        {code: text for code, text in texts.items() if code in form.labels},
        {header.columns[i]: text for i, text in row.originals.items() if header.columns.get(i)},
        captions,
        continues=before is not None and continues and before.unit == unit,
        unreadable=marks.unreadable.get(row.number, ()),
        dates=marks.dates.get(row.number, ()),
        fault=_fault(row, header),
    )


def _fault(row: SheetRow, header: Header) -> str:
    """A CSV record with another number of fields than the header has moved its values to wrong columns."""
    too_many = len(row.cells) > header.width
    if row.n_fields and (row.n_fields < header.width or too_many):
        return _("有 %(n)d 列，表头有 %(width)d 列，内容可能错位，请检查逗号和引号后重填") % {
            "n": len(row.cells) if too_many else row.n_fields,
            "width": header.width,
        }
    return ""
