"""The annex UNI-A on paper: equal to the sample in every cell, merge, width and print setting."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from accounts.excel import collection_form, collection_form_large
from accounts.excel.collection_form import COLUMNS, Annex, AnnexRow, AnnexUnit
from accounts.excel.columns import Column

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


ODD = ("=1+1", "＋甲", " 两端 ", "a&<b>", "", None, "长" * 40, "0123", "x")
OF_A_CELL = ("value", "data_type", "font", "border", "alignment", "number_format", "quotePrefix")
OTHER_FORM = (Column("a", "微信群", "群名称", 30), Column("b", "微信群", "群成员数", 10, is_count=True))


def described(sheet) -> dict[str, object]:
    """Everything a reader or a printer sees of it."""
    return {
        "cells": {
            cell.coordinate: [repr(getattr(cell, name)) for name in OF_A_CELL]
            for cells in sheet.iter_rows()
            for cell in cells
        },
        "merged": {str(each) for each in sheet.merged_cells.ranges},
        "widths": {key: each.width for key, each in sheet.column_dimensions.items()},
        "heights": {key: each.height for key, each in sheet.row_dimensions.items()},
        "printed": [sheet.print_area, sheet.print_title_rows, sheet.freeze_panes, sheet.dimensions],
        "page": [getattr(sheet.page_setup, name) for name in PAGE],
        "margins": [getattr(sheet.page_margins, name) for name in MARGINS],
        "footer": [getattr(sheet.oddFooter, name).text for name in ("left", "center")],
    }


@pytest.mark.parametrize(("n", "columns"), [(1, COLUMNS), (7, COLUMNS), (6, OTHER_FORM)])
def test_the_large_file_is_the_small_one_cell_by_cell(tmp_path, n, columns):
    """Both sheets: texts that lead to a formula, several administrators also at the end, long names, few rows."""
    unit = AnnexUnit("46-1", "海南大学团委/" + "法学院" * 12, "团支部", "=上级", "已通过", "2026-11-18 10:00")
    rows = []
    for at in range(n):
        values = (ROWS[0], ODD, ROWS[2])[at % 3]
        cells = {column.code: value for column, value in zip(columns, values, strict=False)}
        rows.append(AnnexRow(cells, continues=columns == COLUMNS and at in (1, 5, 6), unit=unit))
    annex = Annex("海南大学团委", "何雨桐", columns=columns, watermark="何雨桐 & 号码已隐去")
    target = tmp_path / "large.xlsx"
    assert collection_form_large.write(str(target), annex, iter(rows)) == n
    large = load_workbook(target)
    small = load_workbook(io.BytesIO(collection_form.write(replace(annex, rows=rows, with_detail=True))))
    assert large.sheetnames == small.sheetnames == ["收集表", "明细"]
    for mine, theirs in zip(large, small, strict=True):
        assert described(mine) == described(theirs)


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
