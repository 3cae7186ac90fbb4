"""Judging in order of time: Sundays first, nothing twice, nothing backdated; what is kept when the pack changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from orgs.models import Job, UnitVersion
from reporting import judging as meaning
from reporting.choices import Standing
from reporting.models import Campaign, DailyRecord, Exemption, Judgement, Tally, WeekUnit
from reporting.operations import judging, weekly
from tests.reporting.campaign_rows import (
    MONDAY,
    NOW,
    WEEK,
    add_group,
    add_version,
    asked,
    at,
    figure,
    judge,
    make_campaign,
    standings,
    tallies,
)

JL, HX = "qh-hs-jl", "qh-yj-hx"
TICK = timedelta(microseconds=1)
VILLAGES = {"under": "qh", "kinds": ["village"]}

pytestmark = pytest.mark.django_db


def rows():
    return [list(model.objects.order_by("pk").values_list()) for model in (Judgement, Tally)]


def test_every_sunday_is_judged_before_the_moment(world):
    campaign = make_campaign(
        world, figure("groups_member", VILLAGES), launched_at=MONDAY - timedelta(weeks=2)
    )
    assert judge(campaign) == 4  # three Sundays, and Wednesday
    campaign.refresh_from_db()
    assert campaign.judged_until == NOW


def test_where_another_process_judged_meanwhile_the_rest_is_judged_all_the_same(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    add_group(world, JL, at=at(15))
    judging.judge(Campaign.objects.get(pk=campaign.pk), at(14))
    assert judging.judge_until(campaign, NOW) == 2
    campaign.refresh_from_db()
    assert campaign.judged_until == NOW
    assert (standings(campaign, world, at(14))[JL], standings(campaign, world, WEEK.ends_at)[JL]) == (
        "0",
        "1",
    )


@pytest.mark.parametrize(("opened_at", "answer"), [(WEEK.ends_at - TICK, "1"), (WEEK.ends_at, "0")])
def test_a_fact_of_sunday_midnight_belongs_to_the_next_week(world, opened_at, answer):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    add_group(world, JL, at=opened_at)
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at)[JL] == answer
    assert standings(campaign, world)[JL] == "1"


def test_judging_twice_writes_nothing(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES), figure("admins"))
    add_group(world, JL)
    judge(campaign)
    before = rows()
    judge(campaign)
    judge(campaign, NOW + timedelta(hours=1))
    assert rows() == before


def test_a_change_closes_one_row_and_begins_another(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    judge(campaign)
    add_group(world, JL, at=NOW)
    later = NOW + timedelta(hours=1)
    judge(campaign, later)
    of_unit = Judgement.objects.filter(unit_id=world.ids[JL]).order_by("valid_from")
    assert list(of_unit.values_list("standings", "valid_from", "valid_to")) == [
        ("0", WEEK.ends_at, later),
        ("1", later, None),
    ]
    assert tallies(campaign, world)["qh-hs"] == (2, 1, 0)
    assert Judgement.objects.filter(unit_id=world.ids[HX]).count() == 1


def test_nothing_is_judged_backdated(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    judge(campaign)
    before = rows()
    assert judging.judge(campaign, NOW - timedelta(hours=1)) is False
    assert rows() == before


def test_who_has_read_an_older_state_writes_nothing(world):
    """Two processes judge at once: the one that comes second finds the campaign judged."""
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    stale = type(campaign).objects.get(pk=campaign.pk)
    judge(campaign)
    before = rows()
    assert judging.judge(stale, NOW + timedelta(hours=1)) is False
    assert rows() == before


def test_a_new_version_keeps_what_was_judged_under_the_old_one(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    judge(campaign)
    newer = add_version(
        campaign, figure("admins", VILLAGES), figure("groups_member", VILLAGES), loaded_at=NOW
    )
    later = NOW + timedelta(hours=1)
    judge(campaign, later)
    assert standings(campaign, world)[JL] == "00"
    assert standings(campaign, world, NOW)[JL] == "0"
    old = Judgement.objects.exclude(version=newer)
    assert set(old.values_list("valid_to", flat=True)) == {later}
    assert not Tally.objects.current().exclude(requirement__version=newer).exists()


def test_a_sunday_is_judged_by_the_version_of_that_week(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    add_version(campaign, figure("admins", VILLAGES), figure("admins", VILLAGES), loaded_at=at(17))
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at)[JL] == "0"
    assert standings(campaign, world)[JL] == "00"


def test_an_exemption_holds_from_its_granting_to_its_withdrawal(world, cast):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    Exemption.objects.create(
        campaign=campaign, requirement_code="r1", unit=world[JL], reason="正在拆迁", granted_at=MONDAY,
        granted_by=cast["city"], withdrawn_at=at(17),
    )  # fmt: skip
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at)[JL] == "x"
    assert standings(campaign, world)[JL] == "0"
    at_sunday = Tally.objects.as_of(WEEK.ends_at).get(unit_id=world.ids["qh-hs"])
    assert (at_sunday.n_asked, at_sunday.n_met, at_sunday.n_exempt) == (1, 0, 1)
    assert tallies(campaign, world)["qh-hs"] == (2, 0, 0)


def test_before_it_starts_a_requirement_asks_nobody(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES, starts_at=at(16)))
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at) == {}
    assert standings(campaign, world)[JL] == "0"


def test_a_weekly_requirement_is_judged_over_the_week_that_ended_last(world):
    group = add_group(world, JL)
    campaign = make_campaign(world, figure("posts", VILLAGES, recurs="weekly"), launched_at=MONDAY)
    wednesday = at(11, 10)
    judge(campaign, wednesday)
    assert standings(campaign, world) == {}
    DailyRecord.objects.create(unit=world[JL], group=group, day=at(12).date(), posts=1, recorded_at=at(13))
    judge(campaign)
    assert standings(campaign, world)[JL] == "1"
    next_sunday = WEEK.next().ends_at
    judge(campaign, next_sunday - TICK)
    assert standings(campaign, world)[JL] == "1"
    judge(campaign, next_sunday)
    assert standings(campaign, world)[JL] == "0"


def test_a_daily_requirement_is_judged_over_the_day_that_ended_last(world):
    group = add_group(world, JL)
    for day, posts in ((15, 0), (17, 1)):
        DailyRecord.objects.create(
            unit=world[JL], group=group, day=at(day).date(), posts=posts, recorded_at=at(day, 20)
        )
    rule = figure("posts", VILLAGES, recurs="daily", missing="not_asked")
    campaign = make_campaign(world, rule)
    judge(campaign)
    assert standings(campaign, world, WEEK.ends_at) == {JL: "0"}
    assert standings(campaign, world) == {JL: "1"}


def test_a_day_without_a_record_is_missing_beside_other_counts(world):
    add_group(world, JL)
    daily = {"recurs": "daily", "missing": "not_asked"}
    campaign = make_campaign(
        world,
        figure("posts", VILLAGES, compare="==", threshold="0", **daily),
        figure("silent_groups", VILLAGES, compare="==", threshold="0", **daily),
    )
    judge(campaign)
    assert standings(campaign, world) == {JL: "-0"}
    shown = meaning.own_values(
        campaign.versions.get().requirements.all(), [world.ids[JL]], meaning.Instant.at(NOW)
    )
    assert set(shown.values()) == {(None, None), (1, None)}


DEADLINE = at(17, 12)


@pytest.mark.parametrize(("character", "is_hard", "moment", "found"), [
    ("0", True, DEADLINE - TICK, Standing.OPEN),
    ("0", True, DEADLINE, Standing.OVERDUE),
    ("0", False, DEADLINE - TICK, Standing.OPEN),
    ("0", False, DEADLINE, Standing.BEHIND),
    ("1", True, DEADLINE + TICK, Standing.MET),
    ("x", True, DEADLINE + TICK, Standing.EXEMPT),
    ("-", True, DEADLINE + TICK, None),
])  # fmt: skip
def test_a_deadline_decides_to_the_instant(character, is_hard, moment, found):
    requirement = asked(is_hard=is_hard, deadline_at=DEADLINE)
    assert meaning.standing(character, requirement, moment) == found


@pytest.mark.parametrize(("judged_until", "found"), [
    (DEADLINE - TICK, Standing.OPEN), (DEADLINE, Standing.OVERDUE), (None, Standing.OVERDUE)
])  # fmt: skip
def test_an_answer_says_nothing_of_a_deadline_after_it(judged_until, found):
    requirement = asked(deadline_at=DEADLINE, judged_until=judged_until)
    assert meaning.standing("0", requirement, DEADLINE + timedelta(minutes=20)) == found


@pytest.mark.parametrize(("is_hard", "found"), [(True, Standing.OVERDUE), (False, Standing.BEHIND)])
def test_a_missing_document_of_a_period_is_due_when_the_period_has_ended(is_hard, found):
    """Before the first period has ended it asks nobody; a figure that recurs is open until its next period."""
    facts = {"rule": {"recurs": "monthly"}, "is_hard": is_hard}
    assert meaning.standing("0", asked(kind="document", **facts), NOW) == found
    assert meaning.standing("0", asked(kind="figure", **facts), NOW) == Standing.OPEN


def test_a_deadline_that_passes_lets_a_worker_judge_at_once_and_once(world):
    campaign = make_campaign(world, figure("groups_member", deadline_at=DEADLINE))
    judge(campaign, DEADLINE - TICK)
    with clock.frozen(DEADLINE - TICK):
        assert judging.enqueue_due() == []
    with clock.frozen(DEADLINE):
        (job,) = judging.enqueue_due()
        assert judging.enqueue_due() == []
        judging.judge_in_job(job.pk)
    campaign.refresh_from_db()
    assert campaign.judged_until == DEADLINE
    with clock.frozen(DEADLINE + timedelta(minutes=1)):
        assert judging.enqueue_due() == []


def test_who_is_founded_after_the_launch_has_a_clock_of_its_own(world, settings):
    """UNI-3.3: open after the deadline until its days are over, and counted above once it has met or they are."""
    deadline, founded = at(17), at(16, 15)
    target = {"kinds": ["village"]}
    campaign = make_campaign(world, figure("groups_member", target, deadline_at=deadline))
    UnitVersion.objects.filter(unit=world[JL]).update(valid_from=founded)
    settings.FOUNDED_LATE_DAYS = 3  # until the 18th, 24:00
    for moment, own, above in (
        (deadline - TICK, "0", (2, 0, 0)),
        (deadline, "y", (1, 0, 0)),
        (at(19) - TICK, "y", (1, 0, 0)),
        (at(19), "0", (2, 0, 0)),
    ):
        judge(campaign, moment)
        assert (standings(campaign, world)[JL], tallies(campaign, world)["qh-hs"]) == (own, above), moment
    assert standings(campaign, world)["qh-hs-zj"] == "0"


def test_a_late_one_that_meets_it_is_met(world, settings):
    campaign = make_campaign(world, figure("groups_member", {"kinds": ["village"]}, deadline_at=at(17)))
    UnitVersion.objects.filter(unit=world[JL]).update(valid_from=at(16, 15))
    add_group(world, JL, at=at(17, 8))
    judge(campaign, at(17, 9))
    assert standings(campaign, world)[JL] == "1"
    assert tallies(campaign, world)["qh-hs"] == (2, 1, 0)


def test_without_a_deadline_nothing_is_overdue():
    assert meaning.standing("0", asked(), NOW) == Standing.OPEN


def test_the_weekly_close_reads_answers_of_the_weeks_end(world):
    campaign = make_campaign(
        world, figure("groups_member", VILLAGES, deadline_at=at(14)), figure("groups_member", VILLAGES)
    )
    add_group(world, JL)
    add_group(world, HX, at=at(16))
    closed = weekly.close_week(WEEK)
    row = WeekUnit.objects.get(week=closed, unit_id=world.ids["qh"])
    assert (row.sub_requirements, row.sub_requirements_met, row.sub_requirements_overdue) == (6, 2, 2)
    campaign.refresh_from_db()
    assert campaign.judged_until == WEEK.ends_at


def test_an_ended_campaign_is_judged_to_its_end_only(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    campaign.state, campaign.ended_at = "ended", at(14)
    campaign.save()
    assert judging.judge_running() == {"c1": 1}
    assert judging.judge_running() == {}
    judging.judge_week(WEEK)
    campaign.refresh_from_db()
    assert campaign.judged_until == at(14)


def test_a_job_judges_once_an_hour(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    (job,) = judging.enqueue_running()
    judging.judge_in_job(job.pk)
    campaign.refresh_from_db()
    assert campaign.judged_until == clock.now()
    assert judging.enqueue_running() == [job]
    assert Job.objects.get(pk=job.pk).result == {"n_judged": 2}


def test_a_draft_is_not_judged(world):
    campaign = make_campaign(world, figure("groups_member", VILLAGES))
    campaign.state = "draft"
    campaign.save()
    assert judging.judge_running() == {}
    judging.judge_week(WEEK)
    assert not Judgement.objects.exists()
