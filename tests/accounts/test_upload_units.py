"""Whose an uploaded row is, what a masked cell keeps, and that a large file costs few statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.operations import review, upload
from accounts.operations.upload_units import UnitFinder
from orgs.kernel.crypto import mask_id, mask_mobile
from orgs.models import OrgUnit
from tests.accounts.forms import fresh, launch, row, submitted
from tests.accounts.upload_files import UNITS, flat, table
from tests.accounts.upload_files import row as line

LAW1 = UNITS["hnu-law-1201"]
NAME = LAW1.rpartition("/")[2]


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def answer(round, by, **claim: str) -> str:
    """The code of the unit that is found, or why none is."""
    ((unit, message),) = UnitFinder(round, by=by).find([claim])
    return unit.code if unit else message


@pytest.mark.parametrize(
    "claim",
    [
        {"unit_path": LAW1},
        {"unit_path": f"共青团海南省委/{LAW1}"},
        {"unit_path": f"法学院团委 ／ {NAME}"},
        {"unit_path": f"法学院团委›{NAME}/"},
        {"unit_name": NAME},
        {"unit_name": " 法学 2012级1班 团支部"},
        {"unit_name": NAME, "unit_parent": "法学院团委"},
        {"unit_name": NAME, "unit_parent": "海南大学团委/法学院团委"},
        {"unit_path": "海南大学团委/法学院团委", "unit_name": NAME},
        {"unit_code": "hnu-law-1201", "unit_name": "别的名称"},
    ],
)
def test_a_unit_is_found_however_the_file_names_it(round, cast, claim):
    assert answer(round, cast["university"], **claim) == "hnu-law-1201"


@pytest.mark.parametrize(
    "claim",
    [
        {"unit_name": NAME, "unit_parent": "旅游学院团委"},
        {"unit_path": f"旅游学院团委/{NAME}"},
        {"unit_path": LAW1, "unit_name": "法学2012级2班团支部"},
        {"unit_code": "qzu-sci-1201"},
        {"unit_code": "none"},
        {"unit_path": "/"},
    ],
)
def test_a_wrong_claim_finds_nothing(round, cast, claim):
    assert "没有找到这个团组织" in answer(round, cast["university"], **claim)


def test_parentheses_and_case_do_not_matter(round, world, cast):
    OrgUnit.objects.filter(code="hnu-law-1201").update(name="法学（A）团支部")
    assert answer(round, cast["university"], unit_name="法学(A)团支部") == "hnu-law-1201"


def test_ones_own_unit_goes_before_a_namesake_below_it(round, world, cast):
    OrgUnit.objects.filter(code="hnu-law-1201").update(name="法学院团委")
    assert answer(round, cast["college"], unit_name="法学院团委") == "hnu-law"
    assert answer(round, cast["college"], unit_path="法学院团委/法学院团委") == "hnu-law-1201"


def test_names_of_two_units_are_told_apart_by_path(round, world, cast):
    OrgUnit.objects.filter(code="hnu-tour-1201").update(name=NAME)
    assert "海南大学团委/旅游学院团委" in answer(round, cast["university"], unit_name=NAME)
    assert answer(round, cast["college"], unit_name=NAME) == "hnu-law-1201"


def masked_line(form, **changes):
    """The row as a masked download shows it."""
    saved = form.rows.get()
    people = {
        "admin_wechat": mask_id(saved.personal["admin_wechat"]),
        "admin_qq": mask_id(saved.personal["admin_qq"]),
        "admin_mobile": mask_mobile(saved.personal["admin_mobile"]),
        "admin_name": saved.personal["admin_name"],
    }
    return line(0, **(saved.values | people | changes))


def test_masked_cells_of_a_returned_form_keep_what_was_submitted(round, world, cast):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    data = flat([masked_line(form, contacts="77")])
    before = form.rows.get().personal
    review.return_submission(form.pk, version=form.version, remark="请核对联系人数", by=cast["college"])
    found = upload.preview(data, "a.xlsx", round=round, by=cast["university"])
    assert found.errors == []
    (back,) = found.forms
    kept = {code: back.rows[0].personal[code] for code in ("admin_wechat", "admin_qq", "admin_mobile")}
    assert kept == {code: before[code] for code in kept}
    assert (back.rows[0].values["contacts"], found.normalised) == (77, [])


def test_a_mask_that_two_people_share_is_told_apart_by_the_name(round, world, cast):
    unit = world["hnu-law-1201"]
    form = submitted(round, unit, by=cast["secretary"], admin_mobile="13900001234", admin_name="管理员甲")
    review.approve(form.pk, version=form.version, by=cast["college"])
    review.approve(form.pk, version=fresh(form).version, by=cast["university"])
    again = launch(world, cast, title="第二轮")
    other = row(unit, admin_mobile="13911111234", admin_name="管理员乙")
    submitted(again, unit, by=cast["secretary"], **(other.values | other.personal))
    form = again.submissions.get()
    review.return_submission(form.pk, version=form.version, remark="请核对", by=cast["college"])
    for name, number in (("管理员甲", "13900001234"), ("管理员乙", "13911111234")):
        data = flat([line(0, admin_name=name, admin_mobile="139****1234")])
        (back,) = upload.preview(data, "a.xlsx", round=again, by=cast["university"]).forms
        assert back.rows[0].personal["admin_mobile"] == number
    found = upload.preview(
        flat([line(0, admin_name="管理员丙", admin_mobile="139****1234")]),
        "a.xlsx",
        round=again,
        by=cast["university"],
    )
    assert "是隐去的内容" in found.errors[0].message


def test_a_masked_name_is_never_stored(round, cast):
    found = upload.preview(flat([line(0, admin_name="欧**")]), "a.xlsx", round=round, by=cast["university"])
    assert "是隐去的内容" in found.errors[0].message


def test_more_rows_cost_no_more_statements(round, cast):
    counts = []
    for rows in (table(1), table(4)):
        masked = [[*each[:-1], "138****0000"] for each in rows]
        with CaptureQueriesContext(connection) as statements:
            upload.preview(flat(masked), "a.xlsx", round=round, by=cast["university"])
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12
