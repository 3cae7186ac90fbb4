"""Whatever the table: `rows_total = accepted + rejected`, equal to a count made apart, and nothing foreign is touched (D1)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.excel import collection_reading
from accounts.excel.captions import FormCaptions
from accounts.excel.collection_reading import NOTE
from accounts.excel.columns import COLUMNS
from accounts.exceptions import AccountsError
from accounts.models import Submission
from accounts.operations import upload
from accounts.operations.upload_check import Checker
from accounts.operations.upload_found import Preview
from orgs.kernel.sheets import Limits
from orgs.kernel.workbook_parser import open_workbook_values
from tests.accounts import upload_files as files
from tests.accounts.forms import launch
from tests.accounts.upload_files import FLAT, UNITS, row

FOREIGN = ["琼州学院团委/理工学院团委/数学2012级1班团支部", "数学2012级1班团支部", "共青团琼海市委"]
REQUIRED = [
    "account_id",
    "account_nickname",
    "groups",
    "contacts",
    "admin_name",
    "admin_wechat",
    "admin_mobile",
]
ODD = [
    "",
    " ",
    "\u200b",
    "=1+1",
    "１２３",
    "1.38E+10",
    "5.0",
    "138****0101",
    "*",
    "-",
    "备注",
    "a" * 99,
    "13800000101",
    "𠮷\u0301",
]
text = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
path = st.sampled_from([*UNITS.values(), *FOREIGN, "团支部", ""])


@st.composite
def lines(draw) -> list[list[str]]:
    """Good rows with some cells replaced, in any order, with blank rows and rows of too many or too few cells between."""
    found = []
    for _number in range(draw(st.integers(0, 8))):
        values = [str(each) for each in row(draw(st.integers(0, 3)))]
        values[0] = draw(path) if draw(st.booleans()) else values[0]
        for _change in range(draw(st.integers(0, 2))):
            values[draw(st.integers(1, len(FLAT) - 1))] = draw(text)
        odd = draw(st.sampled_from(["", "", "", "", "blank", "short", "long"]))
        found.append(
            {"": values, "blank": [""] * len(FLAT), "short": values[:-1], "long": [*values, "多"]}[odd]
        )
    return found


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([FLAT, *rows])
    return out.getvalue().encode()


def counted(rows: list[list[str]]) -> int:
    """Rows that say something in a column of the form, without notes: counted on what was drawn, not on what was read."""
    n_rows = 0
    for values in rows:
        shown = [clean for each in values if (clean := files.visible(each))]
        is_note = 0 < len(shown) <= 2 and NOTE.match(shown[0])
        n_rows += bool(any(files.visible(each) for each in values[: len(FLAT)])) and not is_note
    return n_rows


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=lines())
def test_any_table_is_accounted_for_row_by_row(round, world, cast, rows):
    reading = collection_reading.read(
        open_workbook_values(io.BytesIO(written(rows)), Limits(), "a.csv"), FormCaptions(COLUMNS), REQUIRED
    )
    found = Preview(rows_total=len(reading.rows))
    Checker(round, cast["university"], world["hnu"], found).check(reading.rows)
    assert found.rows_total == counted(rows)
    assert found.rows_total == found.accepted + found.rejected
    good = [place for form in found.forms for place in form.numbers]
    bad = {(error.sheet, error.row) for error in found.errors}
    assert len(good) == len(set(good))
    assert not bad & set(good)
    assert {form.unit_id for form in found.forms} <= {world.ids[code] for code in UNITS}
    for error in found.errors:
        assert "请" in error.message
        assert error.column


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=lines())
def test_what_is_taken_in_stays_within_the_subtree(round, world, cast, rows):
    Submission.objects.all().delete()
    try:
        found = upload.preview(written(rows), "a.csv", round=round, unit=world["hnu"], by=cast["university"])
    except AccountsError:
        assert counted(rows) == 0
        return
    upload.take_in(found, round=round, by=cast["university"])
    assert found.rows_total == found.accepted + found.rejected == counted(rows)
    touched = set(Submission.objects.values_list("unit__code", flat=True))
    assert touched <= set(UNITS)
    assert touched == {code for code in UNITS if world.ids[code] in {form.unit_id for form in found.forms}}
