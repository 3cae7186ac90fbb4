"""The table bases are imported from: Excel or CSV with code, measure, count, year and source. No query here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from orgs.choices import Measure
from orgs.exceptions import UnusableFile
from orgs.kernel.xlsx import FileRejected, Limits, RowError, read_guarded

if TYPE_CHECKING:
    from pathlib import Path

    from orgs.kernel.sheets import SheetRow, SheetValues

CAPTIONS = {
    "code": ("代码", "组织代码", "code"),
    "name": ("全称", "组织全称", "名称", "name"),
    "measure": ("口径", "measure"),
    "count": ("底数", "人数", "人数（个数）", "人数(个数)", "count"),
    "year": ("年份", "year"),
    "source": ("来源", "source"),
}
REQUIRED = ("code", "measure", "count", "year", "source")
HEADER_WITHIN = 10
SHORT_MEASURES = {
    "团员数": Measure.MEMBERS,
    "现有团员数": Measure.MEMBERS,
    "青年数": Measure.YOUTH,
    "考评团员数": Measure.MEMBERS_2012,
    "团干部数": Measure.CADRES,
    "已使用微信的团干部数": Measure.CADRES_WITH_ACCOUNT,
    "联系青年达到要求的团干部数": Measure.CADRES_IN_TOUCH,
    "联系青年达到20人的团干部数": Measure.CADRES_IN_TOUCH,
}


@dataclass(frozen=True, slots=True)
class BaseRow:
    """One figure as the file has it; `number` is its row."""

    code: str
    name: str
    measure: str
    count: int
    year: int
    source: str
    number: int


@dataclass(slots=True)
class BaseTable:
    """What was read: rows without fault, the faults of the others, and the caption of each column."""

    rows: list[BaseRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    faulty: list[tuple[int, str]] = field(
        default_factory=list
    )  # (row, code) of the others, whose code is looked up too
    captions: dict[str, str] = field(default_factory=dict)
    rows_total: int = 0

    def error(self, number: int, column: str, value: str, message: str) -> None:
        """Note a fault under the caption of its column."""
        self.errors.append(RowError("", number, self.captions.get(column, ""), value, message))


def read(data: Path | bytes, filename: str) -> BaseTable:
    """Read a file of bases. Raises FileRejected if it is no table, UnusableFile if it has no usable header."""
    sheets = [
        sheet
        for sheet in read_guarded(data, filename, Limits(**settings.UPLOAD_LIMITS))
        if sheet.rows and not sheet.hidden
    ]
    if not sheets:
        raise FileRejected("empty")
    header, captions = _header(sheets[0])
    table = BaseTable(captions={name: header.cell(at).strip() for name, at in captions.items()})
    for row in sheets[0].rows:
        if row.number > header.number:
            table.rows_total += 1
            _read_row(table, row, captions)
    return table


def _header(sheet: SheetValues) -> tuple[SheetRow, dict[str, int]]:
    for row in sheet.rows[:HEADER_WITHIN]:
        cells = [cell.strip().lower() for cell in row.cells]
        found = {
            name: cells.index(caption)
            for name, captions in CAPTIONS.items()
            for caption in captions
            if caption in cells
        }
        if set(REQUIRED) <= found.keys():
            return row, found
    raise UnusableFile(_("表头要有“代码、口径、底数、年份、来源”五列，请补上后重试。"))


def _read_row(table: BaseTable, row: SheetRow, places: dict[str, int]) -> None:
    cells = {name: row.cell(at).strip() for name, at in places.items()}
    n_before = len(table.errors)
    for name in ("code", "source"):
        if not cells[name]:
            table.error(row.number, name, "", _("没有填写，请补上。"))
    measure = _measure(cells["measure"])
    if not measure:
        known = "、".join(str(each.label) for each in Measure)
        table.error(
            row.number,
            "measure",
            cells["measure"],
            _("不是规定的口径，请改为：%(known)s。") % {"known": known},
        )
    numbers = {name: _whole(cells[name]) for name in ("count", "year")}
    for name, number in numbers.items():
        if number is None:
            table.error(row.number, name, cells[name], _("不是整数，请填写数字；没有数字的行请删去。"))
    if len(table.errors) == n_before:
        facts = (measure, numbers["count"] or 0, numbers["year"] or 0, cells["source"], row.number)
        table.rows.append(BaseRow(cells["code"], cells.get("name", ""), *facts))
    elif cells["code"]:
        table.faulty.append((row.number, cells["code"]))


def _measure(text: str) -> str:
    by_label = {str(each.label): str(each) for each in Measure} | {str(each): str(each) for each in Measure}
    return by_label.get(text) or str(SHORT_MEASURES.get(text, ""))


def _whole(text: str) -> int | None:
    plain = text.replace(",", "").replace("，", "").removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 12 else None
