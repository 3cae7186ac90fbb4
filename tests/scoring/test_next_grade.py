"""离下一等次: what is missing, the cheapest way against every way there is, and what is out of reach."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from django.urls import reverse

from orgs.kernel import clock
from scoring import next_grade, step_words
from scoring.choices import Metric
from scoring.looking_ahead import Outlook, of_score
from scoring.models import Consequence, Score
from scoring.operations import flags
from scoring.operations import sheets as operations
from scoring.pages.next_grade import block_of
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.sheet_steps import FULL, assess_all

D = Decimal
pytestmark = pytest.mark.django_db


def looked(sheet):
    sheet.refresh_from_db()
    return next_grade.look(sheet, operations.tally_of(sheet))


def block(sheet):
    sheet.refresh_from_db()
    return block_of(sheet, operations.tally_of(sheet), list(sheet.consequences.all()))


def lines(rows):
    return {row.label.split()[0]: (row.words, row.gain) for row in rows}


def test_each_criterion_says_what_its_next_step_takes(sheets, week):
    """90 % of 25,148 is 22,633.2: 1,048 more than 21,586. 90 % of 24,310 is 21,879: 293 more."""
    operations.compute_sheet(sheets["qh"])
    shown = block(sheets["qh"])
    found = lines([*shown.cheapest, *shown.steps])
    assert found["2.2.a"] == ("再覆盖 1,048 名团员，即达 90%", "+0.3 分")
    assert found["2.2.b"] == ("再覆盖 293 名团员，即达 90%", "+0.3 分")
    assert found["1.1.a"] == ("再报送 1 份文件", "+0.5 分")
    assert "2.2.c" not in found  # 84 %: the highest band already


def test_who_is_covered_for_one_base_is_covered_for_the_other(sheets, week):
    """1,048 people lift both shares: +0.6 for one effort of 26.2."""
    operations.compute_sheet(sheets["qh"])
    found = looked(sheets["qh"])
    a, b = (each for each in found.ways if each.score.criterion.code in {"2.2.a", "2.2.b"})
    way = next_grade.Way.of_step(a, a.steps[0]).beside(next_grade.Way.of_step(b, b.steps[0]))
    assert ([need.add for need in way.needs.values()], way.cost) == ([1048], Fraction(1048, 40))


def test_the_cheapest_way_is_the_cheapest_of_all(sheets, week, cast):
    """Judged criteria in full: 6.4 and nothing of section one. To 良好 (7) 0.6 is missing."""
    judged = {code: points for code, points in FULL.items() if code not in {"1.1.a", "1.1.b", "1.2.a", "1.2.b", "1.3", "4.2"}}  # fmt: skip
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], judged)
    found = looked(sheet)
    assert (found.now, found.grade, found.target, found.missing) == (D("5.9"), "fail", "pass", D("0.1"))
    for floor in (D(6), D(7), D(8), D(9)):
        way = next_grade.cheapest(
            operations.tally_of(sheet), {each.score.criterion.code: each for each in found.ways}, floor
        )
        open_to = [each for each in found.ways if each.steps]
        costs = []
        for picked in product(*([None, *each.steps] for each in open_to)):
            pairs = [(each, step) for each, step in zip(open_to, picked, strict=True) if step]
            people = [step.adds[0] for each, step in pairs if each.score.criterion.code[:3] == "2.2"]
            others = sum(step.effort for each, step in pairs if each.score.criterion.code[:3] != "2.2")
            if found.now + sum(step.points - each.points for each, step in pairs) >= floor:
                costs.append(Fraction(max(people, default=0), 40) + others)
        assert way.cost == min(costs)
        assert way.points >= floor


def test_what_people_decide_is_said_apart(sheets, week):
    operations.compute_sheet(sheets["qh"])
    found = looked(sheets["qh"])
    # 2.9 computed; documents and meetings 0.5 × 5 + 1.0; coverage + 0.6: 7.0; six judged criteria 3.0.
    assert (found.now, found.best, found.people_most, found.ceiling) == (
        D("2.9"),
        D("7.0"),
        D("3.0"),
        D("10.0"),
    )
    assert found.target == "pass"
    assert found.cheapest is not None


def test_out_of_reach_says_why(sheets, world, cast):
    close_week(world, 53, {"qh": QIONGHAI})
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], dict.fromkeys(FULL, "0"))
    found = block(sheet)
    assert "今年最高只能到 2.9 分，已达不到。" in found.summary
    assert lines(found.lost)["2.2.a"] == ("该年度的周报已全部结完，数据不再变动。", "−0.3")
    assert lines(found.lost)["1.1.a"] == ("考核小组已评定。", "−0.5")


def test_reports_that_were_missed_stay_missed(sheets, week):
    """40 of 46 weeks in time, 7 left: 47 of 53 at best, 88.6 %; 90 % is lost, 80 % is there."""
    score = Score.objects.select_related("criterion").get(sheet=sheets["qh"], criterion__code="3.4")
    score.criterion.metric = Metric.WEEKLY_REPORTS
    score.computed_points = D("0.7")
    score.arithmetic = {"numerator": 40, "denominator": 46}
    found = of_score(score, Outlook(7, frozenset({11, 12})))
    assert (found.steps, found.lost) == ([], D("0.3"))
    score.arithmetic = {"numerator": 40, "denominator": 45}
    found = of_score(score, Outlook(7, frozenset({11, 12})))
    # 45 of 50 are exactly 90 %; 44 of 49 are 89.8 %.
    assert ([step.adds for step in found.steps], found.lost) == ([(5,)], 0)


@pytest.mark.parametrize("weeks", [7, 0])
def test_missing_reports_are_made_up_for_after_their_week_too(sheets, week, weeks):
    """Confirmed late, a week is late and no longer missing; nobody is told to leave more out."""
    score = Score.objects.select_related("criterion").get(sheet=sheets["qh"], criterion__code="3.4")
    criterion = score.criterion
    criterion.metric, criterion.rule, criterion.params = Metric.REPORTS_MISSING, "penalty", {"each": "0.1"}
    score.computed_points, score.arithmetic = D("0.7"), {"numerator": 3}
    found = of_score(score, Outlook(weeks, frozenset()))
    assert ([(step.adds, step.points) for step in found.steps], found.lost) == (
        [((-1,), D("0.8")), ((-2,), D("0.9")), ((-3,), D("1.0"))],
        0,
    )
    needs = next_grade.Pick(found, found.steps[0]).needs
    assert [step_words.of_need(need) for need in needs] == ["补报 1 周没有报送的周报"]
    criterion.rule, criterion.params = "presence", {"least": 5}
    assert of_score(score, Outlook(weeks, frozenset())).steps == []


def test_a_confirmed_row_of_poor_checks_leaves_excellent_out(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3, "sub_covered_members": 25148}})
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], **{"1.3": "0", "1.1.a": "0"})
    assert (looked(sheet).grade, looked(sheet).target) == ("good", "excellent")
    assert "待认定；一经认定：不得评为优秀。" in block(sheet).flags[0]
    flags.confirm_consequence(Consequence.objects.get(sheet=sheet, clause="SUP-4.1c"), by=cast["province"])
    assert looked(sheet).target == ""
    assert "今年不能评为优秀" in block(sheet).summary


def test_before_autumn_the_block_says_from_when(sheets, week, monkeypatch):
    operations.compute_sheet(sheets["qh"])
    sheet = sheets["qh"]
    sheet.refresh_from_db()
    spring = replace_settings(sheet, 12)
    assert block_of(spring, operations.tally_of(sheet), []).begins == date(2026, 12, 1)
    assert block(sheet).begins is None  # the tests' clock stands in November


def replace_settings(sheet, month):
    sheet.scheme.settings = {**sheet.scheme.settings, "next_grade_month": month}
    return sheet


@pytest.mark.parametrize(
    ("week_number", "weeks", "months"), [(44, 9, {11, 12}), (51, 2, {12}), (53, 0, set())]
)
def test_the_outlook_counts_the_weeks_and_months_that_are_left(week_number, weeks, months):
    """2026 has 53 weeks; week 44 ends on 1 November, its Thursday is in October; weeks 45–48 are November's."""
    assert Outlook.after(2026, clock.Week(2026, week_number)) == Outlook(weeks, frozenset(months))


def test_unit_and_superior_read_it_on_the_sheet(sheets, week, sign_in):
    operations.compute_sheet(sheets["qh"])
    address = reverse("scoring:show-sheet", args=[sheets["qh"].pk])
    for who in ("city", "province", "auditor"):
        page = sign_in(who).get(address).content.decode()
        assert "离下一等次" in page
        assert "再覆盖 1,048 名团员，即达 90%" in page
