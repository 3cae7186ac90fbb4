"""SIGKILL at any point of the close, workers and beats at the same time, no broker: one hash, nothing half-published (C5)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import environ
import pytest
from celery import current_app
from django.conf import settings as real_settings
from django.db import connection, connections

from orgs.choices import JobState
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import ledger
from reporting import tasks
from reporting.choices import WeekState
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import editions, weekly
from tests.reporting.forest import RandomForest
from tests.reporting.test_close_repeated import forget

WEEK = Week(2026, 46)
KILLS = 20
ENVIRON = environ.Env.ENVIRON

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def forest(transactional_world, settings):
    settings.CLOSE_IN_PARTS_FROM = 1
    RandomForest(WEEK, 21, n_units=60).build()


class Counter:
    """Counts the statements of a connection and kills the process before the one it is told to."""

    def __init__(self, deadly: int = 0) -> None:
        self.n, self.deadly = 0, deadly

    def __call__(self, execute, sql, params, many, context) -> object:
        self.n += 1
        if self.n == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def start(work):
    """The work in a process of its own, with its own connection; returns the process id."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def wait(pid):
    return os.waitpid(pid, 0)[1]


def killed_before(statement, work):
    def doomed():
        with connection.execute_wrapper(Counter(statement)):
            work()

    return os.WIFSIGNALED(wait(start(doomed)))


def beat_and_workers():
    """Ten minutes later beat finds what nobody works on any more, and workers do what is queued."""
    with clock.frozen(clock.now() + ledger.LOST_AFTER + timedelta(seconds=1)):
        weekly.enqueue_close(WEEK)
        ledger.requeue_lost_jobs()
        for job in Job.objects.filter(state=JobState.QUEUED).order_by("-pk"):
            current_app.tasks[job.task](job_id=job.pk)


def close_in_a_job():
    weekly.close_in_job(weekly.enqueue_close(WEEK).pk)


def published():
    """(hash, units) of the only edition, whose rows are all there."""
    header = ClosedWeek.objects.of_week(WEEK).get()
    assert header.state == WeekState.CLOSED
    assert WeekUnit.objects.count() == header.n_units
    return header.content_hash, header.n_units


def forget_all():
    forget(WEEK)
    Job.objects.all().delete()


def test_killed_at_any_of_twenty_points_and_repeated_gives_the_same_hash(forest):
    counter = Counter()
    with connection.execute_wrapper(counter):
        close_in_a_job()
    whole = published()
    n_killed = 0
    for point in range(KILLS):
        forget_all()
        deadly = 1 + point * counter.n // KILLS
        n_killed += killed_before(deadly, close_in_a_job)
        assert not ClosedWeek.objects.published().of_week(WEEK).exists() or published() == whole
        beat_and_workers()
        assert published() == whole, f"killed before statement {deadly} of {counter.n}"
        assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}
    assert n_killed >= KILLS - 1


def test_a_correction_killed_in_the_middle_leaves_the_old_edition_to_its_readers(forest):
    close_in_a_job()
    first = published()
    job = editions.correct_week(WEEK, reason="补登抽查", by=None)
    counted = 60
    assert killed_before(counted, lambda: weekly.close_in_job(job.pk))
    assert ClosedWeek.objects.newest_editions().get(number=WEEK.number).edition == 1
    beat_and_workers()
    old, new = ClosedWeek.objects.published().of_week(WEEK).order_by("edition")
    assert (old.content_hash, old.n_units) == first
    assert WeekUnit.objects.filter(week=new).count() == new.n_units


@pytest.mark.parametrize("n", [1, pytest.param(20, marks=pytest.mark.long)])
def test_two_beats_and_four_workers_at_once_publish_one_week(forest, n):
    close_in_a_job()
    whole = published()
    for _try in range(n):
        forget_all()
        begun = [start(close_in_a_job) for _beat in range(2)] + [start(_parts) for _worker in range(4)]
        assert [wait(pid) for pid in begun] == [0] * 6
        beat_and_workers()
        assert published() == whole
        assert ClosedWeek.objects.of_week(WEEK).count() == 1


def _parts():
    """A worker: it takes what parts it can get until the week is closed."""
    for _look in range(5000):
        if ClosedWeek.objects.published().of_week(WEEK).exists():
            return
        for job in Job.objects.filter(task="reporting.close_part", state=JobState.QUEUED):
            tasks.close_part(job.pk)


@pytest.mark.servers
@pytest.mark.once
def test_without_a_broker_the_job_waits_in_its_row_until_there_is_one(transactional_world):
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    nobody_listens = {"TEST_DATABASE_URL": url, "TEST_REDIS_URL": "redis://127.0.0.1:9/0"}
    told = subprocess.run(
        [sys.executable, "manage.py", "close_week", str(WEEK), "--enqueue", "--json"],
        cwd=real_settings.BASE_DIR,
        env=dict(ENVIRON) | nobody_listens | {"DJANGO_SETTINGS_MODULE": "config.settings_test"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert '"state": "queued"' in told.stdout, told.stderr
    assert not ClosedWeek.objects.of_week(WEEK).exists()
    assert ledger.requeue_lost_jobs() == 1
    tasks.close_week(Job.objects.get().pk)
    assert ClosedWeek.objects.of_week(WEEK).get().state == WeekState.CLOSED
