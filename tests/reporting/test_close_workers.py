"""Two Celery workers share the provinces of a week; the hash is that of one process."""

from __future__ import annotations

import contextlib
import json

import psycopg2
import pytest

pytestmark = [pytest.mark.servers, pytest.mark.once, pytest.mark.xdist_group("portal")]
N_UNITS, N_PROVINCES = 1200, 12
WEEK = "2026-W41"
# A made-up nation, its week closed by one process, and taken away again.
ALONE = f"""
from django.db import connection
from orgs.kernel import triggers
from orgs.kernel.clock import Week
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import weekly
from tests.reporting.many_provinces import build
build({N_UNITS})
print(weekly.close_week(Week.parse('{WEEK}')).content_hash)
with triggers.without_triggers(connection):
    WeekUnit.objects.all().delete()
    ClosedWeek.objects.all().delete()
"""


def manage(portal, *arguments: str) -> str:
    done = portal.manage(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def state_of(key, connection):
    """Of one job; asked by a statement, as a command started for each look takes the processors from the workers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM orgs_job WHERE key = %s", [key])
        found = cursor.fetchone()
    return found and found[0]


def jobs(portal):
    return json.loads(manage(portal, "job", "list", "--all", "--json").splitlines()[-1])["jobs"]


def test_two_workers_share_the_provinces_and_publish_one_week(running_portal):
    portal = running_portal
    whole = manage(portal, "shell", "-c", ALONE).splitlines()[-1]
    manage(portal, "close_week", WEEK, "--enqueue")
    key = f"close-week-{WEEK}-e1"
    with contextlib.closing(psycopg2.connect(portal.environment["DATABASE_URL"])) as connection:
        connection.autocommit = True
        assert portal.supervisor.wait_until(lambda: state_of(key, connection) == "done")
    parts = [each for each in jobs(portal) if each["key"].startswith(f"{key}-")]
    assert len(parts) == N_PROVINCES
    assert {each["state"] for each in parts} == {"done"}
    assert len({each["worker"] for each in parts}) > 1
    assert json.loads(manage(portal, "close_week", WEEK, "--json").splitlines()[-1])["hash"] == whole
