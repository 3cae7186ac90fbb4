"""What an uploaded table is once it has been read: sheets of cleaned text, and the reasons why a file is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MIB = 1024 * 1024
_REASONS = {
    "empty": _("文件是空的，请重新选择文件。"),
    "too_big": _("文件超过 %(limit)s MB，请拆成几个文件，或删去图片后再上传。"),
    "not_a_table": _("这不是 Excel（.xlsx）或 CSV 文件，请在 WPS 或 Excel 中“另存为”.xlsx 后上传。"),
    "old_excel": _("这是旧版 Excel（.xls）或 WPS（.et）文件，请“另存为”.xlsx 后上传。"),
    "encrypted": _("文件设有打开密码，请取消密码后再上传。"),
    "macros": _("文件含有宏（.xlsm），请“另存为”不含宏的 .xlsx 后上传。"),
    "web_page": _("这是网页文件，只是改了扩展名，请“另存为”.xlsx 后上传。"),
    "wrong_extension": _("文件内容与扩展名不符，请在 WPS 或 Excel 中“另存为”.xlsx 后上传。"),
    "suspicious": _("文件的内部结构不正常，不能接收。请把数据复制到新建的工作簿，保存为 .xlsx 后上传。"),
    "unreadable": _("文件已损坏或内容过于复杂，读不出来。请把数据复制到新建的工作簿，保存为 .xlsx 后上传。"),
    "too_slow": _("文件太复杂，在规定时间内没有读完。请把数据复制到新建的工作簿，保存为 .xlsx 后上传。"),
    "too_many_sheets": _("工作表超过 %(limit)s 张，请只保留要上传的工作表。"),
    "too_many_columns": _("工作表“%(sheet)s”的内容超过 %(limit)s 列，请删去右侧多余的列。"),
    "too_many_rows": _("工作表“%(sheet)s”的内容超过 %(limit)s 行，请拆成几个文件上传。"),
    "too_much_text": _("文件里的文字太多，请拆成几个文件上传。"),
    "cell_too_long": _("工作表“%(sheet)s”第 %(row)s 行第 %(column)s 列超过 %(limit)s 个字，请缩短后再上传。"),
    "rows_lost": _("工作表“%(sheet)s”没有读全，为避免漏数据不予接收。请把数据复制到新建的工作簿后上传。"),
    "csv_encoding": _("认不出文件的文字编码，请在 WPS 或 Excel 中“另存为”.xlsx 后上传。"),
    "not_a_document": _(
        "只接收 PDF、Word（.docx）、Excel（.xlsx）和图片（.jpg、.png），请另存为其中一种后上传。"
    ),
    "not_that_document": _("文件内容与扩展名不符，请用原来的软件打开，“另存为”后再上传。"),
    "active_document": _("PDF 里含有脚本或附件，请用“打印为 PDF”另存一份后上传。"),
    "encrypted_document": _("文件设有打开密码，请取消密码后再上传。"),
    "macros_document": _("文件含有宏，请“另存为”不含宏的文件后上传。"),
    "odd_document": _("文件的内部结构不正常，不能接收。请把内容复制到新建的文件，保存后上传。"),
    "unreadable_document": _("文件已损坏或不完整，打不开，请重新保存一份后上传。"),
    "csv_quotes": _("第 %(row)s 行附近的引号不成对，后面的行会被并在一起。请改正，或“另存为”.xlsx 后上传。"),
}
LEADS_TO_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_EXPONENT = re.compile(r"-?(\d+)(?:\.(\d*))?[eE]\+?(\d{1,3})")
_POINT_ZERO = re.compile(r"(-?\d+)\.0+")


class FileRejected(ValueError):
    """The whole file is refused; `message` says why and what to do."""

    def __init__(self, reason: str, **params: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params

    @property
    def message(self) -> str:
        """The reason for the person who uploaded the file."""
        return str(_REASONS[self.reason]) % self.params

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read at most."""

    bytes: int = 10 * MIB
    entries: int = 500
    unpacked_bytes: int = 200 * MIB
    pack_ratio: int = 100
    sheets: int = 20
    columns: int = 64
    rows: int = 20_000
    cell_characters: int = 2_000
    characters: int = 20_000_000
    memory_bytes: int = 1024 * MIB
    seconds: int = 15


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something; `number` is the row number Excel shows, `cells` are cleaned.

    `n_fields` is how many fields a CSV record has, its blank ones too; 0 in a workbook.
    """

    number: int
    cells: list[str]
    originals: dict[int, str] = field(default_factory=dict)
    n_fields: int = 0

    def cell(self, index: int) -> str:
        """The cleaned cell; "" beyond the end of the row."""
        return self.cells[index] if index < len(self.cells) else ""

    def original(self, index: int) -> str:
        """The cell as it stands in the file, for reports."""
        return self.originals.get(index, self.cell(index))


@dataclass(frozen=True, slots=True)
class SheetValues:
    """One worksheet without its blank rows. Rows count from 1 as in Excel, columns from 0.

    `unreadable` are (row, column) of formulas without a result and of errors such as #N/A: they read as "".
    `dates` are (row, column) of cells that a spreadsheet holds as a date or a time. `merges` are those that reach
    over several rows: (first row, last row, first column, last column).
    """

    name: str
    hidden: bool
    rows: list[SheetRow]
    unreadable: list[tuple[int, int]] = field(default_factory=list)
    dates: list[tuple[int, int]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SheetValues:
        """The sheet as the child process has sent it."""
        rows = [
            SheetRow(number, cells, {int(index): text for index, text in originals.items()}, n_fields)
            for number, cells, originals, n_fields in data["rows"]
        ]
        return cls(
            data["name"],
            data["hidden"],
            rows,
            unreadable=[(row, column) for row, column in data["unreadable"]],
            dates=[(row, column) for row, column in data["dates"]],
            merges=[(top, bottom, left, right) for top, bottom, left, right in data["merges"]],
            hidden_rows=data["hidden_rows"],
            hidden_columns=data["hidden_columns"],
        )

    def as_json(self) -> dict[str, Any]:
        """The sheet as it travels from the child process."""
        rows = [[row.number, row.cells, row.originals, row.n_fields] for row in self.rows]
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"rows": rows}


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one cell or row is refused: `column` is the caption, `value` already masked by the caller where personal."""

    sheet: str
    row: int
    column: str
    value: str
    message: str

    LONGEST_ECHO = 40

    def __str__(self) -> str:
        if not self.column:
            return gettext("第 %(row)d 行：%(message)s") % {"row": self.row, "message": self.message}
        shown = self.value if len(self.value) <= self.LONGEST_ECHO else self.value[: self.LONGEST_ECHO] + "…"
        return gettext("第 %(row)d 行「%(column)s」：“%(value)s”%(message)s") % {
            "row": self.row,
            "column": self.column,
            "value": shown,
            "message": self.message,
        }


def whole_number(text: str) -> str:
    """The digits of a whole number written as 13812345678.0 or 1.3812345678E10; "" for everything else.

    1.38E+10 gives "": the digits it stands for are lost.
    """
    if found := _POINT_ZERO.fullmatch(text):
        return found[1]
    found = _EXPONENT.fullmatch(text)
    if not found or len(found[1]) + int(found[3]) > len(found[1] + (found[2] or "")):
        return ""
    number = Decimal(text)
    return f"{number:.0f}" if number == number.to_integral_value() else ""
