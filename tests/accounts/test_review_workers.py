"""The chain by command with two worker processes: launch, import, colleges, university, package."""

from __future__ import annotations

import json

import environ
import pytest

from tests.config import processes

# The chain by commands approves with two workers every day.
pytestmark = [pytest.mark.servers, pytest.mark.long]
N_BRANCHES = 120
SECONDS = "240"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """Web, two workers and beat by the commands of docker-compose.yml, on PostgreSQL and Redis."""
    if not environ.Env().str("TEST_DATABASE_URL", default="").startswith("postgres"):
        pytest.skip("needs PostgreSQL: run python3 manage.py test")
    with processes.portal(tmp_path_factory.mktemp("portal")) as running:
        yield running


def manage(portal, *arguments: str) -> str:
    done = portal.manage(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_two_workers_share_the_approval_of_a_whole_university(portal, tmp_path):
    path = tmp_path / "all.xlsx"
    script = f"from tests.accounts import many_branches; many_branches.build({N_BRANCHES}, {str(path)!r})"
    manage(portal, "shell", "-c", script)
    launched = ("--unit", "p", "--deadline", "2099-12-31T18:00", "--kind", "class_branch")
    assert f"应填 {N_BRANCHES} 个" in manage(portal, "launch_round", *launched)
    imported = json.loads(manage(portal, "import_collection", str(path), "--unit", "p", "--json"))
    assert (imported["accepted"], imported["rejected"]) == (N_BRANCHES, [])
    workers = set()
    for below in (["--below"], []):
        said = manage(portal, "approve_clean", "--unit", "u", *below, "--wait", SECONDS, "--json")
        done = json.loads(said.splitlines()[-1])
        assert (done["approved"], done["skipped"]) == (N_BRANCHES, 0)
        assert done["done"] == done["jobs"] > 1
        workers.update(name.partition("/")[0] for name in done["workers"])
    assert {name.partition("@")[0] for name in workers} == set(processes.WORKERS)
    assert f"已通过 {N_BRANCHES}，未报 0" in manage(portal, "report_package", "--unit", "u")
