"""Two Celery workers share the provinces of a week; the hash is that of one process."""

from __future__ import annotations

import json

import environ
import pytest

from tests.config import processes

pytestmark = [pytest.mark.servers, pytest.mark.once]
N_UNITS, N_PROVINCES = 1200, 12
WEEK = "2026-W41"
HERE = f"from reporting.operations import weekly; from orgs.kernel.clock import Week; print(weekly.close_week(Week.parse('{WEEK}')).content_hash)"
AGAIN = (
    "from django.db import connection; from orgs.kernel import triggers; from reporting.models import ClosedWeek, WeekUnit\n"
    "with triggers.without_triggers(connection): WeekUnit.objects.all().delete(); ClosedWeek.objects.all().delete()"
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """Web, two workers and beat on PostgreSQL and Redis, which split every forest."""
    if not environ.Env().str("TEST_DATABASE_URL", default="").startswith("postgres"):
        pytest.skip("needs PostgreSQL: run python3 manage.py test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOSE_IN_PARTS_FROM", "1")
        with processes.portal(tmp_path_factory.mktemp("portal")) as running:
            yield running


def manage(portal, *arguments: str) -> str:
    done = portal.manage(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def jobs(portal):
    return json.loads(manage(portal, "job", "list", "--all", "--json").splitlines()[-1])["jobs"]


def test_two_workers_share_the_provinces_and_publish_one_week(portal):
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
