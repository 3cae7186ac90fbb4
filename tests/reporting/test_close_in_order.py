"""Weeks are published in order: between the first and the last none is missing, whoever closes and however many (R5)."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from orgs.choices import JobState
from orgs.exceptions import JobNotYet
from orgs.kernel import clock, versions
from orgs.kernel.clock import Week
from orgs.models import Job, UnitVersion
from orgs.operations import jobs
from reporting import tasks
from reporting.exceptions import EarlierWeekOpen
from reporting.models import ClosedWeek
from reporting.operations import editions, weekly
from tests.reporting.closed_weeks import report

LAST = Week(2026, 46)
FIRST = LAST.previous(2)

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_weeks(world):
    """The registry begins in W44; W44, W45 and W46 are over and not closed."""
    report(world, "hnu-law-1201", 40, week=FIRST)


def published():
    return [closed.week for closed in ClosedWeek.objects.published().order_by("starts_on")]


def job_of(week):
    return Job.objects.get(key=weekly.job_key(week))


def test_a_job_waits_for_earlier_weeks_and_queues_them_first(three_weeks):
    job = weekly.enqueue_close(LAST)
    tasks.close_week(job.pk)
    assert published() == []
    waiting = job_of(LAST)
    assert waiting.state == JobState.QUEUED
    assert f"{FIRST}、{FIRST.next()}" in waiting.error
    assert {each.state for each in Job.objects.all()} == {JobState.QUEUED}
    assert Job.objects.count() == 3


def test_whatever_order_workers_take_the_jobs_in_weeks_come_out_in_order(three_weeks):
    weekly.enqueue_due_weeks()
    seen = []
    for _round in range(3):
        for job in Job.objects.filter(state=JobState.QUEUED).order_by("-pk"):
            tasks.close_week(job.pk)
            seen.append(published())
    weeks = [FIRST, FIRST.next(), LAST]
    assert all(each == weeks[: len(each)] for each in seen)
    assert published() == weeks
    assert set(Job.objects.values_list("state", "error")) == {(JobState.DONE, "")}


def test_a_week_that_is_published_rings_for_the_one_that_waits(three_weeks, monkeypatch):
    """Whoever is rung for comes at once."""
    monkeypatch.setattr(current_app.conf, "task_always_eager", True)
    weekly.enqueue_due_weeks()
    tasks.close_week(job_of(LAST).pk)
    assert published() == []
    tasks.close_week(job_of(FIRST).pk)
    assert published() == [FIRST, FIRST.next(), LAST]


def test_two_workers_at_once_the_later_week_is_not_published_before_the_earlier(three_weeks):
    """One worker is in the middle of W44 when another takes W45."""
    weekly.enqueue_due_weeks()
    Job.objects.filter(pk=job_of(FIRST).pk).update(
        state=JobState.RUNNING, attempts=1, heartbeat_at=clock.now()
    )
    tasks.close_week(job_of(FIRST.next()).pk)
    assert published() == []
    assert job_of(FIRST).state == JobState.RUNNING
    assert job_of(FIRST.next()).state == JobState.QUEUED


def test_a_close_that_would_leave_a_gap_is_refused_at_the_last_step(world):
    """Without a job too: W45 is missing between what is published and W46."""
    with clock.frozen(FIRST.ends_at):
        weekly.close_week(FIRST)
    with pytest.raises(EarlierWeekOpen, match=str(FIRST.next())):
        weekly.close_week(LAST)
    assert published() == [FIRST]
    weekly.close_week(FIRST.next())
    weekly.close_week(LAST)
    assert published() == [FIRST, FIRST.next(), LAST]


def test_an_earlier_week_may_still_be_closed_where_a_later_one_was(world):
    weekly.close_week(LAST)
    weekly.close_week(FIRST)
    assert published() == [FIRST, LAST]


def test_the_command_refuses_in_words_and_catch_up_closes_all(three_weeks):
    with pytest.raises(CommandError, match=f"{FIRST}、{FIRST.next()}"):
        call_command("close_week", str(LAST), stdout=StringIO())
    assert not Job.objects.exists()
    out = StringIO()
    call_command("catch_up", stdout=out)
    assert [line.split()[1] for line in out.getvalue().splitlines()] == [
        str(week) for week in (FIRST, FIRST.next(), LAST)
    ]
    assert published() == [FIRST, FIRST.next(), LAST]


def test_catch_up_stops_at_the_first_week_that_fails_and_names_it(three_weeks, world):
    """In W45 a class branch hangs in the air; W44 is closed, W46 waits."""
    second = FIRST.next()
    for opened, at in ((False, second.starts_at + timedelta(days=1)), (True, LAST.starts_at)):
        with clock.frozen(at):
            versions.record(
                UnitVersion, key={"unit_id": world.ids["hnu-law"]}, facts={"is_open": opened}, at=at
            )
    UnitVersion.objects.filter(unit=world["hnu-law"], is_open=True, valid_to__isnull=False).update(
        valid_to=second.starts_at
    )
    out = StringIO()
    with pytest.raises(CommandError, match=str(second)) as refused:
        call_command("catch_up", "--json", stdout=out)
    assert "check_tree" in str(refused.value)
    assert [each["week"] for each in json.loads(out.getvalue())["weeks"]] == [str(FIRST)]
    assert published() == [FIRST]
    assert job_of(second).state == JobState.FAILED


def test_a_later_week_waits_for_one_that_was_called_off_until_it_is_tried_again(three_weeks):
    weekly.enqueue_due_weeks()
    jobs.cancel_job(job_of(FIRST))
    for week in (FIRST.next(), LAST):
        tasks.close_week(job_of(week).pk)
    assert published() == []
    jobs.retry_job(job_of(FIRST))
    for week in (FIRST, FIRST.next(), LAST):
        tasks.close_week(job_of(week).pk)
    assert published() == [FIRST, FIRST.next(), LAST]


@pytest.mark.parametrize(
    ("state", "n_bells"), [(JobState.QUEUED, 1), (JobState.RUNNING, 0), (JobState.FAILED, 0)]
)
def test_a_week_that_waits_rings_for_the_oldest_only_and_not_where_that_failed(
    three_weeks, django_capture_on_commit_callbacks, state, n_bells
):
    weekly.enqueue_due_weeks()
    Job.objects.filter(pk=job_of(FIRST).pk).update(state=state)
    with django_capture_on_commit_callbacks() as bells:
        tasks.close_week(job_of(LAST).pk)
    assert len(bells) == n_bells
    assert (job_of(FIRST).state, job_of(LAST).state) == (state, JobState.QUEUED)


def test_a_correction_behind_a_gap_says_which_week_is_missing(world):
    weekly.close_week(LAST)
    weekly.close_week(FIRST)
    with pytest.raises(JobNotYet, match=str(FIRST.next())):
        editions.correct_now(LAST, reason="补登")
    assert published() == [FIRST, LAST]


def test_a_correction_waits_for_nobody(three_weeks, cast):
    call_command("catch_up", stdout=StringIO())
    with clock.frozen(LAST.next(3).ends_at):
        editions.correct_now(FIRST, reason="补登")
    assert ClosedWeek.objects.published().of_week(FIRST).count() == 2
