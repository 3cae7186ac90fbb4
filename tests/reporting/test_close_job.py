"""The job row of a close tells the truth: alive while parts are computed, done with the publication, never stopped after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.choices import JobState
from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import jobs, ledger
from reporting import rollup
from reporting.models import ClosedWeek
from reporting.operations import closing, parts, weekly

WEEK = Week(2026, 46)

pytestmark = pytest.mark.django_db


def running():
    return ledger.claim_job(weekly.enqueue_close(WEEK).pk)


def test_the_whole_lives_while_this_process_computes_a_part(world):
    job = running()
    header = ClosedWeek.objects.create(year=2026, number=46, starts_on=WEEK.starts_on)
    [tree, *_others] = rollup.split(rollup.Moment(WEEK))
    part = parts._enqueue(header, tree.root_id, job)
    later = clock.now() + ledger.LOST_AFTER + timedelta(minutes=1)
    with clock.frozen(later):
        ledger.run(part.pk, lambda each: parts._close_part(each, whole=job))
        assert Job.objects.get(pk=job.pk).heartbeat_at == later
        assert ledger.requeue_lost_jobs() == 0
    assert Job.objects.get(pk=part.pk).state == JobState.DONE


def test_a_part_is_finished_though_the_whole_was_taken_over(world):
    """What is computed is good for whoever has the whole now."""
    job = running()
    header = ClosedWeek.objects.create(year=2026, number=46, starts_on=WEEK.starts_on)
    [tree, *_others] = rollup.split(rollup.Moment(WEEK))
    part = parts._enqueue(header, tree.root_id, job)
    Job.objects.filter(pk=job.pk).update(attempts=job.attempts + 1)
    before = Job.objects.get(pk=job.pk).heartbeat_at
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        ledger.run(part.pk, lambda each: parts._close_part(each, whole=job))
    assert Job.objects.get(pk=part.pk).state == JobState.DONE
    assert Job.objects.get(pk=job.pk).heartbeat_at == before


@pytest.mark.parametrize("is_in_parts", [False, True])
def test_the_job_is_done_with_the_publication_and_cannot_be_called_off_after_it(world, is_in_parts):
    """A cancel that comes between the publication and the end of the job finds it done."""
    job = running()
    header = weekly._header(WEEK)
    if is_in_parts:
        parts.close_in_parts(header, rollup.split(rollup.Moment(WEEK)), by=None, job=job)
    else:
        closing.close_here(header, by=None, job=job)
    # The publication is over, `ledger.run` has not ended the job yet.
    with pytest.raises(OrgsError, match="已经完成，不能取消"):
        jobs.cancel_job(Job.objects.get(pk=job.pk))
    told = Job.objects.get(pk=job.pk)
    assert told.state == JobState.DONE
    assert told.result["hash"] == ClosedWeek.objects.get().content_hash


def test_a_close_called_off_before_the_publication_publishes_nothing(world):
    job = running()
    jobs.cancel_job(job)
    assert weekly.close_in_job(job.pk) is None
    assert not ClosedWeek.objects.published().exists()
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
