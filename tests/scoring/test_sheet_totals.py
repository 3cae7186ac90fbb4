"""合计 in the file, recalculated by another program, is the portal's total: floors and caps of items, sections, the sheet."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from orgs.kernel.xlsx import read_guarded
from scoring.excel import stamp
from scoring.excel.totals import Block, total
from scoring.models import Scheme, Score
from scoring.operations import exports, stamps
from scoring.operations import sheets as operations
from scoring.operations.schemes import load_scheme
from tests.scoring.office import needs_office, saved_by_office

D = Decimal
WORK = Path(__file__).parent / "schemes" / "townships.yaml"
PLAIN = [Block(4, 6), Block(7, 8)]
BOUNDED = [Block(4, 6, low=D("-10.00")), Block(7, 8, high=D(40)), Block(9, 9)]
# Criterion code -> points; the others are blank.
CASES = {
    "blank": {},
    "capped": {"a1": 30, "a2": 0, "a3": 0, "a4": 15, "a5": 10, "b1": 15, "b2": 5, "b3": 20, "c1": 10},
    "floored": {"a1": 0, "a2": -6, "a3": -20, "a4": 0, "a5": 0, "b1": 0, "b2": -5, "b3": 1, "c1": 0},
    "sunk": {"a2": -6, "a3": -20, "b1": 0, "b2": -5},
    "half": {"a1": "19.5", "b1": 10, "b2": 0, "c1": "0.3"},
}


def test_the_annex_keeps_its_plain_sum():
    assert total("E", PLAIN, may_sink=False) == "=SUM(E4:E8)"


def test_bounds_stand_in_the_formula():
    assert (
        total("F", BOUNDED, may_sink=True) == "=MAX(0,MAX(-10.00,SUM(F4:F6))+MIN(40,SUM(F7:F8))+SUM(F9:F9))"
    )


def scored(sheet, points):
    Score.objects.filter(sheet=sheet).update(self_points=None, assessed_points=None)
    for code, value in points.items():
        given = D(str(value))
        Score.objects.filter(sheet=sheet, criterion__code=code).update(
            self_points=given, assessed_points=given
        )
    return exports.sheet_file(sheet).content, operations.tally_of(sheet)


@needs_office
@pytest.mark.once
@pytest.mark.django_db
def test_the_recalculated_total_is_the_portals(world, scheme_files, tmp_path):
    load_scheme(WORK)
    # Sections whose floor and cap bind: the first may fall to −28 and holds at −10, the second adds up to more than it gives.
    text = WORK.read_text(encoding="utf-8").replace("points: 40\n", "points: 40\n    capped: true\n")
    text = text.replace(
        "points: 20\n        provenance: reconstructed", "points: 30\n        provenance: reconstructed"
    )
    text = text.replace("label: 平台和抽查, points: 20", "label: 平台和抽查, points: 30").replace(
        "points: 12", "points: 22"
    )
    text = text.replace("min_points: -8", "min_points: -26").replace(
        "code: invented-work", "code: invented-caps"
    )
    path = tmp_path / "caps.yaml"
    path.write_text(text, encoding="utf-8")
    load_scheme(path)
    files, expected = {}, {}
    for code in ("invented-work", "invented-caps"):
        sheet = operations.open_sheets(Scheme.objects.get(code=code), 2026, [world["qh"]], by=None)[0]
        for case, points in CASES.items():
            name = f"{code}-{case}"
            content, result = scored(sheet, points)
            files[name], expected[name] = content, result.total or D(0)
    found = {}
    for name, content in saved_by_office(files, tmp_path).items():
        ws = load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
        totals = {round(D(str(ws.cell(ws.max_row, column).value)), 6) for column in (5, 6)}
        assert len(totals) == 1, name
        found[name] = totals.pop()
    assert found == expected
    assert expected["invented-caps-capped"] == 100  # 30 + 20 capped, 50 of 40 in section two, 10
    assert expected["invented-caps-floored"] == 0


@needs_office
@pytest.mark.once
@pytest.mark.django_db
def test_the_hidden_id_survives_being_saved_elsewhere(sheets, week, tmp_path):
    sheet = operations.compute_sheet(sheets["qh"])
    Score.objects.filter(sheet=sheet, criterion__code="1.3").update(
        assessed_points=D("0.8"), reason="=按实际"
    )
    content = exports.sheet_file(sheet).content
    written = stamp.read(read_guarded(content, "a.xlsx"))
    saved = saved_by_office({"a": content}, tmp_path)["a"]
    book = load_workbook(io.BytesIO(saved))
    assert book["识别码"].sheet_state != "visible"
    read = stamp.read(read_guarded(saved, "a.xlsx"))
    assert read == written
    assert stamps.is_genuine(read)
    assert int(read.sheet_id) == sheet.pk
