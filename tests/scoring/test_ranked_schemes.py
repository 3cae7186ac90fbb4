"""A scheme of weights and ranks, entered without code: from the file to points, working, comparison, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse

from scoring.exceptions import SchemeInvalid
from scoring.models import Criterion, Item, Scheme, Section
from scoring.operations import schemes, sheets
from scoring.scheme_files import parse
from tests.scoring.conftest import close_week
from tests.scoring.sheet_steps import arithmetic, computed

D = Decimal
RANKS = Path(__file__).parent / "schemes" / "ranks.yaml"
A, ITEMS = "sections[1].items[1].criteria", "sections[1].items"
pytestmark = pytest.mark.django_db


def text() -> str:
    return RANKS.read_text(encoding="utf-8")


def unit(covered, days=14, changes=0, groups=50, **more):
    """100 members, 100 organisations, one channel with records of two weeks."""
    figures = {
        "sub_covered_members": covered,
        "base_assessed": 100,
        "sub_orgs_with_group": groups,
        "sub_orgs": 100,
    }
    figures |= {"own_accounts_public": 1, "own_channels_recorded": 2, "own_active_days": days}
    return figures | {"sub_admin_changed": changes} | more


@pytest.fixture
def ranked(world):
    """Sheets by unit code, computed from one week of four units."""
    schemes.load_scheme(RANKS)
    scheme = Scheme.objects.get(code="invented-ranks")
    opened = sheets.open_sheets(scheme, 2026, [world[code] for code in ("qh", "wn", "hnu", "qzu")], by=None)
    rows = {
        "qh": unit(90, days=13, changes=2),
        "wn": unit(90, days=14, changes=5, groups=80),
        "hnu": unit(70, changes=2),
        "qzu": unit(95, changes=9) | {"base_assessed": None},
        "vol": unit(99),  # of no kind that the scheme is for
    }
    close_week(world, 46, rows)
    sheets.compute_year(2026)
    return {each.unit.code: each for each in opened}


def test_weights_become_points_that_add_up(ranked):
    scheme = Scheme.objects.get(code="invented-ranks")
    assert [(each.weight, each.max_points) for each in Section.objects.filter(scheme=scheme)] == [
        (60, 12),
        (40, 8),
    ]
    items = Item.objects.filter(section__scheme=scheme).order_by("section__position", "position")
    assert [(each.weight, each.max_points) for each in items] == [
        (50, 6), (30, D("3.6")), (20, D("2.4")), (None, 5), (None, 3)
    ]  # fmt: skip
    criteria = Criterion.objects.filter(item=items[0]).order_by("position")
    # 33.3 % of 6.0 is 1.998, 33.4 % is 2.004: 1.9, 1.9 and 2.0, and the two tenths left go to the first two.
    assert [each.max_points for each in criteria] == [2, 2, 2]


def test_units_are_ranked_among_their_kind_and_tie_breaks_decide(ranked):
    """Of the counties both cover 90 %; Wanning published on 14 of 14 days, Qionghai on 13."""
    assert {code: computed(sheet)["a1"] for code, sheet in ranked.items()} == {
        "wn": D(2),
        "qh": D("1.2"),
        "hnu": D(2),  # alone: the other university has no base
        "qzu": None,
    }
    kept = arithmetic(ranked["qh"], "a1")
    assert (kept["rank"], kept["n_group"], kept["n_equal"], kept["formula"]) == (2, 2, 1, "2 / 2 → 1.2")
    assert (kept["numerator"], kept["denominator"]) == (90, 100)
    ids = {code: sheet.unit_id for code, sheet in ranked.items()}
    assert kept["group"] == [
        [ids["wn"], 1, [[90, 100], [14, 14], [5, None]]],
        [ids["qh"], 2, [[90, 100], [13, 14], [2, None]]],
    ]
    assert arithmetic(ranked["qzu"], "a1")["missing"] == "no_base"


def test_kinds_may_be_ranked_together_and_equals_share_the_better_rank(ranked):
    """Changes 2, 2, 5, 9: two share the first rank, the fewest are the best; the affiliated body isn't compared."""
    assert {code: computed(sheet)["a2"] for code, sheet in ranked.items()} == {
        "qh": D(2), "hnu": D(2), "wn": D("0.5"), "qzu": D("0.5")
    }  # fmt: skip
    kept = arithmetic(ranked["hnu"], "a2")
    assert (kept["rank"], kept["n_equal"], kept["n_group"]) == (1, 2, 4)
    assert arithmetic(ranked["wn"], "a2")["rank"] == 3


def test_a_part_may_be_ranked(ranked):
    """A platform 1; groups 80 % before 50 %: 1 more for Wanning, the universities are equal."""
    assert {code: computed(sheet)["a3"] for code, sheet in ranked.items()} == {
        "wn": D(2), "qh": D(1), "hnu": D(2), "qzu": D(2)
    }  # fmt: skip
    assert arithmetic(ranked["qh"], "a3")["parts"][1]["rank"] == 2


def test_one_sheet_alone_gets_the_same_place_and_again_nothing_changes(ranked):
    before = {code: sheets.compute_sheet(sheet).version for code, sheet in ranked.items()}
    kept = arithmetic(ranked["qh"], "a1")
    assert {code: sheets.compute_sheet(sheet).version for code, sheet in ranked.items()} == before
    assert arithmetic(ranked["qh"], "a1") == kept


def opened(client, sheet, code):
    item = Criterion.objects.get(item__section__scheme=sheet.scheme_id, code=code).item_id
    return client.get(sheet.get_absolute_url(), {"item": item}).content.decode()


def test_the_working_shows_place_group_and_rows(ranked, sign_in):
    page = opened(sign_in("province"), ranked["qh"], "a1")
    for words in (
        "第 2 名，共 2 个单位",
        "同一上级、同一类型的单位",
        "共青团万宁市委",
        "第 1 名得 2.0 分；第 2–3 名得 1.2 分；其余各名得 0 分",
        "名次相同时依次比：本级渠道发布天数 ÷ 应发布天数（越高越靠前），本年度更换管理员次数（越低越靠前）",
    ):
        assert words in page, words
    assert reverse("reporting:show-rows", args=["2026-W46", ranked["wn"].unit_id, "covered_members"]) in page


def test_a_unit_reads_its_place_and_not_its_neighbours_rows(ranked, sign_in):
    page = opened(sign_in("city"), ranked["qh"], "a1")
    assert "第 2 名，共 2 个单位" in page
    assert "另有 1 个单位没有列出" in page
    assert "共青团万宁市委" not in page


def test_pages_say_weights_and_a_comparison_tells_them(ranked, sign_in):
    scheme = Scheme.objects.get(code="invented-ranks")
    client = sign_in("province")
    shown = client.get(scheme.get_absolute_url()).content.decode()
    for words in ("12分（占 60%）", "6分（占 50%）", "2分（占 33.3%）"):
        assert words in shown, words
    changed = (
        text()
        .replace('weight: "33.3"', 'weight: "33.4"', 1)
        .replace('weight: "33.4", rule: sum', 'weight: "33.3", rule: sum')
    )
    client.post(reverse("scoring:new-scheme"), {"text": changed, "action": "save"})
    newer = Scheme.objects.get(code="invented-ranks", version=2)
    page = client.get(reverse("scoring:compare-schemes", args=[newer.pk])).content.decode()
    assert "60% × 50% × 33.4%" in page


def test_the_same_text_is_the_same_edition_and_another_weight_is_another(ranked):
    assert schemes.load_scheme(RANKS).outcome == "unchanged"
    assert (
        schemes.parse(text()).digest()
        != schemes.parse(
            text()
            .replace("weight: 30", "weight: 29")
            .replace("weight: 20", "weight: 21")
            .replace('"3.6"', '"3.5"')
        ).digest()
    )


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("weight: 60", "weight: 50", "sections", "权重合计为 90，应为 100"),
        ("    weight: 60\n", "    points: 12\n", "sections", "同一级须都写 points，或都写 weight"),
        ("    weight: 60\n", "", "sections[1].points", "points、weight 中填写一个"),
        ("    weight: 60\n", "    weight: 60\n    points: 12\n", "sections[1].weight", "只能写一个"),
        ("    weight: 60\n", "    weight: 60\n    capped: true\n", ITEMS, "请删去 capped"),
        ("        weight: 20\n", "        weight: 19.5\n", f"{ITEMS}[3].weight", "请加引号"),
        ('weight: 30', 'weight: "49.9"', f"{ITEMS}", "权重合计为 119.9"),
        ('weight_step: "0.1"', 'weight_step: "0.05"', "weight_step", "须为 0.1 的整数倍"),
        ('weight_step: "0.1"', 'weight_step: 3', "sections", "20 分不是步长 3 的整数倍"),
        ('weight: 40', 'weight: "0.001"', "sections", "权重合计为 60.001"),
        ('points: "3.6"', 'points: "3.5"', f"{ITEMS}[2].criteria", "应为 3.6"),
        ("[[1, 2], [3,", "[[3, 2], [3,", f"{A}[1].params.places", "从前到后"),
        ("[[1, 2], [3,", "[[null, 2], [3,", f"{A}[1].params.places", "只有最后一行"),
        ('"1.2"], [null, 0]]', '"1.2"], [9, 0]]', f"{A}[1].params.places", "最后一行的名次须为 null"),
        ('"1.2"], [null, 0]]', '"2.2"], [null, 0]]', f"{A}[1].params.places", "不能比在前的多"),
        ('"1.2"], [null, 0]]', '"1.2"], [null, 1]]', f"{A}[1].params.places", "最后一行须等于 min_points（0）"),
        ("{places: [[1, 2], [3,", "{place: [[1, 2], [3,", f"{A}[1].params.place", "是否应为 places"),
        ("order: low, kinds", "order: lower, kinds", f"{A}[2].params.order", "请改为：low"),
        ("low, kinds: [county, university]", "low, kinds: [county]", f"{A}[2].params.kinds", "请补上：university"),
        ("{metric: publication}", "{metric: publicity}", f"{A}[1].params.ties[1].metric", "请改为：publication"),
        ("{metric: publication}", "{metric: figures}", f"{A}[1].params.ties[1].params.part", "须写明 part"),
        ("rule: rank, metric: members_coverage,", "rule: rank,", f"{A}[1].metric", "须写明 metric"),
    ],
)  # fmt: skip
def test_wrong_weights_and_places_are_refused_with_key_and_remedy(old, new, key, words):
    assert old in text()
    with pytest.raises(SchemeInvalid) as error:
        parse(text().replace(old, new, 1))
    found = [(each.key, each.text) for each in error.value.found]
    assert any(key == at and words in said for at, said in found), found
    assert all(each.line for each in error.value.found)


def test_a_weight_too_small_for_a_step_is_refused():
    small = (
        text()
        .replace("weight: 50", 'weight: "79.5"')
        .replace("weight: 20", 'weight: "0.5"')
        .replace("weight: 30", "weight: 20")
    )
    with pytest.raises(SchemeInvalid, match="折合不足 1 分"):
        parse(small.replace('weight_step: "0.1"', "weight_step: 1"))
