"""Judging groups that link levels, totals and checklists; and whom a target asks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.checklist import lines_for
from accounts.models import Account, AccountCheck
from accounts.operations import registry
from orgs.kernel import clock
from orgs.models import UnitVersion
from tests.reporting.campaign_rows import (
    MONDAY,
    NOW,
    WEEK,
    add_account,
    add_group,
    at,
    figure,
    judge,
    make_campaign,
    standings,
)

JL = "qh-hs-jl"

pytestmark = pytest.mark.django_db


def told(world, *requirements, unit="hi"):
    campaign = make_campaign(world, *requirements, unit=unit)
    judge(campaign)
    return standings(campaign, world)


def link(kinds=("township",), below=("village",), counterparts="one_each"):
    rule = {"group_kinds": ["link", "rural_youth"], "counterparts": counterparts, "below_kinds": list(below)}
    return {"kind": "link_group", "target": {"kinds": list(kinds)}, "rule": rule}


@pytest.mark.parametrize(("inside", "answer"), [(None, "0"), (1, "0"), (2, "1"), (3, "1")])
def test_a_link_group_is_complete_with_every_unit_below(world, inside, answer):
    add_group(world, "qh-hs", "rural_youth", subordinates_in=inside)
    assert told(world, link())["qh-hs"] == answer


@pytest.mark.parametrize(("members", "inside", "all_in", "one_each"), [
    (None, 2, "1", "1"), (3, 2, "1", "1"), (2, 2, "0", "1"), (9, 1, "0", "0"), (9, None, "0", "0"),
])  # fmt: skip
def test_all_counterparts_are_the_own_secretary_and_those_below(world, members, inside, all_in, one_each):
    """UNI-2.2 wants all of them; where "mainly" is enough (RUR-2.3b), somebody of each committee."""
    add_group(world, "qh-hs", "link", members=members, subordinates_in=inside)
    found = told(world, link(counterparts="all"), link())
    assert found["qh-hs"] == all_in + one_each


def test_a_closed_group_links_nobody_and_two_halves_are_no_whole(world):
    add_group(world, "qh-hs", "link", subordinates_in=2, status="closed")
    add_group(world, "qh-yj", "branch", subordinates_in=2)
    add_group(world, "wn-xl", "link", subordinates_in=0)
    assert told(world, link()) == {"qh-hs": "0", "qh-yj": "0", "wn-xl": "0"}


def test_who_has_nobody_below_is_asked_for_no_link(world):
    assert told(world, link(below=["class_branch"])) == {}


def test_a_unit_closed_below_needs_no_link_any_more(world):
    add_group(world, "qh-hs", "link", subordinates_in=1)
    gone = UnitVersion.objects.get(unit_id=world.ids["qh-hs-zj"])
    gone.valid_to = at(10)
    gone.save()
    assert told(world, link())["qh-hs"] == "1"


@pytest.mark.parametrize(("expected", "answer"), [(1, "1"), (2, "0")])
def test_all_universities_is_asked_of_the_province_alone(world, expected, answer):
    add_account(world, "hnu")
    rule = {"kinds": ["university"], "metric": "orgs_with_account", "expected": expected}
    assert told(world, {"kind": "total", "target": {}, "rule": rule}) == {"hi": answer}


def test_a_total_without_metric_counts_units_within_the_target(world):
    rule = {"kinds": ["township"], "expected": 2}
    requirements = [{"kind": "total", "target": {"under": code}, "rule": rule} for code in ("qh", "wn")]
    assert told(world, *requirements) == {"hi": "10"}


def test_a_checklist_is_met_when_every_account_it_is_for_is_checked(world):
    done, half = (
        add_account(world, "hnu", platform="weibo_sina"),
        add_account(world, "qzu", platform="weibo_sina"),
    )
    add_account(world, "hnu", platform="app")
    for account, items in ((done, ["avatar", "profile"]), (half, ["avatar"])):
        for item in items:
            AccountCheck.objects.create(account=account, item=item, is_met=True, checked_at=MONDAY)
    rule = {"items": ["avatar", "profile"]}
    asked = {"kind": "checklist", "target": {"kinds": ["university", "county"]}, "rule": rule}
    assert told(world, asked) == {"hnu": "1", "qzu": "0"}


def test_a_checklist_looked_at_again_leaves_the_week_that_is_over_as_it_was(world, cast):
    """First judged on Wednesday, after an edit on Tuesday: Sunday's answer is Sunday's."""
    account = add_account(world, "hnu", platform="weibo_sina")
    items = [line.item for line in lines_for(Account.objects.get(pk=account.pk))]
    for moment, met in ((MONDAY + timedelta(hours=9), items), (WEEK.ends_at + timedelta(days=1), [])):
        with clock.frozen(moment):
            registry.record_checks(Account.objects.get(pk=account.pk), met, by=cast["university"])
    rule = {"items": ["avatar", "profile"]}
    campaign = make_campaign(world, {"kind": "checklist", "target": {"kinds": ["university"]}, "rule": rule})
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at)["hnu"] == "1"
    assert standings(campaign, world)["hnu"] == "0"


@pytest.mark.parametrize(("target", "codes"), [
    ({"kinds": ["county"]}, "qh wn"),
    ({"kinds": ["class_branch"], "intake_years": [2013]}, "hnu-law-1301"),
    ({"under": "hnu-law", "not_intake_years": [2012]}, "hnu-law hnu-law-1301"),
    ({"units": ["qh", "hnu"]}, "qh hnu"),
    ({"kinds": ["village"], "not_units": ["qh-hs"]}, "qh-yj-hx wn-xl-nl"),
    ({"under": "qh-yj"}, "qh-yj qh-yj-hx"),
    ({"levels": [1], "lines": ["university"]}, "hnu qzu"),
    ({"under": "qh", "with_children": True}, "qh qh-hs qh-yj"),
    ({"under": "qh-hs", "with_children": False}, "qh-hs-jl qh-hs-zj"),
    ({"under": "qzu", "attributes": ["holds_members"]}, "qzu-sci-1201"),
    ({"kinds": ["affiliated_body"], "attributes": ["league_organisation"]}, ""),
    ({"under": "nowhere"}, ""),
    ({"attributes": ["no_such_flag"]}, ""),
    ({"units": ["aq"]}, ""),
])  # fmt: skip
def test_a_target_asks_these(world, target, codes):
    found = told(world, figure("groups_member", target))
    assert sorted(found) == sorted(codes.split())


def test_a_campaign_asks_within_its_own_subtree(world):
    found = told(world, figure("groups_member"), unit="qh-hs")
    assert sorted(found) == ["qh-hs", "qh-hs-jl", "qh-hs-zj"]


def test_the_national_office_asks_every_province(world):
    found = told(world, figure("groups_member", {"levels": [0]}), unit="cn")
    assert sorted(found) == ["ah", "cn", "hi"]


def test_a_unit_is_asked_where_it_stood_at_the_moment(world):
    """The week before it moved it was asked as a unit of the old superior."""
    old = UnitVersion.objects.get(unit_id=world.ids["qh-yj-hx"])
    facts = {name: getattr(old, name) for name in UnitVersion.FACTS}
    UnitVersion.objects.filter(pk=old.pk).update(valid_to=at(17))
    UnitVersion.objects.create(
        unit_id=old.unit_id, valid_from=at(17), **facts | {"parent_id": world.ids["wn-xl"]}
    )
    campaign = make_campaign(world, figure("groups_member", {"under": "qh-yj"}))
    judge(campaign, NOW)
    assert sorted(standings(campaign, world, WEEK.ends_at)) == ["qh-yj", "qh-yj-hx"]
    assert sorted(standings(campaign, world)) == ["qh-yj"]
