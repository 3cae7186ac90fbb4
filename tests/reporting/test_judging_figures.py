"""Judging figures at their boundaries: numbers, shares, ranges, substitutes, what is missing."""

from __future__ import annotations

import pytest

from tests.reporting.campaign_rows import (
    add_account,
    add_group,
    figure,
    judge,
    make_campaign,
    set_base,
    standings,
)

VILLAGES = {"kinds": ["village"]}
JL = "qh-hs-jl"

pytestmark = pytest.mark.django_db


def answer(world, *requirements, code=JL):
    campaign = make_campaign(world, *requirements)
    judge(campaign)
    return standings(campaign, world).get(code, "no row")


@pytest.mark.parametrize(("compare", "n", "told"), [
    (">=", 1, "0"), (">=", 2, "1"), (">=", 3, "1"),
    ("<=", 2, "1"), ("<=", 3, "0"),
    (">", 2, "0"), (">", 3, "1"),
    ("<", 1, "1"), ("<", 2, "0"),
    ("==", 2, "1"), ("==", 1, "0"),
])  # fmt: skip
def test_a_number_is_compared_exactly(world, compare, n, told):
    for _ in range(n):
        add_group(world, JL)
    assert answer(world, figure("groups_member", VILLAGES, compare=compare, threshold="2")) == told


@pytest.mark.parametrize(("n", "told"), [(1, "0"), (2, "1"), (3, "1"), (4, "0")])
def test_a_range_takes_in_both_ends(world, n, told):
    for _ in range(n):
        add_group(world, JL)
    rule = figure("groups_member", VILLAGES, compare="between", threshold="2", most="3")
    assert answer(world, rule) == told


@pytest.mark.parametrize(("covered", "told"), [(8999, "0"), (9000, "1"), (9001, "1")])
def test_a_share_of_nine_tenths_is_not_reached_by_89_99_percent(world, covered, told):
    set_base(world, JL, 10_000)
    add_account(world, JL, contacts=covered, declared_groups=1)
    rule = figure("covered_members", VILLAGES, base="base_members", threshold="0.9")
    assert answer(world, rule) == told


@pytest.mark.parametrize(("missing", "told"), [("unmet", "0"), ("not_asked", "no row")])
def test_what_a_missing_figure_means_is_said_by_the_rule(world, missing, told):
    rule = figure("cadres", VILLAGES, threshold="1", missing=missing)
    assert answer(world, rule) == told


@pytest.mark.parametrize(("missing", "told"), [("unmet", "0"), ("not_asked", "no row")])
def test_a_share_of_nothing_is_missing_not_met(world, missing, told):
    rule = figure("groups_min_ok", VILLAGES, base="groups_member", threshold="0", missing=missing)
    assert answer(world, rule) == told


def test_a_unit_that_reported_nothing_is_missing_not_zero(world):
    rule = figure("covered_members", VILLAGES, compare="<=", threshold="5", missing="not_asked")
    assert answer(world, rule) == "no row"
    add_account(world, "qh-hs-zj", contacts=3, declared_groups=1)
    campaign = make_campaign(world, rule, code="c2")
    judge(campaign)
    assert standings(campaign, world) == {"qh-hs-zj": "1"}


def test_substitutes_are_added(world):
    add_group(world, JL, "leaders")
    add_group(world, JL, "branch")
    plain = figure("groups_dedicated", VILLAGES, threshold="2")
    helped = figure("groups_dedicated", VILLAGES, threshold="2", substitutes=["groups_member"])
    assert answer(world, plain, helped) == "01"


def test_the_subtree_counts_what_stands_below(world):
    for code in (JL, "qh-hs-zj"):
        add_group(world, code)
    rules = [
        figure("groups_member", {"kinds": ["township"]}, scope=scope, threshold="2")
        for scope in ("own", "subtree")
    ]
    assert answer(world, *rules, code="qh-hs") == "01"
    campaign = make_campaign(world, *rules, code="c2")
    judge(campaign)
    assert standings(campaign, world)["qh-yj"] == "00"


def test_a_dormant_group_and_one_opened_later_do_not_count(world, at):
    add_group(world, JL, status="dormant")
    add_group(world, JL, at=at)
    assert answer(world, figure("groups_member", VILLAGES)) == "0"


@pytest.mark.parametrize("rule", [
    {"metric": "no_such_metric"},
    {"metric": "groups_member", "compare": "~"},
    {"metric": "groups_member", "threshold": "much"},
    {"metric": "groups_member", "scope": "sideways"},
    {"metric": "groups_member", "base": "nothing"},
    {"metric": "groups_member", "compare": "between", "threshold": "1"},
])  # fmt: skip
def test_a_rule_that_is_not_understood_asks_nobody(world, rule):
    assert answer(world, {"kind": "figure", "target": VILLAGES, "rule": rule}) == "no row"


def test_a_name_is_not_judged(world):
    rule = {"what": "groups", "pattern": "uniform"}
    assert answer(world, {"kind": "naming", "target": VILLAGES, "rule": rule}) == "no row"
