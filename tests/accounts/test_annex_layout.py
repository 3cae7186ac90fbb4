"""The annex UNI-A on paper: equal to the sample in every cell, merge, width and print setting."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from accounts.excel import collection_form
from accounts.excel.collection_form import COLUMNS, Annex, AnnexRow, AnnexUnit

SAMPLE = Path(__file__).parents[1] / "samples" / "collection_form.xlsx"
ROWS = (
    ("hnu_jk1201", "海南大学计科2012级1班团支部微信群", 1, 41, "林晓彤", "linxt_0731", "小彤同学", "354120768", "13800000001"),
    ("hnu_hg1102", "海南大学环工2011级2班团支部微信群", 1, 44, "陈思远", "csy_1992", "思远", "730418825", "13800000002"),
    ("hnu_xx_tw", "海南大学信息科学技术学院团委微信群（讨论组）", 3, 128, "符俊杰", "fjj_xx", "老符", "", "13800000003"),
)  # fmt: skip
PAGE = ("paperSize", "orientation", "fitToWidth", "fitToHeight")
MARGINS = ("left", "right", "top", "bottom", "header", "footer")


def row(values: tuple[object, ...], *, continues: bool = False, unit: AnnexUnit | None = None) -> AnnexRow:
    return AnnexRow(
        {column.code: value for column, value in zip(COLUMNS, values, strict=True)},
        continues=continues,
        unit=unit,
    )


def written(*rows: AnnexRow, with_detail: bool = False) -> Workbook:
    annex = Annex("海南大学团委", "何雨桐", rows, with_detail=with_detail)
    return load_workbook(io.BytesIO(collection_form.write(annex)))


@pytest.fixture(scope="module")
def sample():
    return load_workbook(SAMPLE).active


@pytest.fixture(scope="module")
def ours():
    return written(*map(row, ROWS)).active


def test_every_cell_has_the_text_the_font_and_the_format_of_the_sample(sample, ours):
    assert ours.dimensions == sample.dimensions
    for cells in sample.iter_rows():
        for cell in cells:
            mine = ours[cell.coordinate]
            assert mine.value == cell.value, cell.coordinate
            assert mine.number_format == cell.number_format, cell.coordinate
            for name in ("font", "border", "alignment"):
                assert repr(getattr(mine, name)) == repr(getattr(cell, name)), (cell.coordinate, name)


def test_merges_widths_and_heights_are_those_of_the_sample(sample, ours):
    assert {str(each) for each in ours.merged_cells.ranges} == {
        str(each) for each in sample.merged_cells.ranges
    }
    assert {k: d.width for k, d in ours.column_dimensions.items()} == {
        k: d.width for k, d in sample.column_dimensions.items()
    }
    assert {k: d.height for k, d in ours.row_dimensions.items()} == {
        k: d.height for k, d in sample.row_dimensions.items()
    }


def test_it_prints_as_the_sample_does(sample, ours):
    for name in PAGE:
        assert getattr(ours.page_setup, name) == getattr(sample.page_setup, name), name
    for name in MARGINS:
        assert getattr(ours.page_margins, name) == getattr(sample.page_margins, name), name
    assert ours.sheet_properties.pageSetUpPr.fitToPage == sample.sheet_properties.pageSetUpPr.fitToPage
    assert ours.print_options.horizontalCentered == sample.print_options.horizontalCentered
    assert (ours.print_area, ours.print_title_rows) == (sample.print_area, sample.print_title_rows)
    assert ours.oddFooter.center.text == sample.oddFooter.center.text
    assert ours.freeze_panes == sample.freeze_panes
    assert ours.sheet_view.showGridLines == sample.sheet_view.showGridLines


def test_an_empty_form_has_five_lines_to_write_on():
    sheet = written().active
    assert sheet["A10"].value == collection_form.NOTE
    assert sheet["A9"].border.bottom.style == "thin"
    assert sheet["I5"].number_format == "@"


def test_two_administrators_of_one_account_share_its_cells():
    more = row((None, None, None, None, "王思涵", "wsh", "思涵", "", "13800000004"), continues=True)
    sheet = written(row(ROWS[0]), more, row(ROWS[1])).active
    merged = {str(each) for each in sheet.merged_cells.ranges}
    assert {"A5:A6", "B5:B6", "C5:C6", "D5:D6"} <= merged
    assert sheet["E6"].value == "王思涵"
    assert sheet["A7"].value == "hnu_hg1102"


def test_text_that_looks_like_a_formula_stays_text():
    sheet = written(row(("=1+1", "@SUM(A1)", 1, 2, "+张", "-x", "", "", "13800000001"))).active
    assert [sheet[at].data_type for at in ("A5", "B5", "E5", "F5")] == ["s"] * 4
    assert sheet["A5"].value == "=1+1"


def test_sheet_two_says_whose_each_row_is():
    unit = AnnexUnit(
        "hnu-law-1201", "海南大学团委/法学院团委/法学2012级1班团支部", "班级团支部", "法学院团委", "已通过"
    )
    sheet = written(row(ROWS[0], unit=unit), with_detail=True)["明细"]
    captions = [sheet.cell(1, column).value for column in range(1, 7)]
    assert captions == ["序号", "组织全称", "层级", "上级", "审核状态", "提交时间"]
    assert sheet["B3"].value == unit.path
    assert sheet["G3"].value == "hnu_jk1201"
    assert sheet.cell(3, 16).value == "hnu-law-1201"
