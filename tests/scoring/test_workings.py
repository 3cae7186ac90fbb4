"""得分依据 for every rule kind: rule, numbers, base, week, parts and weeks; three clicks down to a group and back."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.html import escape

from accounts.choices import GroupKind
from accounts.operations.registry import open_group
from orgs.kernel import clock
from scoring.models import Criterion, Scheme, Score
from scoring.operations import sheets as operations
from scoring.operations.schemes import load_scheme
from tests.scoring.conftest import QIONGHAI, close_week
from tests.world import TODAY

WORK = Path(__file__).parent / "schemes" / "townships.yaml"
pytestmark = pytest.mark.django_db


@pytest.fixture
def work(world):
    """A scheme with every kind of rule, computed from three weeks of Qionghai."""
    load_scheme(WORK)
    sheet = operations.open_sheets(Scheme.objects.get(code="invented-work"), 2026, [world["qh"]], by=None)[0]
    requirements = {"sub_requirements": 40, "sub_requirements_met": 33, "sub_requirements_overdue": 3}
    for number, covered in ((40, 25148), (45, 20000), (46, 21000)):
        close_week(world, number, {"qh": QIONGHAI | requirements | {"sub_covered_members": covered}})
    return operations.compute_sheet(sheet)


@pytest.fixture
def registered_group(world, cast):
    """The group of 加乐村, as it stood at the week's end."""
    with clock.frozen(TODAY - timedelta(days=20)):
        return open_group(world["qh-hs-jl"], kind=GroupKind.BRANCH, name="加乐村团员群", members=30, by=None)


def opened(client, sheet, code):
    """The page with the criterion's item open, and what the panel says of it."""
    item = Criterion.objects.get(item__section__scheme=sheet.scheme_id, code=code).item_id
    answer = client.get(sheet.get_absolute_url(), {"item": item})
    working = next(each for each in answer.context["workings"] if each.cell.score.criterion.code == code)
    return answer.content.decode(), working


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("a1", ["从 50% 得 0 分", "33 ÷ 40 = 82.5%"]),  # linear
        ("a2", ["每次扣", "头 1 次不扣", "0 − 2 × 2.0 → -4.0"]),  # penalty
        ("b1", ["各月最后一周的平均数", "各周 3 次", "20,000 ÷ 25,148 = 79.5%"]),  # monthly
        ("b2", ["连续 2 周低于 85%", "21,000 ÷ 25,148 = 83.5%"]),  # misses
        ("b3", ["各部分相加", "第 1 部分", "第 2 部分"]),  # sum
        ("c1", ["每 2", "1 ÷ 2"]),  # count of a figure
    ],
)
def test_every_rule_kind_says_how_its_points_came_about(work, sign_in, code, words):
    page, working = opened(sign_in("auditor"), work, code)
    for word in [*words, working.whole.words, "第46周"]:
        assert escape(word) in page


def test_parts_and_weeks_link_to_their_own_rows(work, sign_in):
    _page, working = opened(sign_in("auditor"), work, "b1")
    urls = [each.url for each in working.whole.measurements]
    assert urls == [
        reverse("reporting:show-rows", args=[week, work.unit_id, "covered_members"])
        for week in ("2026-W40", "2026-W45", "2026-W46")
    ]
    _page, working = opened(sign_in("auditor"), work, "b3")
    assert [bool(piece.numerator_url) for piece in working.parts] == [True] * len(working.parts)


def test_the_weekly_reports_lead_the_unit_to_its_own_and_others_to_its_line(sheets, week, sign_in):
    Criterion.objects.filter(code="4.1").update(metric="weekly_reports")
    operations.compute_sheet(sheets["qh"])
    found = {"rule": "judged", "numerator": 3, "denominator": 4, "week": "2026-W46"}
    Score.objects.filter(sheet=sheets["qh"], criterion__code="4.1").update(arithmetic=found)
    pages = {}
    for who in ("city", "auditor"):
        client = sign_in(who)
        pages[who] = client.get(opened(client, sheets["qh"], "4.1")[1].whole.numerator_url).context
    assert (pages["city"]["page"].unit.pk, str(pages["city"]["page"].week)) == (
        sheets["qh"].unit_id,
        "2026-W46",
    )
    assert [line.unit.pk for line in pages["auditor"]["list"].shown] == [sheets["qh"].unit_id]


def test_a_base_shows_year_source_and_its_page_and_an_inspection_what_it_took_off(sheets, week, sign_in):
    operations.compute_sheet(sheets["qh"])
    score = Score.objects.get(sheet=sheets["qh"], criterion__code="2.2.a")
    Score.objects.filter(pk=score.pk).update(arithmetic=score.arithmetic | {"declared": 21600, "edition": 2})
    page, working = opened(sign_in("auditor"), sheets["qh"], "2.2.a")
    for word in ("2012、共青团基层组织系统", "第 2 版", "申报 21,600，抽查核减后 21,586，按核实数计分。"):
        assert word in page
    assert working.whole.denominator_url == reverse("orgs:list-bases", args=[sheets["qh"].unit_id])


def test_counts_link_to_their_papers_and_year_figures_to_their_records(sheets, week, sign_in):
    operations.compute_sheet(sheets["qh"])
    Score.objects.filter(criterion__code="1.3").update(arithmetic={"rule": "count", "numerator": 3})
    client = sign_in("auditor")
    assert opened(client, sheets["qh"], "1.3")[1].whole.numerator_url.startswith("#evidence-of-")
    for code, address in (("3.4", "list-unit-checks"), ("3.5", ""), ("3.3", "")):
        url = opened(client, sheets["qh"], code)[1].whole.numerator_url
        assert url
        assert client.get(url).status_code == 200
        assert not address or url == reverse(f"reporting:{address}", args=[sheets["qh"].unit_id])


def test_from_a_score_to_a_group_in_three_clicks(sheets, world, sign_in, registered_group):
    """1 the formula, 2 its number with the branches that lack most, 3 a branch and its group; each address says where it is."""
    own = {"is_open": True, "sub_orgs": 3, "sub_orgs_with_group": 1, "sub_covered_members": 30}
    leaf = own | {"sub_orgs": 1, "own_orgs": 1, "own_orgs_with_group": 1}
    village = leaf | {"own_base_members": 50, "own_covered_members": 30}
    empty = leaf | {"own_base_members": 20, "own_orgs_with_group": 0}
    rows = {"qh": QIONGHAI, "qh-hs": own, "qh-hs-jl": village, "qh-hs-zj": empty}
    close_week(world, 46, rows)
    operations.compute_sheet(sheets["qh"])
    client, sheet = sign_in("auditor"), sheets["qh"].get_absolute_url()
    for code, figure, expected in (
        ("2.2.a", "covered_members", [("qh-hs-jl", 20), ("qh-hs-zj", 20)]),
        ("2.2.c", "orgs_with_group", [("qh-hs-zj", 1)]),
    ):
        item = Criterion.objects.get(item__section__scheme=sheets["qh"].scheme_id, code=code).item_id
        assert f'href="?item={item}#evidence"' in client.get(sheet).content.decode()
        formula = client.get(f"{sheet}?item={item}").content.decode()
        number = re.search(rf'href="([^"]+/{figure}/)"', formula)[1]
        found = client.get(number).context["short"]
        assert [(each.name, each.missing) for each in found] == [
            (world[code].name, missing) for code, missing in expected
        ]
        groups = client.get(found[0].url).content.decode()
        assert (registered_group.name in groups) == (figure == "covered_members")


def test_who_lacks_most_below_stands_under_the_formula(sheets, world, sign_in):
    below = {
        "qh-hs": {
            "sub_base_members": 100,
            "sub_covered_capped": 58,
            "sub_orgs": 10,
            "sub_orgs_with_group": 9,
        },
        "qh-yj": {
            "sub_base_members": 400,
            "sub_covered_capped": 252,
            "sub_orgs": 8,
            "sub_orgs_with_group": 8,
        },
    }
    close_week(world, 46, {"qh": QIONGHAI} | {code: row | {"is_open": True} for code, row in below.items()})
    operations.compute_sheet(sheets["qh"])
    _page, working = opened(sign_in("auditor"), sheets["qh"], "2.2.a")
    found = [(gap.ratio, gap.missing) for gap in working.gaps]
    assert found == [("63.0%", "148"), ("58.0%", "42")]  # 252 ÷ 400 lacks 148, 58 ÷ 100 lacks 42
    _page, working = opened(sign_in("auditor"), sheets["qh"], "2.2.c")
    assert [gap.missing for gap in working.gaps] == ["1"]
