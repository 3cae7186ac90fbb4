"""What a unit's own page says is lacking: numbers beside what is wanted, for every kind of figure."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from reporting import judging
from reporting.models import DailyRecord
from tests.reporting.campaign_rows import (
    NOW,
    WEEK,
    add_account,
    add_group,
    figure,
    judge,
    make_campaign,
    set_base,
)

JL = "qh-hs-jl"
HERE = {"units": [JL]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(sign_in, world):
    """said(requirement, …) -> what the unit's page says is lacking, one for each requirement, judged at a moment."""

    def _said(*requirements, judged_at=NOW):
        judge(make_campaign(world, *requirements), judged_at)
        url = reverse("reporting:list-unit-requirements", args=[world.ids[JL]])
        text = sign_in("villager").get(url).content.decode()
        return re.findall(r'data-label="差距">(.*?)</td>', text)

    return _said


@pytest.mark.parametrize(("compare", "threshold", "words"), [
    (">=", "2", "现为 1，应不少于 2"),
    ("<=", "0", "现为 1，应不多于 0"),
    (">", "1", "现为 1，应多于 1"),
    ("<", "1", "现为 1，应少于 1"),
    ("==", "3", "现为 1，应为 3"),
])  # fmt: skip
def test_a_number_stands_beside_what_is_wanted(world, said, compare, threshold, words):
    add_group(world, JL)
    assert said(figure("groups_member", HERE, compare=compare, threshold=threshold)) == [words]


def test_a_share_names_both_its_numbers(world, said):
    set_base(world, JL, 40)
    add_account(world, JL, contacts=35, declared_groups=1)
    rule = figure("covered_members", HERE, base="base_members", threshold="0.9")
    assert said(rule) == ["现为 87.5%（35/40），应不少于 90.0%"]


def test_groups_that_are_too_small_are_counted(world, said):
    set_base(world, JL, 60)
    for n in (39, 12, 40):
        add_group(world, JL, outstanding_members=n)
    rules = [
        figure("groups_short", HERE, compare="==", threshold="0"),
        figure("groups_of", HERE, group_kinds=["youth_link"], substitutes=["groups_elsewhere"]),
        figure("groups_member", HERE, compare="between", threshold="1", most="2"),
    ]
    assert said(*rules) == ["2 个群不足 40 人", "现为 0，应不少于 1", "现为 3，应为 1 到 2"]


def test_what_nobody_has_said_is_no_zero(said):
    rules = [figure("cadres", HERE), {"kind": "document", "target": HERE, "rule": {"title": "总结"}}]
    assert said(*rules) == ["还没有数据", "尚未报送，或已退回"]


def test_of_what_stands_below_nothing_is_said_in_numbers(said):
    assert said(figure("groups_member", HERE, scope="subtree")) == [""]


def test_who_has_met_it_since_the_last_judging_is_not_told_the_standard_again(world, said):
    add_group(world, JL, at=NOW - timedelta(minutes=20))
    rules = [figure("groups_member", HERE), figure("groups_member", HERE, threshold="2")]
    words = ["现为 1，已达到标准，下次评定后更新", "现为 1，应不少于 2"]
    assert said(*rules, judged_at=NOW - timedelta(minutes=40)) == words


def test_what_recurs_shows_the_figure_of_the_week_that_was_judged(world, said):
    group = add_group(world, JL)
    for week, n in ((WEEK, 2), (WEEK.next(), 5)):
        at = week.starts_at + timedelta(hours=20)
        day = {"day": week.starts_on, "posts": n, "recorded_at": at}
        DailyRecord.objects.create(unit_id=world.ids[JL], group=group, **day)
    assert said(figure("posts", HERE, threshold="5", recurs="weekly")) == ["现为 2，应不少于 5"]


@pytest.mark.parametrize(("rule", "value", "base", "is_enough"), [
    ({"threshold": "2"}, 2, None, True),
    ({"compare": ">", "threshold": "2"}, 2, None, False),
    ({"compare": "<", "threshold": "2"}, 1, None, True),
    ({"compare": "<=", "threshold": "2"}, 3, None, False),
    ({"compare": "==", "threshold": "0"}, 0, None, True),
    ({"compare": "between", "threshold": "1", "most": "2"}, 2, None, True),
    ({"compare": "between", "threshold": "1", "most": "2"}, 3, None, False),
    ({"base": "orgs", "threshold": "0.9"}, 9, 10, True),
    ({"base": "orgs", "threshold": "0.9"}, 8999, 10000, False),
    ({"base": "orgs", "threshold": "0"}, 0, 0, False),
    ({"base": "orgs", "threshold": "0"}, 0, None, False),
])  # fmt: skip
def test_numbers_at_hand_are_compared_exactly(rule, value, base, is_enough):
    assert judging.is_enough(rule, value, base) is is_enough
