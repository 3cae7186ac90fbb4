"""Background jobs as people handle them: list, retry, cancel."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from orgs.choices import JobState
from orgs.exceptions import JobLost, NotAllowed, OrgsError
from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from orgs.operations import jobs, ledger

TASK = "orgs.send_mails"

pytestmark = pytest.mark.django_db


def command(*arguments):
    out = StringIO()
    call_command("job", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def job(world):
    return ledger.add(TASK, key="demo")


def test_the_list_says_what_is_not_done(job):
    ledger.finish_job(ledger.claim_job(ledger.add(TASK, key="done").pk))
    [told] = json.loads(command("list", "--json"))["jobs"]
    assert (told["id"], told["key"], told["state"], told["attempts"]) == (job.pk, "demo", "queued", 0)
    assert {each["key"] for each in json.loads(command("list", "--all", "--json"))["jobs"]} == {
        "demo",
        "done",
    }
    assert "demo" in command("list")


def test_a_cancelled_job_is_taken_by_nobody_until_it_is_retried(job):
    command("cancel", "demo")
    with pytest.raises(JobLost):
        ledger.claim_job(job.pk)
    assert ledger.enqueue(TASK, key="demo").state == JobState.CANCELLED
    command("retry", str(job.pk))
    assert ledger.claim_job(job.pk).attempts == 1
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"job.cancelled", "job.retried"}


def test_who_works_on_a_cancelled_job_loses_it_at_the_next_step(job):
    claimed = ledger.claim_job(job.pk)
    jobs.cancel_job(job)
    with pytest.raises(JobLost):
        ledger.progress(claimed, 1, 2)


@pytest.mark.parametrize("end", [ledger.finish_job, lambda job: ledger.fail_job(job, "OperationalError")])
def test_a_cancelled_job_does_not_come_back_when_its_worker_ends(job, end):
    claimed = ledger.claim_job(job.pk)
    jobs.cancel_job(job)
    end(claimed)
    job.refresh_from_db()
    assert (job.state, job.error, job.result) == (JobState.CANCELLED, "", {})


def test_parts_are_settled_with_the_whole(job):
    parts = [ledger.add(TASK, key=f"demo-{n}", part_of=job.pk) for n in range(3)]
    other = ledger.add(TASK, key="other-1", part_of=parts[0].pk)
    whole = ledger.claim_job(job.pk)
    ledger.fail_job(ledger.claim_job(parts[0].pk), "TreeBroken")
    at_work = ledger.claim_job(parts[1].pk)
    ledger.finish_job(whole)
    with pytest.raises(JobLost):
        ledger.progress(at_work, 1, 2)
    ledger.fail_job(at_work, "IntegrityError")
    [left] = json.loads(command("list", "--json"))["jobs"]
    assert left["id"] == other.pk
    assert set(Job.objects.exclude(pk=other.pk).values_list("state", "error")) == {(JobState.DONE, "")}


def test_a_failed_job_and_one_that_fell_silent_are_retried_a_healthy_one_is_not(job):
    ledger.fail_job(ledger.claim_job(job.pk), "OperationalError")
    assert jobs.retry_job(job).state == JobState.QUEUED
    ledger.claim_job(job.pk)
    with pytest.raises(OrgsError, match="正在进行"):
        jobs.retry_job(job)
    with clock.frozen(clock.now() + ledger.LOST_AFTER + timedelta(seconds=1)):
        assert jobs.retry_job(job).state == JobState.QUEUED


def test_what_is_done_stays_done(job):
    ledger.finish_job(ledger.claim_job(job.pk), {"n": 1})
    for act in ("retry", "cancel"):
        with pytest.raises(CommandError):
            command(act, "demo")
    assert Job.objects.get().result == {"n": 1}


def test_parts_go_with_the_whole(job):
    part = ledger.add(TASK, key="demo-1", part_of=job.pk)
    done = ledger.add(TASK, key="demo-2", part_of=job.pk)
    ledger.finish_job(ledger.claim_job(done.pk))
    jobs.cancel_job(part)
    states = dict(Job.objects.values_list("key", "state"))
    assert states == {"demo": JobState.CANCELLED, "demo-1": JobState.CANCELLED, "demo-2": JobState.DONE}
    jobs.retry_job(part)
    states = dict(Job.objects.values_list("key", "state"))
    assert states == {"demo": JobState.QUEUED, "demo-1": JobState.QUEUED, "demo-2": JobState.DONE}


def test_only_who_manages_jobs_may(job, cast):
    with pytest.raises(NotAllowed):
        jobs.cancel_job(job, by=cast["province"])
    assert jobs.cancel_job(job, by=cast["sysadmin"]).state == JobState.CANCELLED


def test_an_unknown_job_is_named_as_such(world):
    with pytest.raises(CommandError, match="没有这个任务"):
        command("retry", "nothing")
