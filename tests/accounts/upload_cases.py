"""Every class of upload (D1): the file, how many data rows it holds, its outcome, and in which words it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook

from tests.accounts import upload_files as files
from tests.accounts.upload_files import FLAT, UNITS, flat, row, table

ACCEPT, NORMALISED, ROWS, FILE = "accept", "accept_normalised", "reject_rows", "reject_file"
STATUS = {ACCEPT: 0, NORMALISED: 0, ROWS: 1, FILE: 2}
LAW1, LAW2 = UNITS["hnu-law-1201"], UNITS["hnu-law-1202"]


@dataclass(frozen=True)
class Case:
    """`rows` data rows in the file, `good` of them accepted; `says` is in the report, in this order or another."""

    make: Callable[[], bytes]
    outcome: str
    rows: int = 0
    good: int = 0
    says: Sequence[str] = ()
    name: str = "收集表.xlsx"
    settings: dict[str, int] | None = None


def good(make: Callable[[], bytes], rows: int, *says: str, name: str = "收集表.xlsx") -> Case:
    return Case(make, ACCEPT, rows, rows, says, name)


def ordered(make: Callable[[], bytes], rows: int, *says: str, name: str = "收集表.xlsx") -> Case:
    return Case(make, NORMALISED, rows, rows, says, name)


def refused(make: Callable[[], bytes], *says: str, name: str = "收集表.xlsx", **limits: int) -> Case:
    return Case(make, FILE, 0, 0, says, name, limits)


def bad_cell(code: str, value: object, *says: str) -> Case:
    """Two rows, the second of which has this value."""
    return Case(lambda: flat([row(0), row(1, **{code: value})]), ROWS, 2, 1, ("第 3 行", *says))


# --- makers that need more than one expression ------------------------------------------------------
def second_sheet(*, hidden: bool = False) -> bytes:
    workbook = Workbook()
    files.sheet_of(workbook).append(["填写说明", "请勿改动表头"])
    sheet = workbook.create_sheet("数据")
    files.fill(sheet, [FLAT, *table(2)])
    sheet.sheet_state = "hidden" if hidden else "visible"
    return files.packed(workbook)


def several_sheets() -> bytes:
    workbook = files.filled([FLAT, row(0), row(1)])
    files.fill(workbook.create_sheet("二"), [FLAT, row(2)])
    return files.packed(workbook)


def hidden_rows_and_columns() -> bytes:
    workbook = files.filled([FLAT, *table(3)])
    files.sheet_of(workbook).row_dimensions[3].hidden = True
    files.sheet_of(workbook).column_dimensions["I"].hidden = True
    return files.packed(workbook)


def lower_header() -> bytes:
    return files.packed(files.filled([["2013年收集表"], [], ["填表日期：2013年9月"], [], FLAT, *table(2)]))


def notes_below() -> bytes:
    rows = [FLAT, *table(2), [], ["备注：各高校报送的《收集表》需包含各院校、系、班级等团组织信息。"]]
    return files.packed(files.filled(rows))


def merged_unit() -> bytes:
    """One unit, two accounts, the unit's cell merged over both."""
    workbook = files.filled([FLAT, row(0), row(0, path=None, account_id="tuanzhibu_b", admin_qq="")])
    files.sheet_of(workbook).merge_cells("A2:A3")
    return files.packed(workbook)


def several_managers() -> bytes:
    second = row(0, path=None, admin_mobile="13900000001", admin_wechat="guanli_zwei")
    return flat([row(0), [None] * 5 + second[5:]])


def empty_unit() -> bytes:
    return flat([row(0), row(1, path=None)])


def as_numbers() -> bytes:
    return flat([row(0, groups=1, contacts=41, admin_qq=354120768, admin_mobile=13800000101)])


def raw_number(value: str) -> Callable[[], bytes]:
    """The mobile as a number cell, written as some program writes it."""
    return lambda: files.raw([row(0, admin_mobile=f"<v>{value}</v>")])


def formula(text: str) -> Callable[[], bytes]:
    """Without a result, as no spreadsheet has computed it."""

    def make() -> bytes:
        workbook = files.filled([FLAT, *table(2)])
        files.sheet_of(workbook)["C3"] = text
        return files.packed(workbook)

    return make


def only_formulas() -> bytes:
    """A row in which nothing can be read is a row all the same."""
    return files.packed(files.filled([FLAT, row(0), ["=A2"] * len(FLAT)]))


def formula_like(text: str) -> Callable[[], bytes]:
    def make() -> bytes:
        workbook = files.filled([FLAT, *table(1)])
        cell = files.sheet_of(workbook)["C2"]
        cell.value, cell.data_type = text, "s"
        return files.packed(workbook)

    return make


def hyperlink() -> bytes:
    workbook = files.filled([FLAT, *table(1)])
    files.sheet_of(workbook)["C2"].hyperlink = "http://192.0.2.1/"
    return files.packed(workbook)


def annex_with_number_rows() -> bytes:
    return files.annex([row(0), row(1, admin_mobile="138")], "法学院团委")


def doubled_header() -> bytes:
    return files.packed(files.filled([[*FLAT, "管理员-手机"], [*row(0), "13800000199"]]))


def unknown_header() -> bytes:
    return files.packed(files.filled([[*FLAT, "得分"], [*row(0), "10"]]))


def beyond_the_header() -> bytes:
    return files.packed(files.filled([FLAT, [*row(0), "随手记"]]))


def reordered() -> bytes:
    return files.packed(files.filled([list(reversed(each)) for each in (FLAT, *table(2))]))


def by_name_and_superior() -> bytes:
    header = ["上级组织", "填报单位", "填报人", *FLAT[1:]]
    rows = [["法学院团委", LAW1.rpartition("/")[2], "支书张", *row(0)[1:]]]
    return files.packed(files.filled([header, *rows]))


def contradicting_path() -> bytes:
    header = ["组织路径", "填报单位", *FLAT[1:]]
    return files.packed(files.filled([header, [LAW1, LAW2.rpartition("/")[2], *row(0)[1:]]]))


def no_unit_column() -> bytes:
    return files.column(table(1), "组织路径", drop=True)


def wide_sheet() -> bytes:
    return files.packed(files.filled([FLAT, [*row(0), *[None] * 60, "远"]]))


def many_sheets() -> bytes:
    workbook = files.filled([FLAT, *table(1)])
    for n in range(20):
        workbook.create_sheet(f"表{n}")
    return files.packed(workbook)


def swallowing_quote() -> bytes:
    return files.csv([row(0, account_nickname='"海南大学'), *table(2)[1:]])


CASES: dict[str, Case] = {
    # layouts
    "flat": good(lambda: flat(table(3)), 3),
    "flat, path from the uploader's unit": good(
        lambda: flat([row(0, path="法学院团委/法学2012级1班团支部")]), 1
    ),
    "flat, path from the province": good(lambda: flat([row(0, path=f"共青团海南省委/{LAW1}")]), 1),
    "flat, name and superior": good(by_name_and_superior, 1),
    "flat, columns in another order": good(reordered, 2),
    "annex": good(lambda: files.annex([row(0), row(1)], "法学院团委"), 2, "备注"),
    "annex with a wrong row": Case(
        annex_with_number_rows, ROWS, 2, 0, ("第 6 行「微信管理员-手机」", "其他行有错")
    ),
    "明细": good(lambda: files.detail(3), 3, "没有读取：收集表"),
    "明细 under another name": good(lambda: files.detail(2, name="各支部"), 2, "没有读取：收集表"),
    "header further down": good(lower_header, 2),
    "data on the second sheet": good(second_sheet, 2, "没有读取的工作表：Sheet"),
    "several data sheets": good(several_sheets, 3),
    "hidden sheet": good(lambda: second_sheet(hidden=True), 2, "“数据”是隐藏的，已一并读取"),
    "hidden rows and columns": good(hidden_rows_and_columns, 3, "第 3 行是隐藏的", "I 列是隐藏的"),
    "merged unit cell": good(merged_unit, 2),
    "several managers": good(several_managers, 2),
    "notes below": good(notes_below, 2, "第 5 行是备注，没有读取"),
    # as programs write them
    "wrong dimension": good(lambda: files.raw(table(4), dimension="A1"), 4),
    "inline strings": good(lambda: files.raw(table(2), dimension="A1:J3"), 2),
    "shared formulas": good(files.shared_formulas, 2),
    "numbers as numbers": good(as_numbers, 1),
    "number as a float": ordered(raw_number("13800000101.0"), 1, "管理员-手机"),
    "number with all its digits in an exponent": ordered(raw_number("1.3800000101E10"), 1),
    "number in scientific notation": Case(
        raw_number("1.38E+10"),
        ROWS,
        1,
        0,
        ("第 2 行「管理员-手机」：“1.38E+10”像是科学计数法，请把该列设为文本后重填",),
    ),
    "text in scientific notation": bad_cell(
        "admin_mobile", "1.38E+10", "像是科学计数法，请把该列设为文本后重填"
    ),
    "number as text with .0": ordered(
        lambda: flat([row(0, admin_mobile="13800000101.0", contacts="41.0")]), 1
    ),
    "lost leading zeros": bad_cell("admin_qq", 123, "「管理员-QQ号」", "请把该列设为文本后重填"),
    "date in a text field": bad_cell(
        "account_nickname", date(2013, 9, 8), "「官方微信-微信昵称」", "当成了日期"
    ),
    "date in a count": bad_cell("contacts", datetime(2013, 9, 8, 1, tzinfo=None), "当成了日期"),  # noqa: DTZ001
    # characters
    "full-width digits and letters": ordered(
        lambda: flat(
            [row(0, contacts="４１", account_id="ｔｕａｎ_1201", admin_mobile="１３８００００００１２")]
        ),
        1,
        "官方微信-联系人数",
    ),
    "all kinds of white space": ordered(
        lambda: flat([row(0, admin_name="\u3000管理员\u00a0\u2003甲 ", admin_mobile="138 0000\u20090012")]), 1
    ),
    "white space in the unit": ordered(lambda: flat([row(0, path=f"\u200b{LAW1}\u3000")]), 1, "组织路径"),
    "zero-width and bidi characters": ordered(
        lambda: flat([row(0, account_nickname="海南\u200b大\u202e学\u2066团委微信群\ufeff")]),
        1,
        "官方微信-微信昵称",
    ),
    "control characters": ordered(
        lambda: files.csv([row(0, account_nickname="海南\x07大学\x1b团委微信群")]), 1, name="收集表.csv"
    ),
    "NUL in a CSV": refused(
        lambda: files.csv([row(0, account_nickname="海南\0大学")]), "认不出文件的文字编码", name="收集表.csv"
    ),
    "emoji": good(lambda: flat([row(0, account_nickname="海大👩\u200d💻团委微信群")]), 1),
    "name outside the BMP": good(lambda: flat([row(0, admin_name="𠮷野𬜬")]), 1),
    "combining marks": ordered(lambda: flat([row(0, admin_nickname="Cafe\u0301")]), 1),
    # CSV
    "CSV in UTF-8": good(lambda: files.csv(table(2)), 2, name="a.csv"),
    "CSV in UTF-8 with BOM": good(lambda: files.csv(table(2), encoding="utf-8-sig"), 2, name="a.csv"),
    "CSV in GBK": good(lambda: files.csv(table(2), encoding="gbk"), 2, name="a.csv"),
    "CSV in GB18030": good(lambda: files.csv([row(0, admin_name="𠮷")], encoding="gb18030"), 1, name="a.csv"),
    "CSV in UTF-16": good(lambda: files.csv(table(2), encoding="utf-16"), 2, name="a.csv"),
    "CSV with ;": good(lambda: files.csv(table(2), delimiter=";"), 2, name="a.csv"),
    "CSV with tab": good(lambda: files.csv(table(2), delimiter="\t"), 2, name="a.csv"),
    "CSV with an unbalanced quote": refused(swallowing_quote, "引号不成对", name="a.csv"),
    "CSV with one column too few": Case(
        lambda: files.without_last_field(files.csv(table(3)), 2),
        ROWS,
        3,
        2,
        ("第 3 行", "有 9 列，表头有 10 列"),
        "a.csv",
    ),
    "CSV with one column too many": Case(
        lambda: files.csv([row(0), [*row(1), "多"]]),
        ROWS,
        2,
        1,
        ("第 3 行", "有 11 列，表头有 10 列"),
        "a.csv",
    ),
    # headers
    "missing header": refused(lambda: files.column(table(1), "管理员-手机", drop=True), "缺少“管理员-手机”"),
    "missing optional header": good(
        lambda: files.column(table(1), "管理员-QQ号", drop=True), 1, "“管理员-QQ号”列，按空白处理"
    ),
    "doubled header": refused(doubled_header, "“管理员-手机”列出现了不止一次"),
    "renamed header": refused(
        lambda: files.column(table(1), "管理员-手机", rename="联系电话"),
        "缺少“管理员-手机”",
        "“联系电话”不认识",
    ),
    "unknown header": good(unknown_header, 1, "“得分”列不是收集表的内容，没有读取"),
    "cells beyond the header": good(beyond_the_header, 1, "K 列没有表头，没有读取"),
    "no column for the unit": refused(no_unit_column, "没有“组织路径”或“填报单位”列"),
    "header only": refused(lambda: flat([]), "表头下面没有填写内容"),
    "no header at all": refused(
        lambda: files.packed(files.filled([["甲", "乙"], [1, 2]])), "没有找到收集表的表头"
    ),
    "empty sheet": refused(lambda: files.packed(Workbook()), "没有找到收集表的表头"),
    "empty file": refused(lambda: b"", "文件是空的"),
    # units
    "unit that does not exist": bad_cell("path", "没有的团支部", "“没有的团支部”没有找到这个团组织，请核对"),
    "unit outside the subtree": bad_cell(
        "path", "琼州学院团委/理工学院团委", "理工学院团委”没有找到这个团组织，请核对"
    ),
    "path and unit contradict": Case(contradicting_path, ROWS, 1, 0, ("没有找到这个团组织",)),
    "row without a unit": Case(empty_unit, ROWS, 2, 1, ("第 3 行「组织路径」", "没有写，请填写组织路径")),
    # duplicates within the file
    "account twice in one unit": Case(
        lambda: flat([row(0), row(0), row(1)]), ROWS, 3, 1, ("重复，请删去一个",)
    ),
    "account in two units": Case(
        lambda: flat([row(0), row(1, account_id=row(0)[1])]),
        ROWS,
        2,
        1,
        ("与“Sheet”第 2 行重复", "请核对后更正"),
    ),
    "manager of two units": good(lambda: flat([row(0), row(1, admin_mobile=row(0)[9])]), 2),
    # cells
    "too short a mobile": bad_cell(
        "admin_mobile", "1380000", "「管理员-手机」", "应为 11 位数字，现在只有 7 位，请更正后重填"
    ),
    "blank required cell": bad_cell("admin_name", None, "「管理员-姓名」", "请填写姓名"),
    "negative count": bad_cell("contacts", "-1", "“-1”应为 0 到"),
    "fraction as a count": bad_cell("contacts", 41.5, "“41.5”应为 0 到"),
    "unknown mask": bad_cell("admin_mobile", "199****0000", "“199****0000”是隐去的内容", "请填写完整"),
    "too long a name": bad_cell("account_nickname", "长" * 61, "长…”最多 60 个字"),
    # formulas
    "formula without a result": Case(
        formula("=1+1"), ROWS, 2, 1, ("第 3 行「官方微信-微信昵称」", "没有结果的公式")
    ),
    "DDE": Case(formula("=cmd|' /C calc'!A0"), ROWS, 2, 1, ("没有结果的公式",)),
    "row of formulas only": Case(only_formulas, ROWS, 2, 1, ("第 3 行", "没有结果的公式")),
    **{
        f"text like a formula: {text[0]}": good(formula_like(f"{text}团委微信群"), 1)
        for text in ("=1+1", "+1", "-1", "@a")
    },
    "text after a tab": ordered(formula_like("\t=1+1"), 1),
    "text after CR": ordered(lambda: files.raw([row(0, account_nickname="&#13;=1+1")]), 1),
    "hyperlink": good(hyperlink, 1),
    "external links": good(files.external_links, 1),
    # no table at all
    "xlsm": refused(files.macros, "含有宏"),
    "xlsm by its name": refused(lambda: flat(table(1)), "含有宏", name="a.xlsm"),
    "xls": refused(files.old_excel, "旧版 Excel", name="a.xls"),
    "xls called xlsx": refused(files.old_excel, "旧版 Excel"),
    "et": refused(files.old_excel, "WPS（.et）", name="a.et"),
    "zip": refused(files.other_zip, "这不是 Excel"),
    "png": refused(lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "这不是 Excel"),
    "html": refused(lambda: b"<html><table><tr><td>1</td></tr></table></html>", "网页文件"),
    "xlsx called csv": refused(lambda: flat(table(1)), "扩展名不符", name="a.csv"),
    "truncated": refused(lambda: flat(table(3))[:-300], "已损坏"),
    "encrypted": refused(files.encrypted, "打开密码"),
    # attacks
    "bomb": refused(files.bomb, "内部结构不正常"),
    "bomb in the sheet": refused(files.bomb_in_the_sheet, "内部结构不正常"),
    "many entries": refused(files.many_entries, "内部结构不正常"),
    "path traversal": refused(files.traversal, "内部结构不正常"),
    "XXE": refused(files.xxe, "内部结构不正常"),
    "entity bomb": refused(files.entity_bomb, "内部结构不正常"),
    # limits
    "too big": refused(lambda: flat(table(1)), "超过 0 MB", bytes=1000),
    "too many rows": refused(lambda: flat(table(3)), "数据超过 2 行，请拆成几个文件", rows=2),
    "as many rows as allowed": Case(lambda: flat(table(3)), ACCEPT, 3, 3, settings={"rows": 3}),
    "too wide": refused(wide_sheet, "超过 64 列"),
    "too many sheets": refused(many_sheets, "工作表超过 20 张"),
    "too long a cell": refused(lambda: flat([row(0, account_nickname="长" * 2001)]), "超过 2000 个字"),
    "too much memory": refused(lambda: flat(table(1)), "读不出来", memory_bytes=8 * 1024 * 1024),
    # names of files
    **{
        f"name {number}": good(lambda: flat(table(1)), 1, name=name)
        for number, name in enumerate(
            ["'; rm -rf ~.xlsx", "=cmd|'A0.xlsx", "a\nb.XLSX", "..xlsx", "\u202excod.xlsx", "无扩展名"]
        )
    },
}
