"""Judging documents that are handed in, once or every period, and numbers that are planned first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from orgs.kernel import clock
from orgs.models import UnitVersion
from reporting import judging as meaning
from reporting.choices import Standing
from reporting.models import HandIn, PlannedNumber
from reporting.operations import campaigns
from reporting.packs import parse
from tests.reporting.campaign_rows import (
    MONDAY,
    NOW,
    WEEK,
    add_group,
    at,
    judge,
    make_campaign,
    standings,
)
from tests.reporting.pack_files import SHIPPED

JL = "qh-hs-jl"
TICK = timedelta(microseconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hand_in(world, cast):
    def _hand_in(campaign, code="qh", state="handed", handed_at=MONDAY, **more):
        facts = {"stored_name": "x", "original_name": "x.docx", "size": 1, "sha256": "x"}
        return HandIn.objects.create(
            campaign=campaign, requirement_code="r1", unit=world[code], state=state,
            handed_at=handed_at, handed_by=cast["city"], **facts | more,
        )  # fmt: skip

    return _hand_in


DOCUMENT = {"kind": "document", "target": {"kinds": ["county"]}, "rule": {"title": "工作计划"}}


def test_a_document_stands_until_it_is_returned(world, hand_in):
    campaign = make_campaign(world, DOCUMENT)
    hand_in(campaign, state="returned", decided_at=at(16))
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at) == {"qh": "1", "wn": "0"}
    assert standings(campaign, world) == {"qh": "0", "wn": "0"}


def test_a_document_handed_in_at_the_very_end_belongs_to_the_next_week(world, hand_in):
    campaign = make_campaign(world, DOCUMENT)
    hand_in(campaign, handed_at=WEEK.ends_at)
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at)["qh"] == "0"
    assert standings(campaign, world)["qh"] == "1"


@pytest.mark.parametrize(("n", "answer"), [(8, "0"), (9, "1")])
def test_nine_tenths_of_the_plan(world, cast, n, answer):
    rule = {"metric": "groups_of", "group_kinds": ["branch"], "scope": "subtree", "share": "0.9"}
    campaign = make_campaign(world, {"kind": "plan", "target": {"kinds": ["county"]}, "rule": rule})
    PlannedNumber.objects.create(
        campaign=campaign, requirement_code="r1", unit=world["qh"], planned=10, recorded_at=MONDAY,
        recorded_by=cast["city"],
    )  # fmt: skip
    for _ in range(n):
        add_group(world, JL)
        add_group(world, "wn-xl-nl")
    judge(campaign)
    assert standings(campaign, world) == {"qh": answer, "wn": "0"}


def test_of_two_documents_both_are_wanted(world, hand_in):
    campaign = make_campaign(world, DOCUMENT | {"rule": {"copies": 2}})
    hand_in(campaign)
    hand_in(campaign, copy=2, handed_at=at(17))
    hand_in(campaign, "wn")
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at) == {"qh": "0", "wn": "0"}
    assert standings(campaign, world) == {"qh": "1", "wn": "0"}


@pytest.mark.parametrize(("recurs", "period", "answer"), [
    ("daily", "2026-11-17", "1"), ("daily", "2026-11-18", "0"), ("weekly", "2026-11-09", "1"), ("weekly", "2026-11-16", "0"),
    ("monthly", "2026-10-01", "1"), ("monthly", "2026-11-01", "0"),
])  # fmt: skip
def test_a_recurring_document_is_judged_for_the_period_that_ended_last(
    world, hand_in, recurs, period, answer
):
    campaign = make_campaign(
        world, DOCUMENT | {"rule": {"recurs": recurs}}, launched_at=MONDAY - timedelta(weeks=3)
    )
    hand_in(campaign, period=period, handed_at=at(18, 9))
    judge(campaign)
    assert standings(campaign, world) == {"qh": answer, "wn": "0"}


def test_before_its_first_period_has_ended_nobody_is_asked(world, hand_in):
    campaign = make_campaign(world, DOCUMENT | {"rule": {"recurs": "monthly"}})
    judge(campaign)
    assert standings(campaign, world) == {}
    hand_in(campaign, period="2026-11-01", handed_at=NOW)
    end = clock.day_start(date(2026, 12, 1))
    judge(campaign, end)
    assert standings(campaign, world) == {"qh": "1", "wn": "0"}


def test_after_the_deadline_the_last_period_stays(world, hand_in):
    asked = DOCUMENT | {"rule": {"recurs": "weekly"}, "deadline_at": at(14)}
    campaign = make_campaign(world, asked)
    hand_in(campaign, period="2026-11-09")
    judge(campaign, at(27))
    assert standings(campaign, world) == {"qh": "1", "wn": "0"}


def test_a_final_demand_shares_the_documents_of_the_first(world, hand_in):
    final = DOCUMENT | {"code": "r1-final", "rule": {"of": "r1"}}
    campaign = make_campaign(world, DOCUMENT, final)
    hand_in(campaign)
    judge(campaign)
    assert standings(campaign, world) == {"qh": "11", "wn": "00"}


PLAN = {"kind": "plan", "target": {"kinds": ["county"]}}
GROUPS = {"metric": "groups_of", "group_kinds": ["branch"], "scope": "subtree"}


@pytest.fixture
def plan(world, cast):
    def _plan(campaign, planned, recorded_at=MONDAY, superseded_at=None, code="qh"):
        return PlannedNumber.objects.create(
            campaign=campaign, requirement_code="r1", unit=world[code], planned=planned, recorded_at=recorded_at,
            recorded_by=cast["city"], superseded_at=superseded_at,
        )  # fmt: skip

    return _plan


def test_without_a_number_by_its_day_the_plan_is_overdue(world, plan):
    number = PLAN | {
        "code": "r1-plan",
        "rule": GROUPS | {"of": "r1", "stage": "number"},
        "deadline_at": at(17),
    }
    campaign = make_campaign(world, PLAN | {"rule": GROUPS, "deadline_at": at(30)}, number)
    plan(campaign, 1)
    judge(campaign)
    found = standings(campaign, world)
    assert found == {"qh": "01", "wn": "00"}
    asked = list(campaign.versions.get().requirements.order_by("position"))
    shown = [meaning.standing(meaning.character_of(found["wn"], each), each, NOW) for each in asked]
    assert shown == [Standing.OPEN, Standing.OVERDUE]


def test_a_changed_plan_counts_from_its_change_on(world, plan):
    campaign = make_campaign(world, PLAN | {"rule": GROUPS})
    plan(campaign, 2, superseded_at=at(17))
    plan(campaign, 1, recorded_at=at(17))
    add_group(world, JL)
    judge(campaign)
    assert (standings(campaign, world, WEEK.ends_at)["qh"], standings(campaign, world)["qh"]) == ("0", "1")


def test_anqing_has_its_plan_and_its_summary_in_time(world, cast):
    """RUR-3: the work plan by 2014-08-20, the special summary by 2014-11-15, of every county."""
    path = next(each for each in SHIPPED if each.stem == "rur-2014")

    def day(month, number, hour=0):
        return datetime(2014, month, number, hour, tzinfo=clock.SHANGHAI)

    UnitVersion.objects.update(valid_from=day(1, 1))
    with clock.frozen(day(8, 13, 9)):
        pack = parse(path.read_text(encoding="utf-8"))
        campaign = campaigns.load_pack(pack, unit=world["aq"], launch=True).campaign
    places = {each.code: each for each in campaign.versions.get().requirements.all()}
    for code, moment in (("work-plan", day(8, 20, 23)), ("summary", day(11, 16, 8))):
        HandIn.objects.create(
            campaign=campaign, requirement_code=code, unit=world["aq-zy"], stored_name=code, original_name="x.docx",
            size=1, sha256=code, handed_at=moment, handed_by=cast["national"],
        )  # fmt: skip

    def stood(code, moment):
        judge(campaign, moment)
        text = standings(campaign, world)["aq-zy"]
        return meaning.standing(meaning.character_of(text, places[code]), places[code], moment)

    assert stood("work-plan", day(8, 20, 22)) == Standing.OPEN
    assert stood("work-plan", day(8, 21)) == Standing.MET
    assert stood("summary", day(11, 16) - TICK) == Standing.OPEN
    assert stood("summary", day(11, 16)) == Standing.OVERDUE
    assert stood("summary", day(11, 17)) == Standing.MET
