"""Reading annex UNI-A: the paper with its two header rows, sheet 明细, or one flat header row. Recognised by header, never by position."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from accounts.excel.collection_form import ADMINISTRATOR, COLUMNS, DETAIL_SHEET, OFFICIAL, UNIT_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orgs.kernel.sheets import SheetRow, SheetValues

HEADER_WITHIN = 20  # a header further down than this is not looked for
NOTE_PREFIX = "备注"
_NOISE = re.compile(r"[\s（）()\-—－_:：、·]+")
_UNIT_CAPTIONS = {
    "组织代码": "unit_code", "代码": "unit_code", "团组织代码": "unit_code",
    "组织全称": "unit_path", "组织路径": "unit_path",
    "填报单位": "unit_name", "团组织": "unit_name", "单位": "unit_name",
    "上级组织": "unit_parent", "上级": "unit_parent",
    "填报人": "filled_by",
    "序号": "", "层级": "", "审核状态": "", "提交时间": "",
}  # fmt: skip
_GROUPS = {OFFICIAL: OFFICIAL, ADMINISTRATOR: ADMINISTRATOR, "管理员": ADMINISTRATOR}
_CAPTIONS = {
    "微信号": "wechat", "微信昵称": "nickname", "昵称": "nickname",
    "微信群讨论组个数": "groups", "微信群个数": "groups", "群个数": "groups", "联系人数": "contacts",
    "姓名": "name", "QQ号": "qq", "QQ": "qq", "手机": "mobile", "手机号": "mobile", "手机号码": "mobile",
}  # fmt: skip
# (group, caption) -> field; the captions alone repeat: 微信号 stands in both groups.
FIELDS: Mapping[tuple[str, str], str] = {
    (column.group, _CAPTIONS[_NOISE.sub("", column.caption)]): column.code for column in COLUMNS
}
LABELS = {column.code: f"{column.group}-{column.caption}" for column in COLUMNS}
REQUIRED = frozenset({"account_id", "admin_name", "admin_mobile"})


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One data row: where it stands, whose it claims to be, and its cells by field code."""

    sheet: str
    number: int
    unit: Mapping[str, str]
    cells: Mapping[str, str] = field(repr=False)
    continues: bool = False
    unreadable: tuple[str, ...] = ()  # field codes whose cell holds a formula without a result, or an error
    normalised: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Reading:
    """Everything a file holds: rows in order, and the sheets without a header."""

    rows: list[ReadRow] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Header:
    """Column index -> field code or unit column, the number of the first data row, and the unit above the table."""

    columns: Mapping[int, str]
    first_data_row: int
    unit_name: str = ""

    @property
    def is_keyed(self) -> bool:
        return bool({"unit_code", "unit_path", "unit_name"} & set(self.columns.values()))


def read(sheets: Sequence[SheetValues]) -> Reading:
    """All rows of the sheets that carry the form. Where sheet 明细 is there, it alone is read."""
    reading = Reading()
    headers = {sheet.name: header for sheet in sheets if (header := _header(sheet))}
    detail = headers.get(DETAIL_SHEET)
    wanted = {DETAIL_SHEET: detail} if detail and detail.is_keyed and len(headers) > 1 else headers
    for sheet in sheets:
        if sheet.name in wanted:
            _read_sheet(sheet, wanted[sheet.name], reading)
        elif sheet.rows:
            reading.ignored_sheets.append(sheet.name)
    return reading


def _header(sheet: SheetValues) -> _Header | None:
    rows = sheet.rows[:HEADER_WITHIN]
    for at, row in enumerate(rows):
        below = rows[at + 1] if at + 1 < len(rows) and rows[at + 1].number == row.number + 1 else None
        columns = _flat(row) or (below and _grouped(row, below))
        if columns:
            first = row.number + 1 if _flat(row) else row.number + 2
            return _Header(columns, first, _unit_above(rows[:at]))
    return None


def _flat(row: SheetRow) -> dict[int, str]:
    """One header row whose captions name group and column: 官方微信-微信号."""
    columns = {index: code for index, text in enumerate(row.cells) if (code := _flat_code(text))}
    return columns if set(columns.values()) >= REQUIRED else {}


def _flat_code(text: str) -> str:
    key = _NOISE.sub("", text)
    for prefix, group in _GROUPS.items():
        if key.startswith(prefix) and (group, _CAPTIONS.get(key.removeprefix(prefix), "")) in FIELDS:
            return FIELDS[group, _CAPTIONS[key.removeprefix(prefix)]]
    return _UNIT_CAPTIONS.get(key, "")


def _grouped(upper: SheetRow, lower: SheetRow) -> dict[int, str]:
    """Two header rows: groups above, captions below; a group's cell is merged, so it reaches to the next one."""
    columns, group = {}, ""
    for index in range(max(len(upper.cells), len(lower.cells))):
        above, below = (_NOISE.sub("", row.cell(index)) for row in (upper, lower))
        group = _GROUPS.get(above, "" if above else group)
        code = _UNIT_CAPTIONS.get(above or below, "") if not group else ""
        code = code or FIELDS.get((group, _CAPTIONS.get(below, "")), "")
        if code:
            columns[index] = code
    return columns if set(columns.values()) >= REQUIRED else {}


def _unit_above(rows: Sequence[SheetRow]) -> str:
    """The name behind 填报单位 over the table."""
    label = UNIT_LABEL.rstrip("：")
    for row in rows:
        for index, text in enumerate(row.cells):
            if text.startswith(label):
                return text.removeprefix(label).lstrip("：: ").strip() or row.cell(index + 1)
    return ""


def _read_sheet(sheet: SheetValues, header: _Header, reading: Reading) -> None:
    unreadable = frozenset(sheet.unreadable)
    unit: dict[str, str] = {"unit_name": header.unit_name} if header.unit_name else {}
    for row in _data_rows(sheet, header):
        broken = (code for i, code in header.columns.items() if (row.number, i) in unreadable)
        read_row = _row(sheet.name, row, header, unit)
        if header.is_keyed:
            unit = dict(read_row.unit)
        reading.rows.append(replace(read_row, unreadable=tuple(code for code in broken if code in LABELS)))


def _data_rows(sheet: SheetValues, header: _Header) -> Iterator[SheetRow]:
    """Rows under the header that say something: not blank, not a note, not only a serial number."""
    cells = [index for index, code in header.columns.items() if code]
    for row in sheet.rows:
        is_note = any(text for text in row.cells) and next(t for t in row.cells if t).startswith(NOTE_PREFIX)
        broken = any(number == row.number for number, _index in sheet.unreadable)
        has_text = any(row.cell(index) for index in cells)
        if row.number >= header.first_data_row and not is_note and (has_text or broken):
            yield row


def _row(sheet: str, row: SheetRow, header: _Header, before: Mapping[str, str]) -> ReadRow:
    texts = {code: row.cell(index) for index, code in header.columns.items()}
    cells = {code: text for code, text in texts.items() if code in LABELS}
    unit = {code: text for code, text in texts.items() if code.startswith("unit_") and text}
    if not header.is_keyed or not ({"unit_code", "unit_path", "unit_name"} & set(unit)):
        unit = dict(before)  # merged cells: the unit stands in the first of its rows only
    official = [cells.get(column.code, "") for column in COLUMNS if column.group == OFFICIAL]
    changed = {
        code: (row.originals[index], row.cell(index))
        for index, code in header.columns.items()
        if code in LABELS and index in row.originals
    }
    return ReadRow(sheet, row.number, unit, cells, continues=not any(official), normalised=changed)
