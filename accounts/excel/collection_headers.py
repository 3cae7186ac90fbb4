"""Headers of annex UNI-A: two rows (group, caption) as on paper and in 明细, or one flat row. By caption, never by position."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.excel.collection_form import ADMINISTRATOR, COLUMNS, OFFICIAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orgs.kernel.sheets import SheetRow, SheetValues

HEADER_WITHIN = 20  # a header further down than this is not looked for
LONGEST_CAPTION = 40
LEAST_CAPTIONS = 3  # a row with so many of the form's captions is meant as its header
UNIT_KEYS = frozenset({"unit_code", "unit_path", "unit_name"})
NOISE = re.compile(r"[\s（）()\-—－_:：、·]+")
_UNIT_ABOVE = re.compile(r"填报单位(?:[（(][^（）()]*[）)])?[\s:：]*(.*)", re.DOTALL)
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
    (column.group, _CAPTIONS[NOISE.sub("", column.caption)]): column.code for column in COLUMNS
}
LABELS = {column.code: f"{column.group}-{column.caption}" for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Header:
    """Where what stands in one sheet, and what is wrong with its captions."""

    sheet: str
    columns: Mapping[int, str]  # column -> field code, unit column, or "" for a column that says nothing new
    captions: Mapping[str, str]  # code -> the caption as the file has it
    first_data_row: int
    width: int
    is_flat: bool
    unit_above: str = ""
    unknown: tuple[tuple[int, str], ...] = ()
    doubled: tuple[str, ...] = ()
    known_columns: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_keyed(self) -> bool:
        """Each row says whose it is."""
        return bool(UNIT_KEYS & set(self.captions))

    @property
    def is_detail(self) -> bool:
        """Sheet 明细 whatever it is called: two header rows, and each row has the unit's code."""
        return not self.is_flat and "unit_code" in self.captions

    def missing(self, codes: Sequence[str]) -> list[str]:
        """Captions, as the form has them, of those fields that have no column."""
        return [
            LABELS[code].replace(ADMINISTRATOR, "管理员") if self.is_flat else LABELS[code]
            for code in codes
            if code in LABELS and code not in self.captions
        ]


def find_header(sheet: SheetValues) -> Header | None:
    """The first rows that read like the header of the form, faulty or not."""
    rows = sheet.rows[:HEADER_WITHIN]
    for at, row in enumerate(rows):
        below = rows[at + 1] if at + 1 < len(rows) and rows[at + 1].number == row.number + 1 else None
        for is_flat, captions in ((True, list(_flat(row))), (False, list(_grouped(row, below)))):
            if sum(code in LABELS for _index, code, _caption in captions) >= LEAST_CAPTIONS:
                first = row.number + (1 if is_flat else 2)
                return _header(sheet.name, captions, first, is_flat, unit_above(rows[:at]))
    return None


def unit_above(rows: Sequence[SheetRow]) -> str:
    """The name behind 填报单位 over the table, in its cell or in the one beside it."""
    for row in rows:
        for index, text in enumerate(row.cells):
            if found := _UNIT_ABOVE.fullmatch(text):
                beside = next((each for each in row.cells[index + 1 :] if each), "")
                return found[1].strip() or ("" if beside.startswith("填报人") else beside)
    return ""


def _header(
    sheet: str, captions: list[tuple[int, str | None, str]], first: int, is_flat: bool, unit: str
) -> Header:
    # SECURITY: a caption stands in every error of its column, so a hostile one must not be long.
    captions = [(index, code, caption[:LONGEST_CAPTION]) for index, code, caption in captions]
    columns = {index: code for index, code, _caption in captions if code is not None}
    named = [(code, caption) for _index, code, caption in captions if code]
    codes = [code for code, _caption in named]
    return Header(
        sheet,
        columns,
        dict(reversed(named)),
        first,
        width=1 + max(index for index, _code, _caption in captions),
        is_flat=is_flat,
        unit_above=unit,
        unknown=tuple((index, caption) for index, code, caption in captions if code is None),
        doubled=tuple(dict.fromkeys(caption for code, caption in named if codes.count(code) > 1)),
        known_columns=frozenset(index for index, code in columns.items() if code),
    )


def _flat(row: SheetRow) -> Iterator[tuple[int, str | None, str]]:
    """One header row whose captions name group and column: 官方微信-微信号. None: an unknown caption."""
    for index, text in enumerate(row.cells):
        if text:
            yield index, _flat_code(text), text


def _flat_code(text: str) -> str | None:
    key = NOISE.sub("", text)
    for prefix, group in _GROUPS.items():
        if key.startswith(prefix) and (group, _CAPTIONS.get(key.removeprefix(prefix), "")) in FIELDS:
            return FIELDS[group, _CAPTIONS[key.removeprefix(prefix)]]
    return _UNIT_CAPTIONS.get(key)


def _grouped(upper: SheetRow, lower: SheetRow | None) -> Iterator[tuple[int, str | None, str]]:
    """Two header rows: groups above, captions below; a group's cell is merged, so it reaches to the next one."""
    if lower is None:
        return
    group = ""
    for index in range(max(len(upper.cells), len(lower.cells))):
        above, below = upper.cell(index), lower.cell(index)
        key = NOISE.sub("", above)
        group = _GROUPS.get(key, "" if above else group)
        if group and below:
            yield index, FIELDS.get((group, _CAPTIONS.get(NOISE.sub("", below), ""))), f"{group}-{below}"
        elif not group and (above or below):
            caption = above or below
            yield index, _UNIT_CAPTIONS.get(NOISE.sub("", caption)), caption
