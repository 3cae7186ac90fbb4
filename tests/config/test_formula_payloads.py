"""B3: no text in any file that leaves the portal is a formula. Every writer there is, twenty payloads each."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings

from accounts.excel import collection_form, collection_form_large, hand_out_table
from accounts.excel.collection_form import COLUMNS, Annex, AnnexRow, AnnexUnit
from orgs.kernel.sheets import LEADS_TO_A_FORMULA
from orgs.operations import exporting
from orgs.operations.exporting import FileTable
from reporting.bulletin_paper import Paper as BulletinPaper
from reporting.bulletin_tables import Column, Table
from reporting.excel import activity, bulletin
from scoring.excel import sheet, summary
from tests.architecture.doors import APPS

PAYLOADS = [
    "=1+1", "=cmd|'/c calc'!A0", '=HYPERLINK("http://x.invalid","点此")', "=IMPORTXML(1,2)", "=@SUM(1)",
    "+1+1", "+cmd|'/c calc'!A0", "-1+1", "-2+3+cmd|'/c calc'!A0", "@SUM(1+1)", "@A1", "==1", "=-1", "+=1",
    "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋1", "＠SUM(1)",
]  # fmt: skip
BLANK = ("", None)
# Whoever makes a table file; each is tried below. rejected_rows writes with safe_cell alone (tests/accounts/test_upload_rows.py).
WRITERS = {
    "accounts/excel/collection_form.py",
    "accounts/excel/collection_form_large.py",
    "accounts/excel/hand_out_table.py",
    "accounts/operations/rejected_rows.py",
    "orgs/kernel/fast_rows.py",  # into the database, not out
    "orgs/operations/exporting.py",
    "reporting/excel/activity.py",
    "reporting/excel/bulletin.py",
    "scoring/excel/sheet.py",
    "scoring/excel/summary.py",
}


def of_annex(*, detail: bool) -> bytes:
    rows = [
        AnnexRow({column.code: text for column in COLUMNS}, unit=AnnexUnit(*[text] * 6)) for text in PAYLOADS
    ]
    return collection_form.write(
        Annex("=1", "=1", rows, with_detail=detail, title="=1", note="=1", watermark="=1")
    )


def of_large_annex(tmp_path) -> bytes:
    rows = [
        AnnexRow({column.code: text for column in COLUMNS}, unit=AnnexUnit(*[text] * 6)) for text in PAYLOADS
    ]
    target = tmp_path / "large.xlsx"
    paper = Annex("=1", "=1", title="=1", note="=1", watermark="=1")
    collection_form_large.write(str(target), paper, rows)
    return target.read_bytes()


def of_bulletin() -> bytes:
    table = Table("x", "=1", (Column("=1", is_number=False),), [[text] for text in PAYLOADS])
    return bulletin.write(
        BulletinPaper("=1", "=1", "=1", "=1", "=1", PAYLOADS, [("=1", table)], "=1", "=1", "=1")
    )


def of_sheet() -> bytes:
    items = [sheet.PaperItem(text, text, text, None, None) for text in PAYLOADS]
    workings = [[text] * len(sheet.WORKINGS) for text in PAYLOADS]
    evidence = [[text] * len(sheet.EVIDENCE) for text in PAYLOADS]
    return sheet.write(
        sheet.Paper("=1", "=1", "=1", [sheet.PaperSection("=1", items)], workings=workings, evidence=evidence)
    )


def of_summary() -> bytes:
    ranked = [[text] * len(summary.RANKED) for text in PAYLOADS]
    follows = [[text] * len(summary.FOLLOWS) for text in PAYLOADS]
    items = summary.Items("=1", PAYLOADS, [["=1", "=1", *PAYLOADS]])
    with summary.write(ranked, [items], follows) as file:
        return file.read()


def of_list() -> bytes:
    with exporting.workbook(
        FileTable.listed("=1", ["甲", "=乙"], [[each, None] for each in PAYLOADS], heading="=1")
    ) as file:
        return file.read()


FILES = {
    "list": lambda tmp: of_list(),
    "annex": lambda tmp: of_annex(detail=False),
    "annex with details": lambda tmp: of_annex(detail=True),
    "large annex": of_large_annex,
    "hand-out": lambda tmp: hand_out_table.template([(text, text) for text in PAYLOADS]),
    "month": lambda tmp: activity.write("=1", 30, [(text, text, [None] * 30) for text in PAYLOADS]),
    "bulletin": lambda tmp: of_bulletin(),
    "sheet": lambda tmp: of_sheet(),
    "year": lambda tmp: of_summary(),
}


@pytest.mark.parametrize("name", FILES)
def test_no_cell_of_a_workbook_is_a_formula_of_somebody_elses(name, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(FILES[name](tmp_path)))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    # The sheet adds up its own points.
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert [
        text for text in formulas if name != "sheet" or not re.fullmatch(r"=[A-Z(][\w(),.:;<>=\"+*/-]*", text)
    ] == []
    assert not set(formulas) & {*PAYLOADS, "=1"}
    assert {text for text in PAYLOADS if text[0] in "=+-@"} <= {str(cell.value) for cell in cells}
    assert not [cell for cell in cells if cell.value in {"None", "nan"}]


def test_no_cell_of_a_csv_leads_to_a_formula_and_blanks_stay_blank():
    rows = [[text, *BLANK, 5] for text in PAYLOADS]
    text = "".join(exporting.csv_lines(["甲", "乙", "丙", "丁"], rows, heading="=1"))
    read = list(csv.reader(io.StringIO(text.removeprefix(exporting.BYTE_ORDER_MARK), newline="")))
    assert [row[0] for row in read[2:]] == [f"'{text}" for text in PAYLOADS]
    assert {tuple(row[1:]) for row in read[2:]} == {("", "", "5")}
    assert not [cell for row in read for cell in row if cell.startswith(LEADS_TO_A_FORMULA)]


def test_nobody_else_writes_table_files():
    root, making = (
        Path(settings.BASE_DIR),
        re.compile(r"\bWorkbook\(|\bFastExcel\(|\bcsv\.(?:writer|DictWriter)\(|\binlineStr\b"),
    )
    found = {
        str(path.relative_to(root))
        for app in APPS
        for path in (root / app).rglob("*.py")
        if making.search(path.read_text(encoding="utf-8"))
    }
    assert found == WRITERS
