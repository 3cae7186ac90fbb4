"""Eight processes edit the tree at once (reliability C2): nothing is torn, nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from tests.config.processes import migrated_database

WRITERS = 8
PATIENCE = 540
WRITER = ("-m", "tests.orgs.race_writer")


@pytest.fixture
def race_environment(db, tmp_path):
    """The environment of processes that work on a migrated scratch database of the engine under test."""
    if connection.vendor == "sqlite":
        environment = _environment(f"sqlite:///{tmp_path / 'race.sqlite3'}")
        _run(environment, "manage.py", "migrate", "-v0")
        yield environment
        return
    with migrated_database("race") as url:
        yield _environment(url)


def _environment(url: str) -> dict[str, str]:
    return {
        **os.environ,
        "TEST_DATABASE_URL": url,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "NO_BOOTSTRAP": "1",
    }


def _start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(environment: dict[str, str], *arguments: str, question: object = None) -> object:
    process = _start(environment, *arguments)
    out, err = process.communicate(json.dumps(question), timeout=PATIENCE)
    assert process.returncode == 0, err[-2000:]
    return json.loads(out) if out.startswith("{") else None


def _write(environment: dict[str, str], seed: int, n: int, percent: int) -> tuple[list[dict], int]:
    """What a writer tells of its edits, and how often it was killed and begun anew, under another seed, where it was."""
    told: list[dict] = []
    n_killed = 0
    while len(told) + n_killed < n:
        rest = n - len(told) - n_killed
        process = _start(environment, *WRITER, "write", str(seed + 100 * n_killed), str(rest), str(percent))
        out, err = process.communicate(timeout=PATIENCE)
        told += [json.loads(line) for line in out.splitlines()]
        if process.returncode:
            assert process.returncode == -signal.SIGKILL, err[-2000:]
            n_killed += 1
    return told, n_killed


@pytest.mark.race
@pytest.mark.parametrize(
    ("edits", "percent"),
    [(40, 0), pytest.param(500, 2, marks=pytest.mark.long)],
    ids=["40", "500 with kills"],
)
def test_eight_processes_tear_nothing_and_lose_nothing(race_environment, edits, percent):
    _run(race_environment, *WRITER, "prepare")
    with ThreadPoolExecutor(WRITERS) as crowd:
        seeds = range(1, WRITERS + 1)
        answers = list(crowd.map(lambda seed: _write(race_environment, seed, edits, percent), seeds))
    told = [line for lines, _killed in answers for line in lines]
    n_killed = sum(killed for _lines, killed in answers)
    journal = [line["edit"] for line in told if "edit" in line]
    verdict = _run(race_environment, *WRITER, "judge", question=journal)
    assert [line["error"] for line in told if "error" in line] == []
    assert (verdict["wrong"], verdict["faults"], verdict["lost"]) == ([], {}, [])
    assert len(told) + n_killed == WRITERS * edits
    assert len(journal) > WRITERS * edits // 2
    assert bool(n_killed) is bool(percent)
