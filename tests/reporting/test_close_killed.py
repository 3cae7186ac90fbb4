"""SIGKILL during the close, then the close again: the same hash, one closed week, no orphan rows (C5)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys

import environ
import pytest
from django.conf import settings
from django.db import connection

from orgs.choices import JobState
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from reporting.choices import WeekState
from reporting.models import ClosedWeek, WeekUnit
from tests.reporting.registry import RandomRegistry
from tests.reporting.test_close_repeated import forget

WEEK = Week(2026, 46)
ENVIRON = environ.Env.ENVIRON

pytestmark = [pytest.mark.race, pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def registry(transactional_world):
    with clock.frozen(WEEK.ends_at):
        RandomRegistry(WEEK, 21, n_units=60).build()
    clock.shift_to(WEEK.next().starts_at.replace(hour=9))
    yield
    clock.reset()
    clock.forget_offset()


def start():
    """`close_week` in a process of its own, on the database of this test."""
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    return subprocess.Popen(
        [sys.executable, "manage.py", "close_week", str(WEEK), "--json"],
        cwd=settings.BASE_DIR,
        env=dict(ENVIRON) | {"TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings_test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def close():
    out, err = start().communicate(timeout=300)
    assert out, err
    return json.loads(out)


def kill_after_step(step):
    """Kill the process as soon as its job row says that this many steps are done; False if it was faster."""
    process = start()
    while process.poll() is None:
        if Job.objects.filter(key=f"close-week-{WEEK}", state=JobState.RUNNING, done__gte=step).exists():
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.002)
    process.communicate()
    return False


def test_killed_at_any_step_and_repeated_gives_the_same_hash(registry):
    whole = close()
    for step in (0, 2, 4):
        forget(WEEK)
        Job.objects.all().delete()
        kill_after_step(step)
        again = close()
        assert (again["hash"], again["n_units"]) == (whole["hash"], whole["n_units"])
        header = ClosedWeek.objects.get(year=WEEK.year, number=WEEK.number)
        assert header.state == WeekState.CLOSED
        assert WeekUnit.objects.count() == header.n_units
        assert Job.objects.get(key=f"close-week-{WEEK}").state == JobState.DONE


def test_closers_at_the_same_time_publish_one_week(registry):
    closers = [start() for _ in range(3)]
    for closer in closers:
        closer.communicate(timeout=300)
    header = ClosedWeek.objects.get()
    assert header.state == WeekState.CLOSED
    assert WeekUnit.objects.count() == header.n_units
    assert close()["hash"] == header.content_hash
