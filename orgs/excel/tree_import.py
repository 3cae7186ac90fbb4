"""The table a tree is imported from: CSV (also .xz) or XLSX, with codes and parent codes or with paths. No query here."""

from __future__ import annotations

import csv
import io
import lzma
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import LONGEST_CODE, LONGEST_NAME, Kind
from orgs.exceptions import UnusableFile
from orgs.kernel.texts import clean
from orgs.kernel.xlsx import FileRejected, Limits, RowError, read_guarded
from orgs.naming import PATH_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CAPTIONS = {
    "code": ("code", "代码", "组织代码"),
    "parent_code": ("parent_code", "上级代码"),
    "path": ("path", "组织路径"),
    "name": ("name", "全称", "名称", "组织名称"),
    "kind": ("kind", "level", "类型", "层级"),
    "short_name": ("short_name", "简称"),
    "intake_year": ("intake_year", "入学年级", "年级"),
    "position": ("position", "规定排序", "排序"),
    "opened_on": ("opened_on", "成立日期"),
}
IGNORED_CAPTIONS = ("alias", "note", "备注")
KIND_ALIASES = {
    "city": Kind.PREFECTURE,
    "town": Kind.TOWNSHIP,
    "street": Kind.TOWNSHIP,
    "class": Kind.CLASS_BRANCH,
    "school": Kind.MIDDLE_SCHOOL,
}
BUILT_IN = {str(kind): str(kind) for kind in Kind} | {word: str(kind) for word, kind in KIND_ALIASES.items()}
LONGEST_SHORT_NAME = 60
FIRST_YEAR, LAST_YEAR = 1950, 2100
MOST_BYTES = 512 * 1024 * 1024
XLSX_LIMITS = Limits(
    bytes=100 * 1024 * 1024, unpacked_bytes=MOST_BYTES, rows=1_048_576, characters=200_000_000, seconds=120
)


@dataclass(slots=True)
class UnitRow:
    """One unit of a file or of the demo; its place is the code of its parent, or a path. `number` is its row."""

    code: str
    parent_code: str
    name: str
    kind: str
    short_name: str = ""
    intake_year: int | None = None
    position: int = 0
    opened_on: date | None = None
    number: int = 0
    path: tuple[str, ...] = ()


@dataclass(slots=True)
class TreeTable:
    """What was read: rows without fault, the faults of the others, and which columns the file has, with their captions."""

    rows: list[UnitRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    captions: dict[str, str] = field(default_factory=dict)

    def error(self, row: UnitRow, column: str, value: str, message: str) -> None:
        """Note a fault of a row under the caption of its column."""
        self.errors.append(RowError("", row.number, self.captions.get(column, ""), value, message))


def read(path: Path, kinds: Mapping[str, str] | None = None) -> TreeTable:
    """Read a file of units; `kinds` says which code each word for a kind means, without it the built-in ones.

    Raises FileRejected if it is no table, UnusableFile if it has no usable header.
    """
    lines = _xlsx_lines(path) if path.suffix.lower() == ".xlsx" else _csv_lines(path)
    header = next(lines, (0, []))[1]
    table = TreeTable(captions=_captions(header))
    places = {name: header.index(caption) for name, caption in table.captions.items()}
    reader = _RowReader(table, places, len(header), BUILT_IN if kinds is None else kinds)
    table.rows.extend(row for number, cells in lines if any(cells) and (row := reader.row(number, cells)))
    return table


def _captions(header: list[str]) -> dict[str, str]:
    found = {
        name: caption
        for name, captions in CAPTIONS.items()
        for caption in header
        if caption.strip().lower() in captions
    }
    has_place = "path" in found or {"code", "parent_code", "name"} <= found.keys()
    if not (has_place and "kind" in found):
        raise UnusableFile(
            _("表头要有“code、parent_code、name、kind”四列，或“组织路径、类型”两列，请补上后重试。")
        )
    return found


def _xlsx_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    sheets = [
        sheet for sheet in read_guarded(path, path.name, XLSX_LIMITS) if sheet.rows and not sheet.hidden
    ]
    if not sheets:
        raise FileRejected("empty")
    return ((row.number, row.cells) for row in sheets[0].rows)


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    with lzma.open(path) if path.suffix.lower() == ".xz" else path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FileRejected("too_big", limit=MOST_BYTES // 1024 // 1024)
    reader = csv.reader(io.StringIO(_decoded(data), newline=""))
    return ((reader.line_num, cells) for cells in reader)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRejected("csv_encoding")


class _RowReader:
    """Cells to a UnitRow, or to errors in words."""

    def __init__(
        self, table: TreeTable, places: dict[str, int], width: int, kinds: Mapping[str, str]
    ) -> None:
        self.table = table
        self.places = places
        self.width = width
        self.kinds = kinds
        self.is_bare = places.keys() == {"code", "parent_code", "name", "kind"}

    def row(self, number: int, cells: list[str]) -> UnitRow | None:
        """The row, or None after its faults were noted."""
        return self._bare_row(number, cells) or self._full_row(number, cells)

    def _bare_row(self, number: int, cells: list[str]) -> UnitRow | None:
        """The short way for a row of four columns without any fault: nearly all of a file of 665,000 rows."""
        if not self.is_bare or len(cells) != self.width:
            return None
        at = self.places
        kind = self.kinds.get(cells[at["kind"]])
        code, parent_code, name = (clean(cells[at[column]]) for column in ("code", "parent_code", "name"))
        is_complete = kind and 0 < len(code) <= LONGEST_CODE and 0 < len(name) <= LONGEST_NAME
        if not is_complete or code == parent_code:
            return None
        return UnitRow(code, parent_code, name, kind or "", number=number)

    def _full_row(self, number: int, cells: list[str]) -> UnitRow | None:
        n_before = len(self.table.errors)
        row = UnitRow("", "", "", "", number=number)
        if len(cells) > self.width and any(cells[self.width :]):
            self.table.error(row, "", "", _("比表头多出一列，请检查逗号或引号。"))
        value = {name: clean(cells[at]) if at < len(cells) else "" for name, at in self.places.items()}
        self._place(row, value)
        self._text(row, value)
        self._numbers(row, value)
        return row if len(self.table.errors) == n_before else None

    def _place(self, row: UnitRow, value: dict[str, str]) -> None:
        row.code, row.parent_code = value.get("code", ""), value.get("parent_code", "")
        row.name = value.get("name", "")
        if "path" in value:
            row.path = tuple(part.strip() for part in value["path"].split(PATH_SEPARATOR))
            row.name = row.name or row.path[-1]
            if not all(row.path):
                self.table.error(row, "path", value["path"], _("有空的一级，请写成“上级/本级”。"))
        elif not row.code:
            self.table.error(row, "code", "", _("没有代码，请填写。"))
        if row.code and row.code == row.parent_code:
            self.table.error(row, "parent_code", row.code, _("与本级代码相同，请填写上级的代码。"))

    def _text(self, row: UnitRow, value: dict[str, str]) -> None:
        row.short_name = value.get("short_name", "")
        if not row.name:
            self.table.error(row, "name", "", _("没有名称，请填写。"))
        limits = (("code", row.code, LONGEST_CODE), ("name", row.name, LONGEST_NAME))
        for column, text, longest in (*limits, ("short_name", row.short_name, LONGEST_SHORT_NAME)):
            if len(text) > longest:
                self.table.error(row, column, text, _("超过 %(n)s 个字，请缩短。") % {"n": longest})
        kind = self.kinds.get(value["kind"])
        if kind is None:
            self.table.error(row, "kind", value["kind"], _("不是已知的类型，请改用类型代码或名称。"))
        else:
            row.kind = kind

    def _numbers(self, row: UnitRow, value: dict[str, str]) -> None:
        year, position = value.get("intake_year", ""), value.get("position", "")
        if year:
            row.intake_year = _whole_number(year.removesuffix("级"), FIRST_YEAR, LAST_YEAR)
            if row.intake_year is None:
                self.table.error(row, "intake_year", year, _("不是年份，请写成 2013。"))
        if position:
            found = _whole_number(position, 0, 2**31 - 1)
            row.position = found or 0
            if found is None:
                self.table.error(row, "position", position, _("不是整数，请写成 1、2、3。"))
        if value.get("opened_on"):
            row.opened_on = _day(value["opened_on"])
            if row.opened_on is None:
                self.table.error(row, "opened_on", value["opened_on"], _("不是日期，请写成 2013-09-01。"))


def _whole_number(text: str, least: int, most: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if least <= number <= most else None


def _day(text: str) -> date | None:
    parts = text.split(" ")[0].replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        return None


def codes_in_rings(parent_of: Mapping[str, str]) -> set[str]:
    """Codes whose superiors run in a ring; a superior that is no key ends the way up."""
    settled: set[str] = set()
    ringed: set[str] = set()
    for start in parent_of:
        trail: dict[str, None] = {}
        code = start
        while code in parent_of and code not in settled and code not in trail:
            trail[code] = None
            code = parent_of[code]
        if code in trail:
            ringed |= set(list(trail)[list(trail).index(code) :])
        settled |= set(trail)
    return ringed
