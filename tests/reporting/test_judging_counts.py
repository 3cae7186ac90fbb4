"""Counts that only campaigns ask for: groups by kind and platform, forms, reports, accounts, who is responsible."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import (
    CollectionRound,
    FieldList,
    GroupVersion,
    Incident,
    Package,
    ReviewStep,
    Submission,
)
from orgs.kernel import clock
from orgs.operations import ledger
from reporting.models import DailyRecord, WeeklyReport
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
    set_base,
    standings,
)

JL, ZJ = "qh-hs-jl", "qh-hs-zj"
YOUTH = {"group_kinds": ["youth_link"]}

pytestmark = pytest.mark.django_db


def told(world, *requirements, code=JL, until=NOW):
    campaign = make_campaign(world, *requirements)
    judge(campaign, until)
    return standings(campaign, world).get(code, "no row")


def own(metric, **rule):
    return figure(metric, {"units": [JL]}, **rule)


def test_groups_are_counted_by_kind_and_platform(world):
    add_group(world, JL, "youth_link")
    add_group(world, JL, "youth_link", platform="qq_group")
    add_group(world, JL, "branch")
    exactly = {"compare": "==", "threshold": "1"}
    both = own("groups_of", **YOUTH, substitutes=["groups_elsewhere"], threshold="2")
    assert (
        told(world, own("groups_of", **YOUTH, **exactly), own("groups_elsewhere", **YOUTH, **exactly), both)
        == "111"
    )


def test_of_several_kinds_all_are_counted(world):
    add_group(world, JL, "leaders")
    add_group(world, JL, "away")
    assert told(world, own("groups_of", group_kinds=["leaders", "away"], threshold="2")) == "1"


def test_nine_of_ten_branches_with_a_group(world):
    """RUR-3: the substitute of a branch that has both is not counted twice."""
    add_group(world, JL, "youth_link")
    add_group(world, JL, "youth_link", platform="qq_group")
    add_group(world, "qh-yj-hx", "youth_link", platform="qq_group")
    share = {"scope": "subtree", "base": "holders", **YOUTH}
    county = {"units": ["qh"]}
    rules = [
        figure("holders_with", county, threshold="0.34", **share),
        figure("holders_with", county, threshold="0.33", **share),
        figure("holders_with", county, threshold="0.67", substitutes=["holders_elsewhere"], **share),
        figure("holders_with", county, threshold="0.66", substitutes=["holders_elsewhere"], **share),
    ]
    assert told(world, *rules, code="qh") == "0101"


@pytest.mark.parametrize(("members", "outstanding", "answer"), [
    (40, 40, "1"), (40, 39, "0"), (40, None, "0"), (39, 10, "1"),
])  # fmt: skip
def test_a_group_below_forty_counts_unless_the_branch_is_smaller(world, members, outstanding, answer):
    set_base(world, JL, members)
    add_group(world, JL, outstanding_members=outstanding)
    assert told(world, own("groups_short", compare="<=", threshold="0")) == answer


def test_an_entry_of_the_ledger_is_complete(world):
    add_group(world, JL, "youth_link", members=30)
    add_group(world, JL, "youth_link", members=30, counted_on=MONDAY.date())
    exactly = own("ledger_entries", **YOUTH, compare="==", threshold="1")
    assert told(world, exactly) == "1"


def test_the_day_of_a_count_is_the_one_known_on_the_sunday(world):
    group = add_group(world, JL, "youth_link", members=30, counted_on=MONDAY.date(), until=WEEK.ends_at)
    later = {
        "kind": "youth_link",
        "platform_id": "wechat_group",
        "name": "群",
        "status": "open",
        "members": 30,
    }
    GroupVersion.objects.create(
        group=group, unit_id=world.ids[JL], valid_from=WEEK.ends_at, counted_on=None, **later
    )
    campaign = make_campaign(world, own("ledger_entries", **YOUTH, compare="==", threshold="1"))
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at)[JL] == "1"
    assert standings(campaign, world)[JL] == "0"


def test_accounts_are_counted_by_platform_and_purpose(world):
    add_account(world, JL, platform="weibo_tencent")
    add_account(world, JL, platform="weibo_sina", purpose="project")
    rules = [
        own("accounts_on", platforms=["weibo_tencent"]),
        own("accounts_on", platforms=["weibo_sina"]),
        own("accounts_project"),
    ]
    assert told(world, *rules) == "101"


def test_a_principal_in_office_is_the_first_person_responsible(world, cast):
    rules = [figure("principals", {"units": ["hnu-law-1201", "hnu-law-1202"]})]
    campaign = make_campaign(world, *rules)
    judge(campaign)
    assert standings(campaign, world) == {"hnu-law-1201": "1", "hnu-law-1202": "0"}


def test_an_incident_is_open_until_it_is_handled(world, cast):
    Incident.objects.create(
        unit=world[JL], category="rumour", found_at=at(10), recorded_at=at(10), recorded_by=cast["city"],
        handled_at=at(17), state="handled",
    )  # fmt: skip
    campaign = make_campaign(world, own("incidents_open", compare="<=", threshold="0"))
    judge(campaign)
    before, after = (standings(campaign, world, moment)[JL] for moment in (WEEK.ends_at, NOW))
    assert (before, after) == ("0", "1")


@pytest.fixture
def form(world, cast):
    """form(kind of the last step): the unit's form of a round."""
    round_ = CollectionRound.objects.create(
        title="收集", field_list=FieldList.objects.get(code="UNI-A"), unit=world["hi"], kinds=["village"],
        opens_at=MONDAY, deadline_at=NOW, launched_by=cast["province"], launched_at=MONDAY,
    )  # fmt: skip

    def _form(*kinds):
        form = Submission.objects.create(round=round_, unit=world[JL])
        for n, kind in enumerate(kinds):
            ReviewStep.objects.create(
                submission=form, kind=kind, unit=world[JL], by=None, at=MONDAY + timedelta(hours=n)
            )
        return round_

    return _form


@pytest.mark.parametrize(("steps", "answer"), [
    (["saved"], "0"), (["submitted"], "1"), (["submitted", "returned"], "0"), (["submitted", "approved"], "1"),
])  # fmt: skip
def test_a_form_is_in_when_it_was_submitted(world, form, steps, answer):
    form(*steps)
    assert told(world, own("forms_in", form="UNI-A")) == answer


def test_a_package_is_reported(world, form):
    round_ = form("submitted")
    sent = Package.objects.create(round=round_, unit=world["hnu"], status="reported", reported_at=MONDAY)
    with clock.frozen(MONDAY):
        ledger.record("package.report", sent, by=None)
    Package.objects.create(round=round_, unit=world["qzu"], status="preparing")
    campaign = make_campaign(world, figure("packages_reported", {"kinds": ["university"]}, form="UNI-A"))
    judge(campaign)
    assert standings(campaign, world) == {"hnu": "1", "qzu": "0"}


def test_a_weekly_report_confirmed_in_time(world, cast):
    for code, day in (("hnu", 15), ("qzu", 16)):
        WeeklyReport.objects.create(
            unit=world[code], year=2026, number=46, confirmed_at=at(day, 9), confirmed_by=cast["university"]
        )
    rule = figure("weekly_reports", {"kinds": ["university"]}, recurs="weekly")
    campaign = make_campaign(world, rule)
    judge(campaign)
    assert standings(campaign, world) == {"hnu": "1", "qzu": "0"}


@pytest.mark.parametrize(("days", "answer"), [(7, "1"), (6, "0")])
def test_a_group_without_a_post_on_one_day_is_silent(world, days, answer):
    group = add_group(world, JL)
    for n in range(days):
        day = WEEK.starts_on + timedelta(days=n)
        DailyRecord.objects.create(
            unit=world[JL], group=group, day=day, posts=1, recorded_at=WEEK.ends_at - timedelta(hours=1)
        )
    rule = own("silent_groups", compare="<=", threshold="0", recurs="weekly")
    assert told(world, rule) == answer


def test_a_public_account_of_yesterday_is_not_silent_yet(world):
    add_account(world, JL, platform="wechat_service", at=at(14))
    add_account(world, ZJ, platform="wechat_service")
    rule = figure("silent_accounts", {"units": [JL, ZJ]}, compare="<=", threshold="0", recurs="weekly")
    campaign = make_campaign(world, rule)
    judge(campaign)
    assert standings(campaign, world) == {JL: "1", ZJ: "0"}


def test_yesterday_without_a_post_is_silent_where_there_was_a_group(world):
    group, quiet = add_group(world, JL), add_group(world, ZJ)
    add_group(world, "qh-yj-hx", at=at(17, 1))
    for each, code, posts in ((group, JL, 1), (quiet, ZJ, 0)):
        DailyRecord.objects.create(
            unit=world[code], group=each, day=at(17).date(), posts=posts, recorded_at=at(17, 20)
        )
    rule = {"compare": "==", "threshold": "0", "recurs": "daily", "missing": "not_asked"}
    campaign = make_campaign(world, figure("silent_groups", {"kinds": ["village"]}, **rule))
    judge(campaign)
    assert standings(campaign, world) == {JL: "1", ZJ: "0"}
