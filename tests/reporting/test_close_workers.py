"""Two Celery workers share the provinces of a week; the hash is that of one process."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.once, pytest.mark.xdist_group("portal")]
N_UNITS, N_PROVINCES = 1200, 12
WEEK = "2026-W41"
HERE = f"from reporting.operations import weekly; from orgs.kernel.clock import Week; print(weekly.close_week(Week.parse('{WEEK}')).content_hash)"
AGAIN = (
    "from django.db import connection; from orgs.kernel import triggers; from reporting.models import ClosedWeek, WeekUnit\n"
    "with triggers.without_triggers(connection): WeekUnit.objects.all().delete(); ClosedWeek.objects.all().delete()"
)


def manage(portal, *arguments: str) -> str:
    done = portal.manage(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def jobs(portal):
    return json.loads(manage(portal, "job", "list", "--all", "--json").splitlines()[-1])["jobs"]


def test_two_workers_share_the_provinces_and_publish_one_week(running_portal):
    portal = running_portal
    manage(portal, "shell", "-c", f"from tests.reporting.many_provinces import build; build({N_UNITS})")
    whole = manage(portal, "shell", "-c", HERE).splitlines()[-1]
    manage(portal, "shell", "-c", AGAIN)
    manage(portal, "close_week", WEEK, "--enqueue")
    key = f"close-week-{WEEK}-e1"
    assert portal.supervisor.wait_until(
        lambda: {j["key"]: j["state"] for j in jobs(portal)}.get(key) == "done"
    )
    parts = [each for each in jobs(portal) if each["key"].startswith(f"{key}-")]
    assert len(parts) == N_PROVINCES
    assert {each["state"] for each in parts} == {"done"}
    assert len({each["worker"] for each in parts}) > 1
    assert json.loads(manage(portal, "close_week", WEEK, "--json").splitlines()[-1])["hash"] == whole
