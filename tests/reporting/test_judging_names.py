"""Names judged by the rule of the notice (UNI-3.2b, RUR-2.4b), in SQL as in Python."""

from __future__ import annotations

import pytest

from accounts.naming import is_regular
from reporting import judging as meaning
from reporting.choices import Standing
from tests.reporting.campaign_rows import (
    WEEK,
    add_account,
    add_group,
    asked,
    at,
    judge,
    make_campaign,
    standings,
)

JL = "qh-hs-jl"

pytestmark = pytest.mark.django_db


def naming(pattern, what="groups", **rule):
    target = {"under": "qh-hs"}
    rule = {"what": what, "pattern": pattern} | rule
    return {"kind": "naming", "target": target, "rule": rule, "is_hard": False}


def told(world, *requirements, code=JL):
    campaign = make_campaign(world, *requirements)
    judge(campaign)
    return standings(campaign, world).get(code, "no row")


@pytest.mark.parametrize("name", [
    "加略村团支部微信群", "加略村团支部 微信群", "共青团琼海市委员会微信群2群", "海南大学团委讨论组", "法学院团总支微信群１",
    "加略村微信群", "团支部微信群", "加略村团支部", "加略村团支部微信群。", "共青团微信群", "微信群", "加略村团支部微信群十二群", "Aå团委微信群",
])  # fmt: skip
def test_the_uniform_name_is_one_to_sql_and_python_alike(world, name):
    add_group(world, JL, name=name)
    assert told(world, naming("uniform")) == ("1" if is_regular(name) else "0")


@pytest.mark.parametrize(("pattern", "name", "answer"), [
    ("青农*", "青农琼海", "1"), ("青农*", "琼海青农", "0"), ("*青农*", "琼海青农群", "1"), ("青农", "青农", "1"),
    ("{name}微信群", "加略村团支部微信群", "1"), ("{name}微信群", "中酒村团支部微信群", "0"), ("{name}*", "加略村团支部", "1"),
    ("100%青年*", "100%青年之家", "1"), ("100%青年*", "1000青年之家", "0"), ("A_*", "ab群", "0"), ("A!*", "a!群", "1"),
    ("青农 *", "青 农琼海", "1"),
])  # fmt: skip
def test_a_pattern_is_text_with_gaps(world, pattern, name, answer):
    add_group(world, JL, name=name)
    assert told(world, naming(pattern)) == answer


def test_every_name_counts_but_those_of_other_kinds_platforms_and_of_closed_groups(world):
    add_group(world, JL, "rural_youth", name="青农加略")
    add_group(world, JL, "branch", name="加略一家人")
    add_group(world, JL, "rural_youth", name="加略QQ群", platform="qq_group")
    add_group(world, JL, "rural_youth", name="旧群", status="closed")
    rural = naming("青农*", group_kinds=["rural_youth"])
    assert told(world, naming("青农*"), rural) == "01"


def test_accounts_are_looked_at_by_their_nickname(world):
    add_account(world, JL, nickname="青农加略")
    add_account(world, JL, nickname="加略志愿者", purpose="project")
    add_account(world, "qh-hs-zj", nickname="中酒")
    campaign = make_campaign(world, naming("青农*", "accounts"))
    judge(campaign)
    assert standings(campaign, world) == {JL: "1", "qh-hs-zj": "0"}


def test_only_accounts_on_the_platforms_of_the_rule_are_looked_at(world):
    add_account(world, JL, platform="wechat_subscription", nickname="青农加略")
    add_account(world, JL, platform="weibo_sina", nickname="加略微博")
    add_account(world, "qh-hs-zj", platform="weibo_sina", nickname="中酒")
    public = naming("青农*", "accounts", platforms=["wechat_subscription", "wechat_service"])
    campaign = make_campaign(world, public, naming("青农*", "accounts"))
    judge(campaign)
    assert standings(campaign, world) == {JL: "10", "qh-hs-zj": "-0"}


def test_who_has_no_group_has_nothing_to_name(world):
    assert told(world, naming("uniform")) == "no row"


def test_a_name_is_judged_as_it_was(world):
    old = add_group(world, JL, name="加略", until=at(17))
    add_group(world, JL, name="加略村团支部微信群", at=at(17))
    assert old.versions.count() == 1
    campaign = make_campaign(world, naming("uniform"))
    judge(campaign)
    assert (standings(campaign, world, WEEK.ends_at)[JL], standings(campaign, world)[JL]) == ("0", "1")


def test_a_name_is_guidance_and_never_overdue():
    requirement = asked(is_hard=False, deadline_at=at(1))
    assert meaning.standing("0", requirement, at(18)) == Standing.BEHIND


def test_a_rule_that_names_nothing_known_is_judged_by_nobody(world):
    add_group(world, JL)
    assert told(world, naming("uniform", "pages"), naming("")) == "no row"
