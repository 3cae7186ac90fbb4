"""What may befall any column of an upload, in each of them (D1): left out, renamed, doubled, blank, a date, odd characters.

And each encoding a program saves a CSV in, with each separator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import product

from tests.accounts import upload_files as files
from tests.accounts.upload_cases import ROWS, Case, bad_cell, good, ordered, refused
from tests.accounts.upload_files import CODES, FLAT, flat, row, table

CAPTIONS = dict(zip(CODES[1:], FLAT[1:], strict=True))
# A column that is missing is asked for by the caption on the paper.
ON_PAPER = {"groups": "官方微信-微信群（讨论组）个数"}
OPTIONAL = {"admin_nickname", "admin_qq"}
TEXTS = {"account_nickname": 60, "admin_name": 20, "admin_nickname": 60}
NUMBERS = ("groups", "contacts", "admin_qq", "admin_mobile")
IDENTIFIERS = ("account_id", "admin_wechat")
ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16")
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def value(code: str) -> str:
    """What stands in the column of a good row."""
    return str(row(0)[CODES.index(code)])


def changed(code: str, text: object) -> Callable[[], bytes]:
    return lambda: flat([row(0, **{code: text})])


def doubled(caption: str) -> Callable[[], bytes]:
    return lambda: files.packed(files.filled([[*FLAT, caption], [*row(0), "1"]]))


def formula_in(code: str) -> Callable[[], bytes]:
    def make() -> bytes:
        workbook = files.filled([FLAT, *table(2)])
        files.sheet_of(workbook).cell(3, CODES.index(code) + 1).value = "=1+1"
        return files.packed(workbook)

    return make


def full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def of_column(code: str, caption: str) -> Iterator[tuple[str, Case]]:
    """The column by what is done to it."""
    place = f"「{caption}」"
    gone, other = (
        lambda: files.column(table(1), caption, drop=True),
        lambda: files.column(table(1), caption, rename="备用"),
    )
    if code in OPTIONAL:
        yield "blank", good(changed(code, ""), 1)
        yield "left out", good(gone, 1, f"“{caption}”列，按空白处理")
        yield "renamed", good(other, 1, "“备用”")
    else:
        yield "blank", bad_cell(code, None, place, "请填写")
        missing = f"缺少“{ON_PAPER.get(code, caption)}”"
        yield "left out", refused(gone, missing)
        yield "renamed", refused(other, missing, "“备用”不认识")
    yield "doubled", refused(doubled(caption), f"“{caption}”列出现了不止一次")
    yield "a date", bad_cell(code, date(2013, 9, 8), place, "当成了日期")
    yield "a formula", Case(formula_in(code), ROWS, 2, 1, ("第 3 行", place, "没有结果的公式"))
    yield "in white space", ordered(changed(code, f"\u3000 {value(code)}\u00a0\u200b"), 1, caption)
    if code in TEXTS:
        yield "with an emoji", good(changed(code, "小管👩\u200d💻"), 1)
        yield "too long", bad_cell(code, "长" * (TEXTS[code] + 1), place, f"最多 {TEXTS[code]} 个字")
        return
    yield "with an emoji", bad_cell(code, f"{value(code)}👍", place)
    yield "too long", bad_cell(code, value(code) * 12, place)
    yield "in full width", ordered(changed(code, full_width(value(code))), 1, caption)
    yield "a word", bad_cell(code, "没有统计", place)
    if code in NUMBERS:
        yield "in scientific notation", bad_cell(code, "1.38E+10", place, "像是科学计数法")


def csv(encoding: str, separator: str) -> Case:
    return good(
        lambda: files.csv(table(2), encoding=encoding, delimiter=SEPARATORS[separator]), 2, name="a.csv"
    )


CASES: dict[str, Case] = {
    **{
        f"{caption} {what}": case
        for code, caption in CAPTIONS.items()
        for what, case in of_column(code, caption)
    },
    **{
        f"CSV in {encoding} with {separator}": csv(encoding, separator)
        for encoding, separator in product(ENCODINGS, SEPARATORS)
    },
}
