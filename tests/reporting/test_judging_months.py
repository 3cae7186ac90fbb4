"""What recurs monthly is judged by calendar months, at 24:00 of the last day in Shanghai."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from orgs.kernel import clock
from orgs.kernel.clock import Week
from reporting.judging import periods
from reporting.models import DailyRecord, Judgement, WeeklyReport
from reporting.operations import weekly
from tests.reporting.campaign_rows import add_account, add_group, figure, judge, make_campaign, standings

JL, ZJ = "qh-hs-jl", "qh-hs-zj"
VILLAGES = {"under": "qh", "kinds": ["village"]}
OCTOBER, NOVEMBER = (periods.of_day("monthly", date(2026, month, 1)) for month in (10, 11))
TICK = timedelta(microseconds=1)
BEGAN = clock.day_start(date(2026, 10, 12))

pytestmark = pytest.mark.django_db


def monthly(metric, target=None, **rule):
    return figure(metric, target or VILLAGES, recurs="monthly", **rule)


def record(world, code, channel, day, posts=1, recorded_at=None):
    recorded_at = recorded_at or clock.day_end(day) - timedelta(hours=1)
    kind = "group" if hasattr(channel, "ties") else "account"
    DailyRecord.objects.create(
        unit=world[code], **{kind: channel}, day=day, posts=posts, recorded_at=recorded_at
    )


def days(period):
    n = (period.last - period.first).days + 1
    return [period.first + timedelta(days=each) for each in range(n)]


def test_a_month_keeps_its_answer_until_the_next_one_ends(world):
    group = add_group(world, JL, at=BEGAN)
    record(world, JL, group, date(2026, 10, 31), posts=2)
    campaign = make_campaign(world, monthly("posts", threshold="2"), launched_at=BEGAN)
    judge(campaign, OCTOBER.ends_at - TICK)
    assert standings(campaign, world) == {}
    judge(campaign, OCTOBER.ends_at + timedelta(hours=9))
    assert standings(campaign, world, OCTOBER.ends_at)[JL] == "1"
    judge(campaign, NOVEMBER.ends_at - TICK)
    assert standings(campaign, world)[JL] == "1"
    judge(campaign, NOVEMBER.ends_at)
    assert standings(campaign, world)[JL] == "0"


def test_what_is_entered_after_the_month_is_late(world):
    group = add_group(world, JL, at=BEGAN)
    record(world, JL, group, OCTOBER.last, recorded_at=OCTOBER.ends_at)
    campaign = make_campaign(world, monthly("posts"), launched_at=BEGAN)
    judge(campaign, OCTOBER.ends_at + timedelta(days=3))
    assert standings(campaign, world)[JL] == "0"


def test_weeks_do_not_matter_to_a_month(world):
    """A Sunday within the month is no end of it, and the week over its end is cut."""
    group = add_group(world, JL, at=BEGAN)
    for day in (date(2026, 10, 15), date(2026, 10, 31), date(2026, 11, 1)):
        record(world, JL, group, day)
    campaign = make_campaign(
        world, monthly("posts", compare="==", threshold="2"), monthly("active_days", threshold="3"),
        launched_at=BEGAN,
    )  # fmt: skip
    judge(campaign, Week(2026, 44).ends_at)
    assert standings(campaign, world)[JL] == "10"


def test_the_weekly_close_judges_the_month_that_ended_within_its_week(world):
    add_group(world, JL, at=OCTOBER.ends_at - TICK)
    add_group(world, ZJ, at=OCTOBER.ends_at)
    campaign = make_campaign(world, monthly("groups_member"), launched_at=BEGAN)
    weekly.close_week(Week(2026, 44))
    assert {code: standings(campaign, world)[code] for code in (JL, ZJ)} == {JL: "1", ZJ: "0"}
    assert Judgement.objects.get(unit_id=world.ids[JL]).valid_from == OCTOBER.ends_at


@pytest.mark.parametrize(("missed", "answer"), [(None, "1"), (date(2026, 10, 20), "0")])
def test_a_group_silent_on_one_day_of_the_month(world, missed, answer):
    group = add_group(world, JL, at=OCTOBER.starts_at)
    for day in days(OCTOBER):
        if day != missed:
            record(world, JL, group, day)
    silent = {"compare": "==", "threshold": "0"}
    campaign = make_campaign(
        world,
        monthly("silent_groups", {"units": [JL]}, **silent),
        monthly("groups_active", {"units": [JL]}),
        launched_at=BEGAN,
    )
    judge(campaign, OCTOBER.ends_at)
    assert standings(campaign, world) == {JL: answer * 2}


def test_an_account_opened_within_the_month_is_not_silent(world):
    add_account(world, JL, platform="wechat_service", at=OCTOBER.starts_at + TICK)
    add_account(world, ZJ, platform="wechat_service", at=OCTOBER.starts_at)
    silent = monthly("silent_accounts", {"units": [JL, ZJ]}, compare="==", threshold="0")
    campaign = make_campaign(world, silent, launched_at=BEGAN)
    judge(campaign, OCTOBER.ends_at)
    assert standings(campaign, world) == {JL: "1", ZJ: "0"}


def test_reports_of_the_weeks_that_ended_in_the_month(world, cast):
    """Four Sundays of October 2026; a report confirmed after its week is late."""
    for number in (40, 41, 42, 43):
        for code, delay in (("hnu", -TICK), ("qzu", timedelta(0) if number == 43 else -TICK)):
            WeeklyReport.objects.create(
                unit=world[code], year=2026, number=number, confirmed_by=cast["university"],
                confirmed_at=Week(2026, number).ends_at + delay,
            )  # fmt: skip
    rule = monthly("weekly_reports", {"kinds": ["university"]}, threshold="4")
    campaign = make_campaign(world, rule, launched_at=BEGAN)
    judge(campaign, OCTOBER.ends_at)
    assert standings(campaign, world) == {"hnu": "1", "qzu": "0"}


def test_a_month_is_summed_over_what_stands_below(world):
    for code, n in ((JL, 2), ("qh-yj-hx", 1)):
        group = add_group(world, code, at=BEGAN)
        for day in days(OCTOBER)[:n]:
            record(world, code, group, day)
    counties = {"kinds": ["county"]}
    campaign = make_campaign(
        world, monthly("posts", counties, scope="subtree", compare="==", threshold="3"), launched_at=BEGAN
    )
    judge(campaign, OCTOBER.ends_at)
    assert standings(campaign, world) == {"qh": "1", "wn": "0"}
