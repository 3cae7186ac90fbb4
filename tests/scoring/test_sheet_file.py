"""The Excel file is the annex: compared with the sample cell by cell, style by style."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import load_workbook

from orgs.kernel import clock
from scoring.excel import sheet as annex
from scoring.models import Evidence, Score, Sheet
from scoring.operations import exports, scores, sheets
from tests.scoring.conftest import HAINAN_UNIVERSITY, QIONGHAI, close_week
from tests.scoring.sheet_steps import finalised

SAMPLE = Path(__file__).parent.parent / "samples" / "sheet_sample.xlsx"
PAPER_HEIGHT = 297 - annex.MARGINS_MM["top"] - annex.MARGINS_MM["bottom"]
PAPER_WIDTH = 210 - annex.MARGINS_MM["left"] - annex.MARGINS_MM["right"]
POINTS_PER_MM = 72 / 25.4
D = Decimal


def opened(content):
    return load_workbook(io.BytesIO(content))


def sample():
    return load_workbook(SAMPLE).active


def style(cell):
    """Everything Excel draws of a cell, its text apart."""
    font, alignment, border = cell.font, cell.alignment, cell.border
    sides = [(side.style, side.color.rgb if side.color else None) for side in
             (border.left, border.right, border.top, border.bottom)]  # fmt: skip
    return (
        (font.name, font.sz, font.b, font.i, font.u, font.color.rgb if font.color else None),
        (alignment.horizontal, alignment.vertical, alignment.wrap_text, alignment.indent),
        sides,
        cell.fill.fill_type,
        cell.number_format,
        cell.protection.locked,
        cell.quotePrefix,
    )


def page(sheet):
    setup, margins = sheet.page_setup, sheet.page_margins
    return (
        (setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight),
        sheet.sheet_properties.pageSetUpPr.fitToPage,
        [round(getattr(margins, side), 6) for side in annex.MARGINS_MM],
        sheet.print_options.horizontalCentered,
        sheet.print_title_rows,
        sheet.freeze_panes,
        (sheet.oddFooter.center.text, sheet.oddFooter.center.size),
        sheet.sheet_view.showGridLines,
        sheet.title,
    )


def widths(sheet):
    return {letter: sheet.column_dimensions[letter].width for letter in annex.COLUMNS}


def merges(sheet):
    return sorted(str(merged) for merged in sheet.merged_cells.ranges)


def paper_of_the_sample():
    """The sample's own texts and scores, read back from it."""
    ws = sample()
    sections, items = [], []
    for row in range(4, 13):
        if ws.cell(row, 1).value:
            items = []
            sections.append(annex.PaperSection(ws.cell(row, 1).value, items))
        points = [None if v is None else D(str(v)) for v in (ws.cell(row, 5).value, ws.cell(row, 6).value)]
        items.append(
            annex.PaperItem(
                ws.cell(row, 2).value, ws.cell(row, 3).value, ws.cell(row, 4).value or "", *points
            )
        )
    return annex.Paper(ws["A1"].value, "共青团琼海市委", ws["D2"].value, sections)


def test_the_samples_content_gives_the_sample():
    expected, written = sample(), opened(annex.write(paper_of_the_sample())).worksheets[0]
    assert (written.max_row, written.max_column) == (expected.max_row, expected.max_column)
    for row in expected.iter_rows():
        for cell in row:
            twin = written[cell.coordinate]
            assert (twin.value, style(twin)) == (cell.value, style(cell)), cell.coordinate
    assert merges(written) == merges(expected)
    assert widths(written) == widths(expected)
    assert page(written) == page(expected)
    assert written.print_area == expected.print_area
    heights = {row: expected.row_dimensions[row].height for row in range(1, 14)}
    assert {row: written.row_dimensions[row].height for row in range(1, 14)} == heights


@pytest.fixture
def two_units(sheets, world, cast):
    """琼海市 and 海南大学 with different scores, computed and entered."""
    close_week(world, 46, {"qh": QIONGHAI, "hnu": HAINAN_UNIVERSITY | {"base_reported": 1600}})
    for code, self_points, points, unit in (("1.3", "0.9", "0.8", "qh"), ("1.3", "0.5", "0.3", "hnu")):
        key = {"qh": "city", "hnu": "university"}[unit]
        sheet = scores.enter_self_score(sheets[unit], code, D(self_points), version=1, by=cast[key])
        scores.enter_assessed_score(sheet, code, D(points), version=2, by=cast["auditor"])
    _compute(sheets)
    return sheets


def _compute(by_code):
    for code in ("qh", "hnu"):
        sheets.compute_sheet(by_code[code])


# Rows of the sample whose cells show how each kind of row is drawn.
FIRST_OF_SECTION, LATER_IN_SECTION, LAST_OF_SECTION, TOTAL = 4, 5, 6, 13


def exported(year, code):
    return opened(exports.sheet_file(exports.find_sheet(year, code)).content)


# Row -> self-assessed and assessed points, worked out by hand from the figures of the week and what was entered; all others blank.
GIVEN = {
    "qh": {6: (D("0.9"), D("0.8")), 7: (None, D("0.4")), 8: (None, D("1.5")), 12: (None, D(1))},
    "hnu": {6: (D("0.5"), D("0.3")), 7: (None, D(0)), 8: (None, D("1.0"))},
}
# The sample's own rows, then two lines of 14.5 for each row that carries the notice, and the total.
HEIGHTS = [38, 24, 26, 80.5, 51.5, 66, 51.5, 153, 66, 51.5, *[37] * 6, 26]
NOTICE = "（原附件缺失，拟定内容，待团省委核定）"


def body_of(scheme, given):
    """Every value of A4:F17 as the scheme and the scores say them."""
    cells, row = {}, 4
    for section in scheme.sections.all():
        head = f"{section.title}({section.max_points.normalize():f}分)"
        for item in section.items.all():
            notice = NOTICE if item.provenance == "reconstructed" else ""
            texts = [
                head,
                f"{item.content}{notice}",
                f"{item.max_points.normalize():f}分",
                item.standard or None,
            ]
            cells |= dict(
                zip((f"{c}{row}" for c in "ABCDEF"), [*texts, *given.get(row, (None, None))], strict=True)
            )
            head, row = None, row + 1
    totals = ["合计", None, "10分", None, "=SUM(E4:E16)", "=SUM(F4:F16)"]
    return cells | dict(zip((f"{c}{row}" for c in "ABCDEF"), totals, strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["qh", "hnu"])
def test_two_units_in_every_cell_merge_width_height_and_print_setting(two_units, code):
    expected, written = sample(), exported(2026, code).worksheets[0]
    assert merges(written) == sorted(
        ["A1:F1", "A2:C2", "D2:F2", "A4:A6", "A7:A8", "A9:A13", "A14:A16", "A17:B17"]
    )
    assert widths(written) == widths(expected)
    assert page(written) == page(expected)
    assert written.print_area == "'考评表'!$A$1:$F$17"
    twins = {1: 1, 2: 2, 3: 3, 17: TOTAL} | dict.fromkeys((5, 10, 11, 12, 15), LATER_IN_SECTION)
    twins |= dict.fromkeys((4, 7, 9, 14), FIRST_OF_SECTION) | dict.fromkeys((6, 8, 13, 16), LAST_OF_SECTION)
    for row, twin in twins.items():
        for column in range(1, 7):
            assert style(written.cell(row, column)) == style(expected.cell(twin, column)), (row, column)
    shown = {cell.coordinate: cell.value for cells in written["A4:F17"] for cell in cells}
    decimals = {
        name: D(str(value)) if isinstance(value, int | float) else value for name, value in shown.items()
    }
    assert decimals == body_of(two_units[code].scheme, GIVEN[code])
    assert [written.row_dimensions[row].height for row in range(1, 18)] == HEIGHTS


@pytest.mark.django_db
def test_texts_and_points_come_from_the_scheme(two_units):
    ws = exported(2026, "qh").worksheets[0]
    assert ws["A1"].value == "2026年微信工作综合考评表"
    assert ws["A2"].value == "被考核单位：共青团琼海市委"
    assert ws["D2"].value == "2026 年 11 月 18 日"
    assert [ws[f"A{row}"].value for row in (4, 7, 9, 14)] == [
        "一、落实全省微信工作(3分)",
        "二、微信群情况(2.5分)",
        "三、微信群管理、监督运营情况(3分)",
        "四、日常督查与自查(1.5分)",
    ]
    assert [ws[f"C{row}"].value for row in range(4, 18)] == [
        *["1分"] * 3, "0.4分", "2.1分", "0.5分", "0.5分", "0.5分", "1分", *["0.5分"] * 4, "10分",
    ]  # fmt: skip
    sample_texts = {sample()[f"B{row}"].value for row in range(4, 11)}
    assert {ws[f"B{row}"].value for row in range(4, 11)} == sample_texts
    for row in (11, 12, 13, 14, 15, 16):
        assert "原附件缺失，拟定内容，待团省委核定" in ws[f"B{row}"].value


@pytest.mark.django_db
def test_an_open_item_is_blank_and_a_zero_is_a_zero(two_units):
    ws = exported(2026, "hnu").worksheets[0]
    assert ws["F4"].value is None
    assert ws["F7"].value == 0


@pytest.mark.django_db
def test_negative_points_reach_the_cell(two_units, world):
    close_week(world, 47, {"qh": QIONGHAI | {"sub_covered_members": 10, "sub_orgs_with_group": 0}})
    sheets.compute_sheet(two_units["qh"])
    assert exported(2026, "qh").worksheets[0]["F8"].value == -0.4


@pytest.mark.django_db
def test_the_paper_fits_one_a4_page(two_units):
    for code in ("qh", "hnu"):
        ws = exported(2026, code).worksheets[0]
        height = sum(ws.row_dimensions[row].height for row in range(1, ws.max_row + 1))
        # A column of width n is 7n + 5 pixels wide at 96 dpi; the page is scaled to its width.
        width = sum(7 * each + 5 for each in annex.WIDTHS) * 72 / 96
        scale = min(1, PAPER_WIDTH * POINTS_PER_MM / width)
        assert height * scale <= PAPER_HEIGHT * POINTS_PER_MM


@pytest.mark.django_db
def test_workings_and_evidence_stand_on_their_own_sheets(two_units):
    book = exported(2026, "qh")
    assert book.sheetnames == ["考评表", "计算依据", "佐证清单", "识别码"]
    assert book["识别码"].sheet_state == "veryHidden"
    rows = {row[0]: row for row in book["计算依据"].iter_rows(min_row=2, values_only=True)}
    coverage = rows["2.2.a 覆盖团员青年的比例"]
    assert coverage[2:6] == ("SUP-A 二.2", 21586, 25148, "85.8%")
    assert rows["3.5 不良信息处置"][6] == "由考核小组评定"
    assert [rows[name][-1] for name in ("2.2.a 覆盖团员青年的比例", "3.5 不良信息处置")] == [
        "按文意理解",
        "拟定",
    ]


@pytest.mark.django_db
def test_a_units_name_never_becomes_a_formula(two_units, world):
    world.ids and type(world["qh"]).objects.filter(code="qh").update(name="=HYPERLINK(1)")
    ws = exported(2026, "qh").worksheets[0]
    assert (ws["A2"].data_type, ws["A2"].value) == ("s", "被考核单位：=HYPERLINK(1)")


@pytest.mark.django_db
def test_the_command_writes_one_and_all(two_units, tmp_path):
    one = tmp_path / "one.xlsx"
    call_command("export_sheet", "--year", "2026", "--unit", "qh", "-o", str(one))
    assert load_workbook(one).worksheets[0]["A2"].value == "被考核单位：共青团琼海市委"
    call_command("export_sheet", "--year", "2026", "--all", "-o", str(tmp_path / "all"))
    assert len(list((tmp_path / "all").iterdir())) == 6
    call_command("export_sheet", "--year", "2026", "--all", "-o", str(tmp_path / "all.zip"))
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert sorted(archive.namelist()) == sorted(path.name for path in (tmp_path / "all").iterdir())


@pytest.mark.django_db
def test_the_command_says_when_there_is_no_such_sheet(world, tmp_path):
    with pytest.raises(CommandError, match="代码 qh 的考评表"):
        call_command("export_sheet", "--year", "1999", "--unit", "qh", "-o", str(tmp_path / "x.xlsx"))


@pytest.mark.django_db
def test_the_evidence_list_names_each_file_with_its_digest(two_units, cast):
    score = Score.objects.get(sheet=two_units["qh"], criterion__code="1.1.a")
    Evidence.objects.create(
        score=score, title="工作文件", dated_on="2026-03-01", original_name="=文件.pdf", size=1234,
        sha256="ab" * 32, added_by=cast["city"], added_at=clock.now(),
    )  # fmt: skip
    rows = list(exported(2026, "qh")["佐证清单"].iter_rows(min_row=2, values_only=True))
    assert rows == [
        ("1.1.a 争取党委支持出台的微信工作文件", "工作文件", "2026-03-01", "=文件.pdf", 1234, "ab" * 32)
    ]


@pytest.mark.django_db
def test_many_sheets_are_read_in_the_statements_of_one(two_units, django_assert_num_queries):
    with django_assert_num_queries(4):
        files = [exports.file_of(sheet) for sheet in Sheet.objects.of_year(2026).standing().for_files()]
    assert len(files) == 5


@pytest.mark.django_db
def test_a_correction_under_way_leaves_the_file_of_the_final_sheet(sheets, cast, week):
    final = finalised(sheets, cast)
    Sheet.objects.create(
        scheme=final.scheme, year=2026, unit=final.unit, revision=2, corrects=final, state="assessing"
    )
    assert exports.find_sheet(2026, "qh").pk == final.pk
