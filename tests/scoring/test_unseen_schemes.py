"""Schemes nobody foresaw, of 100 points, with other sections and other bands: entered without code (Q1, Q2, Q10)."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from scoring.models import Criterion, Scheme
from scoring.operations import scores, sheets
from scoring.operations.schemes import load_scheme, store
from scoring.scheme_files import parse
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.sheet_steps import arithmetic, computed

D = Decimal
WORK = Path(__file__).parent / "schemes" / "townships.yaml"
DOCS = Path(settings.BASE_DIR, "docs", "schemes.md")
pytestmark = pytest.mark.django_db


def opened(scheme, world, code="qh"):
    return sheets.open_sheets(scheme, 2026, [world[code]], by=None)[0]


@pytest.fixture
def work(world):
    load_scheme(WORK)
    return opened(Scheme.objects.get(code="invented-work"), world)


def week(world, number, covered, **figures):
    return close_week(world, number, {"qh": QIONGHAI | {"sub_covered_members": covered} | figures})


def test_a_scheme_of_work_is_scored_by_its_own_rules(work, world):
    week(world, 40, 25148)  # October: 100 %
    week(world, 44, 20000)  # its Thursday is in October: 79.5 %, the month's last
    week(world, 45, 21000)  # 83.5 %
    requirements = {"sub_requirements": 40, "sub_requirements_met": 33, "sub_requirements_overdue": 3}
    week(world, 46, 25148, own_admins=7, **requirements)  # November: 100 %
    sheets.compute_sheet(work)
    assert computed(work) == {
        "a1": D("19.5"),  # 82.5 %: (0.825 − 0.5) ÷ 0.5 × 30
        "a2": D(-4),  # 3 overdue, the first free
        "a3": D(0),
        "a4": None,
        "a5": None,
        "b1": D(10),  # (20000 ÷ 25148 + 1) ÷ 2 = 89.76 %
        "b2": D(0),  # W44 and W45 below 85 %: one row of two
        "b3": D(14),  # a platform; 36 of 40 checks are 90 %, not above
        "c1": D(3),  # 7 ÷ 2
    }


def test_floors_and_caps_hold_at_item_section_and_sheet(work, world, cast):
    overdue = {"sub_requirements": 40, "sub_requirements_met": 0, "sub_requirements_overdue": 30}
    week(world, 46, 0, own_admins=0, own_accounts_public=0, sub_checks_poor=10, **overdue)
    sheet = sheets.compute_sheet(work)
    assert computed(sheet)["a2"] == -6
    entered = [scores.Entry("a3", D(-20)), scores.Entry("b1", D(0)), scores.Entry("b2", D(-5))]
    entered = [scores.Entry(each.code, each.points, "按实际情况") for each in entered]
    entered += [scores.Entry("a4", D(15)), scores.Entry("a5", D(10))]
    sheet = scores.enter_scores(sheet, assessed=entered, version=sheet.version, by=cast["province"])
    found = {item.item.content: item.points for item in sheets.tally_of(sheet).items}
    assert found == {
        "部署要求": D(0),
        "逾期和不良信息": D(-8),  # −6 and −20 stop at the item's floor
        "会议": D(20),  # 15 and 10 stop at its cap
        "全年覆盖": D(-5),
        "账号": D(0),
        "管理员": D(0),
    }
    assert sheet.total_points == 7
    assert sheet.grade == "fail"


def test_what_is_below_the_second_grade_is_said_with_its_floor(work, world, cast):
    week(world, 46, 25148, sub_requirements=1, sub_requirements_met=1, sub_requirements_overdue=0)
    sheet = sheets.compute_sheet(work)
    entered = [scores.Entry(code, D(0), "按实际情况") for code in ("a1", "a4", "a5", "b1", "b2", "b3", "c1")]
    scores.enter_scores(sheet, assessed=entered, version=sheet.version, by=cast["province"])
    triggers = set(sheet.consequences.filter(clause="SUP-4.4.3").values_list("trigger", flat=True))
    assert triggers == {"考评总分 0 分，低于 70 分"}


def test_computing_again_from_what_is_stored_gives_the_same(work, world):
    week(world, 40, 25148)
    week(world, 46, 20000, sub_requirements=3, sub_requirements_met=1, sub_requirements_overdue=0)
    first = sheets.compute_sheet(work)
    kept = {code: arithmetic(work, code) for code in computed(work)}
    assert sheets.compute_sheet(work).version == first.version
    assert {code: arithmetic(work, code) for code in kept} == kept


def test_unknown_requirements_are_not_zero(work, world):
    week(world, 46, 20000)
    sheets.compute_sheet(work)
    assert computed(work)["a1"] is None
    assert arithmetic(work, "a1")["missing"] == "no_figure"


def test_no_requirement_at_all_is_said(work, world):
    week(world, 46, 20000, sub_requirements=0, sub_requirements_met=0)
    sheets.compute_sheet(work)
    assert arithmetic(work, "a1")["missing"] == "no_requirements"


def test_one_month_is_too_few_for_a_mean_of_two(work, world):
    week(world, 46, 25148)
    sheets.compute_sheet(work)
    assert (computed(work)["b1"], arithmetic(work, "b1")["missing"]) == (None, "no_figure")


def test_the_scheme_in_the_documentation_is_scored(world):
    text = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[0]
    store(parse(text))
    scheme = Scheme.objects.get(code="annual-2027")
    assert scheme.full_points == 100
    sheet = opened(scheme, world)
    week(world, 46, 21586, sub_orgs_with_account=200)
    sheets.compute_sheet(sheet)
    found = computed(sheet)
    assert found["a1"] == D("25.7")  # 21586 ÷ 25148 × 30 = 25.75…
    assert found["a2"] == 5  # 88.7 %
    assert found["b1"] == 15  # 312 ÷ 371 = 84.0 %
    assert found["b2"] == D("5.5")  # 200 ÷ 380 × 10 = 5.26, in halves
    result = sheets.tally_of(sheet)
    assert (result.full, next(item.points for item in result.items if item.points)) == (D(100), D("30.7"))


@pytest.mark.parametrize("code", ["sup-a", "sup-a-universities", "invented-work"])
def test_points_add_up_at_every_step(scheme_files, code):
    load_scheme(WORK)
    scheme = Scheme.objects.get(code=code)
    sections = list(scheme.sections.prefetch_related("items__criteria"))
    assert sum(each.max_points for each in sections) == scheme.full_points
    for section in sections:
        assert sum(each.max_points for each in section.items.all()) == section.max_points
    assert Criterion.objects.filter(item__section__scheme=scheme).exists()
