from __future__ import annotations

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from orgs.kernel import xlsx
from orgs.kernel.texts import clean
from orgs.kernel.xlsx import FileRejected, Limits, read_guarded

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>真</t></is></c></row>'


def workbook(rows, title="收集表"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return packed(book)


def packed(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_parts(parts=None, rows=(("真",),)):
    """A good workbook in which parts are replaced or added."""
    parts = dict(parts or {})
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(rows))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, parts.pop(name, old.read(name)))
        for name, content in parts.items():
            new.writestr(name, content)
    return target.getvalue()


def with_sheet(inside, after="", before=""):
    xml = f'{before}<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{inside}</sheetData>{after}</worksheet>'
    return with_parts({"xl/worksheets/sheet1.xml": xml})


def reason(data, filename="收集表.xlsx", limits=None):
    with pytest.raises(FileRejected) as raised:
        read_guarded(data, filename, limits)
    assert raised.value.message.endswith("。")
    return raised.value.reason


def texts(data, filename="收集表.xlsx"):
    return [(row.number, row.cells) for row in read_guarded(data, filename)[0].rows]


def test_values_come_as_text_with_the_row_numbers_of_excel():
    rows = [
        [],
        ["微信号", None, "手机"],
        [],
        ["  ａｂｃ１２３\u200b ", 0.1, 13800000123],
        [True, date(2013, 9, 8), "007"],
    ]
    assert texts(workbook(rows)) == [
        (2, ["微信号", "", "手机"]),
        (4, ["abc123", "0.1", "13800000123"]),
        (5, ["TRUE", "2013-09-08", "007"]),
    ]


def test_original_of_a_cleaned_cell_is_kept():
    row = read_guarded(workbook([["张 三\u202e", "b"]]), "x.xlsx")[0].rows[0]
    assert (row.cell(0), row.original(0)) == ("张 三", "张 三\u202e")
    assert (row.original(1), row.cell(9), row.original(9)) == ("b", "", "")


def test_hidden_sheet_is_read_and_said_to_be_hidden():
    book = openpyxl.Workbook()
    book.active["A1"] = "一"
    second = book.create_sheet("二")
    second["B2"] = "二"
    second.sheet_state = "hidden"
    sheets = read_guarded(packed(book), "x.xlsx")
    assert [(sheet.name, sheet.hidden, len(sheet.rows)) for sheet in sheets] == [
        ("Sheet", False, 1),
        ("二", True, 1),
    ]


def test_wrong_dimension_loses_no_row():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 31))
    assert len(texts(with_sheet(rows))) == 30


def test_rows_and_cells_without_references_are_counted():
    assert texts(with_sheet("<row><c><v>1</v></c></row><row/><row><c/><c><v>2</v></c></row>")) == [
        (1, ["1"]),
        (3, ["", "2"]),
    ]


def test_formula_without_result_and_error_are_reported_not_read_as_blank():
    book = openpyxl.Workbook()
    book.active["A1"] = "编号"
    book.active["B2"] = "=1+1"
    book.active["C3"] = "#N/A"
    book.active["C3"].data_type = "e"
    assert read_guarded(packed(book), "x.xlsx")[0].unreadable == [(2, 1), (3, 2)]


def test_many_empty_styled_rows_are_accepted():
    empty = "".join(f'<row r="{n}" ht="12.8"><c r="A{n}" s="1"/></row>' for n in range(2, 60_000))
    assert texts(with_sheet(CELL + empty)) == [(1, ["真"])]


def test_merge_of_the_whole_sheet_does_no_harm():
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert texts(with_sheet(CELL, after=merges)) == [(1, ["真"])]


BAD_FILES = {
    "empty": b"",
    "not_a_table": b"\x89PNG\r\n\x1a\n",
    "old_excel": bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600,
    "encrypted": bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"),
    "web_page": b"<html><table><tr><td>1</td></tr></table></html>",
    "unreadable": workbook([["a"]])[:-200],
    "macros": with_parts({"xl/vbaProject.bin": b"x"}),
    "too_many_columns": with_sheet('<row r="1"><c r="BM1"><v>1</v></c></row>'),
    "too_many_rows": with_sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
    "cell_too_long": workbook([["长" * 2001]]),
}


@pytest.mark.parametrize("expected", BAD_FILES)
def test_bad_file_is_refused_with_its_own_words(expected):
    assert reason(BAD_FILES[expected]) == expected


ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
SUSPICIOUS = {
    "entity": lambda: with_sheet(CELL, before=ENTITY),
    "entity in UTF-16": lambda: with_parts({"xl/comments1.xml": (ENTITY + "<x/>").encode("utf-16")}),
    "path traversal": lambda: with_parts({"../../evil.xml": "x"}),
    "absolute path": lambda: with_parts({"/etc/evil": "x"}),
    "many entries": lambda: with_parts({f"xl/media/{n}.png": "x" for n in range(600)}),
    "bomb": lambda: with_parts({"xl/media/1.bin": b"\0" * 20_000_000}),
}


@pytest.mark.parametrize("kind", SUSPICIOUS)
def test_suspicious_archive_is_refused(kind):
    assert reason(SUSPICIOUS[kind]()) == "suspicious"


def test_zip_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    assert reason(file.getvalue()) == "not_a_table"


@pytest.mark.parametrize(
    ("filename", "expected"),
    [("a.xlsm", "macros"), ("a.csv", "wrong_extension"), ("a.et", "old_excel"), ("a.png", "not_a_table")],
)
def test_extension_must_agree_with_the_content(filename, expected):
    assert reason(workbook([["a"]]), filename) == expected


@pytest.mark.parametrize("filename", ["../../a.xlsx", "a\0.xlsx", "'; rm -rf .xlsx", "名" * 300 + ".XLSX"])
def test_file_name_does_no_harm(filename):
    assert texts(workbook([["a"]]), filename) == [(1, ["a"])]


def test_limits_are_those_given():
    assert reason(workbook([["a"]]), limits=Limits(bytes=100)) == "too_big"
    assert reason(workbook([["a"], ["b"]]), limits=Limits(rows=1)) == "too_many_rows"
    assert reason(workbook([["abc"]]), limits=Limits(characters=2)) == "too_much_text"
    assert reason(workbook([["a"]]), limits=Limits(memory_bytes=8 * 1024 * 1024)) == "unreadable"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_dress(encoding, delimiter):
    text = f"姓名{delimiter}手机\r\n张三{delimiter}13800000123\r\n\r\n李四{delimiter}\r\n"
    assert texts(text.encode(encoding), "a.csv") == [
        (1, ["姓名", "手机"]),
        (2, ["张三", "13800000123"]),
        (4, ["李四"]),
    ]


def test_csv_cell_keeps_delimiters_and_line_breaks_in_quotes():
    assert texts(b'a,"b,""c""\nd;e"\n1,2\n', "a.csv") == [(1, ["a", 'b,"c"\nd;e']), (2, ["1", "2"])]


@pytest.mark.parametrize("text", ['a,b\n"张三,1\n李四,2\n', 'a,b\n"张三,1\n"李四",2\n'])
def test_unbalanced_quote_swallows_no_row(text):
    assert reason(text.encode(), "a.csv") == "csv_quotes"


@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02\xff\xfe", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\xff\xff\xff\xff"]
)
def test_binary_csv_is_refused(data):
    assert reason(data, "a.csv") == "csv_encoding"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("　 张三\u00a0", "张三"),
        ("ＷＸ＿０１（团）", "WX＿01（团）"),
        ("a\u200bb\u202ec\u2066d\ufeff", "abcd"),
        ("a\u00a0b\tc\u2028d", "a b c d"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("e\u0301", "\u00e9"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("a\u200db", "ab"),
        ("①班", "①班"),
        ("𠮷野", "𠮷野"),
        ("\x00\x07x", "x"),
    ],
)
def test_cell_is_cleaned(text, cleaned):
    assert clean(text) == cleaned


PAYLOADS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
    "＝1+1",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_never_becomes_a_formula(payload):
    book = openpyxl.Workbook()
    xlsx.safe_cell(book.active["A1"], payload)
    data = packed(book)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    cell = openpyxl.load_workbook(io.BytesIO(data)).active["A1"]
    assert (cell.data_type, cell.quotePrefix, cell.number_format) == ("s", True, "@")
    assert xlsx.csv_safe(payload) == "'" + payload


def test_written_text_comes_back_unchanged_and_blank_stays_blank():
    book = openpyxl.Workbook()
    for column, value in enumerate(["007", "13800000123", "", None, "张三"], start=1):
        xlsx.safe_cell(book.active.cell(1, column), value)
    assert book.active["C1"].value is None
    assert texts(packed(book)) == [(1, ["007", "13800000123", "", "", "张三"])]


def test_column_of_numbers_that_are_names_is_text():
    book = openpyxl.Workbook()
    xlsx.text_column(book.active, "I", 15, rows=range(5, 8))
    assert book.active["I7"].number_format == "@"
    assert book.active.column_dimensions["I"].width == 15


def test_row_height_follows_the_width_of_chinese():
    assert xlsx.east_asian_width("团支部a1") == 8
    assert [xlsx.wrapped_lines(text, 11) for text in ("", "一二三四五", "一二三四五六", "一\n二")] == [
        1,
        1,
        2,
        2,
    ]


def test_row_error_says_where_what_and_shortens_the_value():
    error = xlsx.RowError("收集表", 7, "管理员-手机", "1.38E+10", "像是科学计数法，请把该列设为文本后重填")
    assert str(error) == "第 7 行「管理员-手机」：“1.38E+10”像是科学计数法，请把该列设为文本后重填"
    assert "…" in str(xlsx.RowError("收集表", 7, "昵称", "长" * 50, "太长"))
