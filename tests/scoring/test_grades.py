"""Totals and grades of whole sheets, at their borders."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scoring.choices import Grade
from scoring.operations import sheets as operations
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.sheet_steps import FULL, NO_SECTION_ONE, assess_all

D = Decimal
pytestmark = pytest.mark.django_db


def test_grade_only_when_everything_is_scored(sheets, week, cast):
    sheet = operations.compute_sheet(sheets["qh"])
    part = {code: points for code, points in FULL.items() if code != "4.3"}
    sheet = assess_all(sheet, cast["auditor"], part)
    assert (sheet.grade, sheet.total_points) == ("", D("8.9"))
    assert operations.tally_of(sheet).attainable == D("9.4")
    sheet = assess_all(sheet, cast["auditor"], {"4.3": "0.5"})
    assert (sheet.grade, sheet.total_points) == (Grade.EXCELLENT, D("9.4"))


@pytest.mark.parametrize(
    ("changes", "total", "grade"),
    [
        ({"1.3": "0.6"}, "9.0", Grade.EXCELLENT),
        ({"1.3": "0.5"}, "8.9", Grade.GOOD),
        (NO_SECTION_ONE | {"1.1.a": "0.5", "1.3": "0.1"}, "7.0", Grade.GOOD),
        (NO_SECTION_ONE | {"1.1.a": "0.5"}, "6.9", Grade.PASS),
        (NO_SECTION_ONE | {"3.1": "0.1"}, "6.0", Grade.PASS),
        (NO_SECTION_ONE | {"3.1": "0"}, "5.9", Grade.FAIL),
    ],
)  # fmt: skip
def test_grades_at_their_borders(sheets, week, cast, changes, total, grade):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], **changes)
    assert (sheet.total_points, sheet.grade) == (D(total), grade)


def test_an_item_can_be_minus_four_tenths_and_the_total_never_below_zero(sheets, world, cast):
    close_week(
        world, 46, {"qh": QIONGHAI | {"sub_covered_members": 0, "sub_orgs_with_group": 0, "own_accounts_public": 0, "sub_checks_poor": 10}}
    )  # fmt: skip
    sheet = operations.compute_sheet(sheets["qh"])
    item = next(item for item in operations.tally_of(sheet).items if item.item.max_points == D("2.1"))
    assert item.points == D("-0.4")
    sheet = assess_all(sheet, cast["auditor"], dict.fromkeys(FULL, "0"))
    assert (sheet.total_points, sheet.grade) == (0, Grade.FAIL)
