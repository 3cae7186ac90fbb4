"""The table a hand-out is imported from (账号发放导入表): unit, user name, first password. By caption, never by position. No query here."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from accounts.identifiers import LONGEST
from accounts.naming import clean_identifier, identifier_key
from orgs.exceptions import UnusableFile
from orgs.kernel.xlsx import FileRejected, Limits, RowError, read_guarded, safe_cell, text_column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.kernel.sheets import SheetRow, SheetValues

UNIT_CODE, UNIT_PATH, USER_NAME, SECRET = "unit_code", "unit_path", "user_name", "secret"
CAPTIONS = {
    UNIT_CODE: ("团组织代码", "组织代码", "代码"),
    UNIT_PATH: ("组织路径", "团组织", "组织全称", "团组织全称", "单位"),
    USER_NAME: ("用户名", "登录名", "账号", "帐号"),
    SECRET: ("初始密码", "密码"),
}
TITLE = "账号发放导入表"
HEADER = ("团组织代码", "团组织", "用户名", "初始密码")
WIDTHS = (22, 40, 28, 28)
HEADER_WITHIN = 10
LONGEST_SECRET = 128
_NOISE = re.compile(r"[\s（）()：:]+")
_LOST_DIGITS = re.compile(r"\d\.\d+E\+\d{2,3}")


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """One account as the file has it; `number` is its row. SECURITY: the password stays out of every text about the row."""

    number: int
    unit_code: str
    unit_path: str
    user_name: str
    secret: str = field(repr=False)

    @property
    def key(self) -> str:
        """The form in which two spellings of one user name are equal."""
        return identifier_key(self.user_name)


@dataclass(slots=True)
class HandOutTable:
    """What was read: rows without fault, the faults of the others, the caption of each column, rows left without an account."""

    captions: dict[str, str]
    rows: list[PreparedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    n_blank: int = 0

    def error(self, number: int, column: str, value: str, message: str) -> None:
        """Note a fault under the caption of its column. SECURITY: never with a password as the value."""
        shown = "" if column == SECRET else value
        self.errors.append(RowError("", number, self.captions.get(column, ""), shown, message))


def read(data: bytes, filename: str) -> HandOutTable:
    """Read a file of accounts. Raises FileRejected if it is no table, UnusableFile if it has no usable header."""
    sheets = read_guarded(data, filename, Limits(**settings.UPLOAD_LIMITS))
    shown = [sheet for sheet in sheets if sheet.rows and not sheet.hidden]
    if not shown:
        raise FileRejected("empty")
    header, places = _header(shown[0])
    table = HandOutTable({name: header.cell(at).strip() for name, at in places.items()})
    faulty = {*shown[0].unreadable, *shown[0].dates}
    for row in shown[0].rows:
        if row.number > header.number:
            _read_row(table, row, places, faulty)
    return table


def template(units: Iterable[tuple[str, str]]) -> bytes:
    """An empty table with the codes and names of units; every cell is text, so that no digit of a password is lost."""
    book = Workbook()
    sheet = book.active
    sheet.title = TITLE
    known = list(units)
    for at, (caption, width) in enumerate(zip(HEADER, WIDTHS, strict=True), start=1):
        cell = sheet.cell(1, at)
        safe_cell(cell, caption)
        cell.font = Font(bold=True)
        text_column(sheet, cell.column_letter, width, range(2, len(known) + 2))
    for number, (code, name) in enumerate(known, start=2):
        safe_cell(sheet.cell(number, 1), code)
        safe_cell(sheet.cell(number, 2), name)
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _header(sheet: SheetValues) -> tuple[SheetRow, dict[str, int]]:
    for row in sheet.rows[:HEADER_WITHIN]:
        cells = [_NOISE.sub("", cell) for cell in row.cells]
        found: dict[str, int] = {}
        for name, captions in CAPTIONS.items():
            known = [cells.index(caption) for caption in captions if caption in cells]
            if known:
                found[name] = known[0]
        if USER_NAME in found and (UNIT_CODE in found or UNIT_PATH in found):
            return row, found
    raise UnusableFile(_("表头要有“用户名”，以及“团组织代码”或“组织路径”，可以有“初始密码”，请补上后重试。"))


def _read_row(
    table: HandOutTable, row: SheetRow, places: dict[str, int], faulty: set[tuple[int, int]]
) -> None:
    texts = {name: row.cell(places[name]).strip() if name in places else "" for name in CAPTIONS}
    bad = [name for name in (USER_NAME, SECRET) if name in places and (row.number, places[name]) in faulty]
    if not (texts[USER_NAME] or texts[SECRET] or bad):
        table.n_blank += 1
        return
    n_before = len(table.errors)
    for name in bad:
        message = _("是日期、公式或读不出的内容，请把单元格设为文本格式后重新填写。")
        table.error(row.number, name, texts[name], message)
    if not (texts[UNIT_CODE] or texts[UNIT_PATH]):
        column = UNIT_CODE if UNIT_CODE in places else UNIT_PATH
        table.error(row.number, column, "", _("没有填写，请填写团组织代码或组织路径。"))
    if USER_NAME not in bad:
        _check_user_name(table, row.number, texts[USER_NAME])
    original = row.original(places[SECRET]).strip() if SECRET in places else ""
    if SECRET not in bad:
        _check_secret(table, row.number, texts[SECRET], original)
    if len(table.errors) == n_before:
        user_name = clean_identifier(texts[USER_NAME])
        table.rows.append(PreparedRow(row.number, texts[UNIT_CODE], texts[UNIT_PATH], user_name, original))


def _check_user_name(table: HandOutTable, number: int, text: str) -> None:
    user_name = clean_identifier(text)
    if not user_name:
        table.error(number, USER_NAME, "", _("没有填写，请填写用户名。"))
    elif len(user_name) > LONGEST:
        table.error(number, USER_NAME, text, _("超过%(n)d个字，请核对。") % {"n": LONGEST})
    elif _LOST_DIGITS.fullmatch(text):
        table.error(
            number, USER_NAME, text, _("被显示成科学计数，位数已丢失，请把单元格设为文本格式后重新填写。")
        )
    elif any(each.isspace() for each in text):
        table.error(number, USER_NAME, text, _("中间有空格或换行，请核对。"))


def _check_secret(table: HandOutTable, number: int, text: str, original: str) -> None:
    """The password is kept letter by letter: what would have to be put in order is refused."""
    if len(original) > LONGEST_SECRET:
        table.error(number, SECRET, "", _("初始密码超过%(n)d个字，请核对。") % {"n": LONGEST_SECRET})
    elif _LOST_DIGITS.fullmatch(original):
        table.error(number, SECRET, "", _("被显示成科学计数，位数已丢失，请把单元格设为文本格式后重新填写。"))
    elif text != original or any(each.isspace() for each in original):
        table.error(
            number, SECRET, "", _("初始密码中有空格、换行、全角或不可见的字符，请改为半角字符后重新填写。")
        )
