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
Place = tuple[str, int]
_NOISE = re.compile(r"[\s（）()：:]+")
_LOST_DIGITS = re.compile(r"\d\.\d+E\+\d{2,3}")


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """One account as the file has it; `number` is its row in the sheet, which is "" where the file has but one.

    SECURITY: the password stays out of every text about the row.
    """

    number: int
    unit_code: str
    unit_path: str
    user_name: str
    secret: str = field(repr=False)
    sheet: str = ""

    @property
    def place(self) -> Place:
        """Where it stands: sheet and row."""
        return self.sheet, self.number

    @property
    def key(self) -> str:
        """The form in which two spellings of one user name are equal."""
        return identifier_key(self.user_name)


@dataclass(slots=True)
class HandOutTable:
    """What was read: rows without fault, the faults of the others, sheet -> caption of each column, rows without an account."""

    captions: dict[str, dict[str, str]]
    rows: list[PreparedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    n_blank: int = 0

    def error(self, place: Place, column: str, value: str, message: str) -> None:
        """Note a fault under the caption of its column. SECURITY: never with a password as the value."""
        sheet, number = place
        shown = "" if column == SECRET else value
        caption = self.captions.get(sheet, {}).get(column, "")
        self.errors.append(RowError(sheet, number, caption, shown, message))

    def errors_in_order(self) -> list[RowError]:
        """As the file has them, sheet by sheet."""
        order = {sheet: at for at, sheet in enumerate(self.captions)}
        return sorted(self.errors, key=lambda error: (order.get(error.sheet, 0), error.row))


def read(data: bytes, filename: str) -> HandOutTable:
    """Read a file of accounts, every sheet of it; none is left out in silence.

    Raises FileRejected if it is no table, UnusableFile if a sheet with content is hidden or has no usable header.
    """
    sheets = [each for each in read_guarded(data, filename, Limits(**settings.UPLOAD_LIMITS)) if each.rows]
    if not sheets:
        raise FileRejected("empty")
    table = HandOutTable({})
    for sheet in sheets:
        _read_sheet(table, sheet, "" if len(sheets) == 1 else sheet.name)
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


def _read_sheet(table: HandOutTable, sheet: SheetValues, name: str) -> None:
    if sheet.hidden:
        words = _("工作表“%(sheet)s”是隐藏的，里面有内容。请取消隐藏，或删去这张工作表后重试。")
        raise UnusableFile(words % {"sheet": sheet.name})
    header, places = _header(sheet, name)
    table.captions[name] = {column: header.cell(at).strip() for column, at in places.items()}
    faulty = {*sheet.unreadable, *sheet.dates}
    for row in sheet.rows:
        if row.number > header.number:
            _read_row(table, row, (name, row.number), places, faulty)


def _header(sheet: SheetValues, title: str) -> tuple[SheetRow, dict[str, int]]:
    for row in sheet.rows[:HEADER_WITHIN]:
        cells = [_NOISE.sub("", cell) for cell in row.cells]
        found: dict[str, int] = {}
        for name, captions in CAPTIONS.items():
            known = [cells.index(caption) for caption in captions if caption in cells]
            if known:
                found[name] = known[0]
        if USER_NAME in found and (UNIT_CODE in found or UNIT_PATH in found):
            return row, found
    if title:
        words = _(
            "工作表“%(sheet)s”没有可用的表头，不能读取。请补上“用户名”和“团组织代码”，或删去这张工作表后重试。"
        )
        raise UnusableFile(words % {"sheet": title})
    raise UnusableFile(_("表头要有“用户名”，以及“团组织代码”或“组织路径”，可以有“初始密码”，请补上后重试。"))


def _read_row(
    table: HandOutTable, row: SheetRow, place: Place, places: dict[str, int], faulty: set[tuple[int, int]]
) -> None:
    texts = {name: row.cell(places[name]).strip() if name in places else "" for name in CAPTIONS}
    bad = [name for name in (USER_NAME, SECRET) if name in places and (row.number, places[name]) in faulty]
    if not (texts[USER_NAME] or texts[SECRET] or bad):
        table.n_blank += 1
        return
    n_before = len(table.errors)
    for name in bad:
        message = _("是日期、公式或读不出的内容，请把单元格设为文本格式后重新填写。")
        table.error(place, name, texts[name], message)
    if not (texts[UNIT_CODE] or texts[UNIT_PATH]):
        column = UNIT_CODE if UNIT_CODE in places else UNIT_PATH
        table.error(place, column, "", _("没有填写，请填写团组织代码或组织路径。"))
    if USER_NAME not in bad:
        _check_user_name(table, place, texts[USER_NAME])
    original = row.original(places[SECRET]).strip() if SECRET in places else ""
    if SECRET not in bad:
        _check_secret(table, place, texts[SECRET], original)
    if len(table.errors) == n_before:
        user_name = clean_identifier(texts[USER_NAME])
        sheet, number = place
        table.rows.append(PreparedRow(number, texts[UNIT_CODE], texts[UNIT_PATH], user_name, original, sheet))


def _check_user_name(table: HandOutTable, place: Place, text: str) -> None:
    user_name = clean_identifier(text)
    if not user_name:
        table.error(place, USER_NAME, "", _("没有填写，请填写用户名。"))
    elif len(user_name) > LONGEST:
        table.error(place, USER_NAME, text, _("超过%(n)d个字，请核对。") % {"n": LONGEST})
    elif _LOST_DIGITS.fullmatch(text):
        table.error(
            place, USER_NAME, text, _("被显示成科学计数，位数已丢失，请把单元格设为文本格式后重新填写。")
        )
    elif any(each.isspace() for each in text):
        table.error(place, USER_NAME, text, _("中间有空格或换行，请核对。"))


def _check_secret(table: HandOutTable, place: Place, text: str, original: str) -> None:
    """The password is kept letter by letter: what would have to be put in order is refused."""
    if len(original) > LONGEST_SECRET:
        table.error(place, SECRET, "", _("初始密码超过%(n)d个字，请核对。") % {"n": LONGEST_SECRET})
    elif _LOST_DIGITS.fullmatch(original):
        table.error(place, SECRET, "", _("被显示成科学计数，位数已丢失，请把单元格设为文本格式后重新填写。"))
    elif text != original or any(each.isspace() for each in original):
        table.error(
            place, SECRET, "", _("初始密码中有空格、换行、全角或不可见的字符，请改为半角字符后重新填写。")
        )
