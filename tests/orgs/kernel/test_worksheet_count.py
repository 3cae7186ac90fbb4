"""What is known of a sheet beside its texts: broken and hidden cells, dates, merges, numbers as they are written."""

from __future__ import annotations

from datetime import datetime

import openpyxl
import pytest

from orgs.kernel.sheets import FileRejected, Limits, SheetValues, whole_number
from orgs.kernel.worksheet_count import SharedStrings, Worksheet, parse
from orgs.kernel.xlsx import read_guarded
from tests.orgs.kernel.test_xlsx import CELL, packed, with_parts, with_sheet


def only_sheet(data: bytes) -> SheetValues:
    (sheet,) = read_guarded(data, "x.xlsx")
    return sheet


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13812345678.0", "13812345678"),
        ("1.3812345678E10", "13812345678"),
        ("1.3812345678e+10", "13812345678"),
        ("12E0", "12"),
        ("-5.00", "-5"),
        ("1.38E+10", ""),
        ("1E999", ""),
        ("1.55E1", ""),
        ("0.5", ""),
        ("13812345678", ""),
        ("１.0", "１"),
        ("", ""),
    ],
)
def test_whole_number_is_recognised_if_no_digit_is_lost(text, digits):
    assert whole_number(text) == digits


def test_a_number_in_scientific_notation_stays_as_it_is_written():
    rows = '<row r="1"><c r="A1"><v>1.38E+10</v></c><c r="B1"><v>1.3812345678E10</v></c><c r="C1"><v>5.0</v></c></row>'
    (row,) = only_sheet(with_sheet(rows)).rows
    assert row.cells == ["1.38E+10", "13812345678", "5"]
    assert row.originals == {1: "1.3812345678E10", 2: "5.0"}


def test_dates_hidden_cells_and_merges_are_noted():
    book = openpyxl.Workbook()
    sheet = book.active
    for values in (["甲", datetime(2013, 9, 8)], ["乙", 41525], [], ["丙", "2013-09-08"]):  # noqa: DTZ001
        sheet.append(values)
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("A4:B4")
    read = only_sheet(packed(book))
    assert (read.dates, read.hidden_rows, read.hidden_columns) == ([(1, 1)], [2], [1])
    assert read.merges == [(1, 2, 0, 0)]


def test_a_row_of_broken_formulas_is_a_row():
    book = openpyxl.Workbook()
    for values in (["甲"], ["=A1"], [], ["=A1"]):
        book.active.append(values)
    read = only_sheet(packed(book))
    assert [(row.number, row.cells) for row in read.rows] == [(1, ["甲"]), (2, []), (4, [])]
    assert read.unreadable == [(2, 0), (4, 0)]


def test_csv_records_know_how_many_fields_they_have():
    (sheet,) = read_guarded(b"a,b,c\n1,,\n2\n", "a.csv")
    assert [row.n_fields for row in sheet.rows] == [3, 3, 1]


def test_the_guard_before_dangerous_text_comes_off_again():
    (sheet,) = read_guarded(b"a\n'=1+1\n'quoted'\n", "a.csv")
    assert [row.cells for row in sheet.rows] == [["a"], ["=1+1"], ["'quoted'"]]


@pytest.mark.parametrize("names", [("a", "a"), ("a" * 101, "b")])
def test_sheet_names_no_spreadsheet_writes_are_refused(names):
    sheets = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    part = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f"<sheets>{sheets}</sheets></workbook>"
    )
    with pytest.raises(FileRejected) as raised:
        read_guarded(with_parts({"xl/workbook.xml": part}), "x.xlsx")
    assert raised.value.reason == "suspicious"


def test_readers_take_prefixed_names_and_only_so_many_merges():
    reader = Worksheet(set(), 64)
    merges = b"".join(b'<x:mergeCell ref="A%d:B%d"/>' % (n, n + 1) for n in range(1, 20_100))
    parse([b'<x:worksheet xmlns:x="u">', merges, b"</x:worksheet>"], reader)
    assert len(reader.count.merges) == 20_000
    strings = SharedStrings()
    parse([b"<sst><si><t>a</t></si><si><rPh><t>b</t></rPh></si></sst>"], strings)
    assert strings.blank == {1}


def test_limits_hold_for_rows_of_broken_formulas_too():
    rows = CELL + "".join(f'<row r="{n}"><c r="A{n}"><f>1</f></c></row>' for n in range(2, 9))
    with pytest.raises(FileRejected) as raised:
        read_guarded(with_sheet(rows), "x.xlsx", Limits(rows=5))
    assert raised.value.reason == "too_many_rows"


@pytest.mark.parametrize(
    "inside",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    ],
)
def test_what_stands_twice_is_refused_and_not_overwritten(inside):
    with pytest.raises(FileRejected) as raised:
        read_guarded(with_sheet(inside), "x.xlsx")
    assert raised.value.reason == "unreadable"


def test_rows_in_any_order_are_read_in_theirs():
    inside = '<row r="3"><c r="A3"><v>3</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'
    assert [row.number for row in only_sheet(with_sheet(inside)).rows] == [1, 3]
