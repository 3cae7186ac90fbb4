"""Workers of their own processes take the weeks from both ends: they are published from the oldest on (R5)."""

from __future__ import annotations

import pytest

from orgs.choices import JobState
from orgs.kernel.clock import Week
from orgs.models import Job
from reporting import tasks
from reporting.models import ClosedWeek
from reporting.operations import weekly
from tests.reporting.closed_weeks import report
from tests.reporting.test_close_killed import start, wait

N_WEEKS = 4
LAST = Week(2026, 46)

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def take(order):
    """A worker: it takes the waiting jobs in this order until all weeks are closed."""

    def work():
        for _look in range(2000):
            waiting = Job.objects.filter(state=JobState.QUEUED).order_by(order)
            for job in waiting:
                tasks.close_week(job.pk)
            if ClosedWeek.objects.published().count() == N_WEEKS:
                return

    return work


def test_two_workers_from_both_ends_publish_the_weeks_in_order(transactional_world):
    report(transactional_world, "hnu-law-1201", 40, week=LAST.previous(N_WEEKS - 1))
    weekly.enqueue_due_weeks()
    assert [wait(pid) for pid in [start(take("pk")), start(take("-pk")), start(take("-pk"))]] == [0, 0, 0]
    closed = list(ClosedWeek.objects.published().order_by("closed_at"))
    assert [each.week for each in closed] == [LAST.previous(n) for n in reversed(range(N_WEEKS))]
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}
