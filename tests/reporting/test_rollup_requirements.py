"""Requirements of campaigns, cadres and followers in the week's figures, one sentence of docs/metrics.md per test."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Account, AccountVersion
from orgs.choices import Measure
from orgs.kernel.clock import Week
from orgs.models import UnitBaseVersion, UnitVersion
from reporting.models import Campaign, CampaignVersion, Judgement, Requirement, WeekUnit
from reporting.operations import weekly

WEEK = Week(2026, 46)
MONDAY, END = WEEK.starts_at, WEEK.ends_at
TICK = timedelta(microseconds=1)
BRANCH = "hnu-law-1201"

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(world):
    """version(due=[…]) -> a version of a running campaign whose hard requirements are due then; two more are not."""

    def _version(campaign=None, *, due=(), number=1, loaded_at=MONDAY, **more):
        if campaign is None:
            facts = {"code": f"c{Campaign.objects.count()}", "unit": world["hi"], "launched_at": MONDAY}
            campaign = Campaign.objects.create(**facts | more)
        found = CampaignVersion.objects.create(
            campaign=campaign, number=number, title="部署", issued_on=WEEK.starts_on, loaded_at=loaded_at
        )
        asked = [*((True, at) for at in sorted(due)), (False, MONDAY), (True, None)]
        Requirement.objects.bulk_create(
            Requirement(
                version=found,
                position=n,
                code=f"r{n}",
                title="要求",
                kind="figure",
                is_hard=hard,
                deadline_at=at,
            )
            for n, (hard, at) in enumerate(asked, start=1)
        )
        return found

    return _version


@pytest.fixture
def row(world):
    def _row(code=BRANCH):
        return WeekUnit.objects.get(week=weekly.close_week(WEEK), unit_id=world.ids[code])

    return _row


def judge(world, version, standings, *, code=BRANCH, at=MONDAY, until=None):
    unit = world.ids[code]
    Judgement.objects.create(
        version=version, unit_id=unit, standings=standings, valid_from=at, valid_to=until
    )


def figures(row):
    return row.own_requirements, row.own_requirements_met, row.own_requirements_overdue


def test_met_and_not_met_ones_are_asked_and_exempt_ones_are_not(world, version, row):
    judge(world, version(), "10")
    judge(world, version(), "x-")
    judge(world, version(), "01", code="hnu-law")
    assert figures(row()) == (2, 1, 0)
    college = row("hnu-law")
    assert (college.sub_requirements, college.sub_requirements_met) == (4, 2)
    assert figures(row("hnu")) == (0, 0, 0)


def test_overdue_is_what_is_hard_past_its_deadline_and_not_met(world, version, row):
    """The guidance that is past its date and the hard one without a date are never overdue (RUR-3)."""
    asked = version(due=[MONDAY, END - TICK, END, END + TICK])
    judge(world, asked, "010000")
    assert figures(row()) == (6, 1, 2)


def test_the_judgement_of_the_weeks_end_counts_and_a_later_one_does_not(world, version, row):
    asked = version()
    judge(world, asked, "00", until=END)
    judge(world, asked, "10", at=END, until=END + TICK)
    judge(world, asked, "11", at=END + TICK)
    assert figures(row())[1] == 1


def test_campaigns_that_did_not_run_at_the_end_ask_nothing(world, version, row):
    for more in ({"launched_at": None}, {"launched_at": END}, {"ended_at": END - TICK}):
        judge(world, version(**more), "11")
    judge(world, version(ended_at=END), "11")
    assert figures(row()) == (2, 2, 0)


def test_of_a_campaign_the_newest_version_of_the_week_is_asked(world, version, row):
    first = version()
    second = version(first.campaign, number=2)
    third = version(first.campaign, number=3, loaded_at=END)
    for each, standings in ((first, "00"), (second, "01"), (third, "11")):
        judge(world, each, standings)
    assert figures(row()) == (2, 1, 0)


def test_a_unit_closed_in_the_week_is_asked_nothing_any_more(world, version, row):
    judge(world, version(), "11")
    UnitVersion.objects.filter(unit_id=world.ids[BRANCH]).update(valid_to=END - timedelta(days=1))
    assert figures(row()) == (0, 0, 0)


def test_cadres_are_added_up_where_somebody_has_recorded_them_and_missing_elsewhere(world, row):
    for code, measure, count in (
        ("hnu", Measure.CADRES, 3),
        (BRANCH, Measure.CADRES, 0),
        (BRANCH, Measure.CADRES_WITH_ACCOUNT, 2),
        ("hnu-law", Measure.CADRES_IN_TOUCH, 1),
    ):
        facts = {"measure": measure, "count": count, "year": 2026, "source": "自愿填报"}
        UnitBaseVersion.objects.create(unit_id=world.ids[code], valid_from=MONDAY, **facts)
    found = {code: row(code) for code in (BRANCH, "hnu-law", "hnu", "qzu")}
    assert {code: each.sub_cadres for code, each in found.items()} == {
        BRANCH: 0, "hnu-law": 0, "hnu": 3, "qzu": None,
    }  # fmt: skip
    assert [found[code].own_cadres for code in (BRANCH, "hnu-law", "hnu")] == [0, None, 3]
    assert (found["hnu"].own_cadres_with_account, found["hnu"].sub_cadres_with_account) == (None, 2)
    assert (found[BRANCH].sub_cadres_min_ok, found["hnu"].sub_cadres_min_ok) == (None, 1)


def test_a_unit_follows_its_superior_by_an_open_account_of_its_own(world, row):
    for n, (code, facts) in enumerate(
        [
            (BRANCH, {"follows_superior": True}),
            (BRANCH, {"follows_superior": True}),
            ("hnu-law-1202", {"follows_superior": True, "status": "dormant"}),
            ("hnu-law-1301", {"follows_superior": True, "purpose": "project"}),
            ("hnu-tour-1201", {"follows_superior": False}),
            ("hnu-law", {"follows_superior": None}),
        ]
    ):
        unit = world.ids[code]
        account = Account.objects.create(
            unit_id=unit, platform_id="wechat_personal", identifier=f"i{n}", identifier_key=f"i{n}"
        )
        known = {"platform_id": "wechat_personal", "purpose": "organisation", "status": "open"}
        AccountVersion.objects.create(account=account, unit_id=unit, valid_from=MONDAY, **known | facts)
    assert row().own_follows_superior == 1
    assert (row("hnu").own_follows_superior, row("hnu").sub_follows_superior) == (0, 1)
