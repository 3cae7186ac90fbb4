"""Eight processes edit the tree at once (reliability C2): nothing is torn, nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

WRITERS, EDITS = 8, 200
PATIENCE = 540


@pytest.fixture
def race_environment(db, tmp_path):
    """The environment of processes that work on a migrated scratch database of the engine under test."""
    if connection.vendor == "sqlite":
        yield _environment(f"sqlite:///{tmp_path / 'race.sqlite3'}")
        return
    name = f"race_{connection.settings_dict['NAME']}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    found = connection.settings_dict
    login = f"{found['USER']}:{found['PASSWORD']}" if found["PASSWORD"] else found["USER"]
    yield _environment(f"postgres://{login}@{found['HOST']}:{found['PORT'] or 5432}/{name}")
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


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


def _answer(process: subprocess.Popen[str], question: object = None) -> object:
    out, err = process.communicate(json.dumps(question), timeout=PATIENCE)
    assert process.returncode == 0, err[-2000:]
    return json.loads(out) if out.startswith("{") else None


def _run(environment: dict[str, str], *arguments: str, question: object = None) -> object:
    return _answer(_start(environment, *arguments), question)


@pytest.mark.race
def test_eight_processes_tear_nothing_and_lose_nothing(race_environment):
    writer = ("-m", "tests.orgs.race_writer")
    _run(race_environment, "manage.py", "migrate", "-v0")
    _run(race_environment, *writer, "prepare")
    processes = [
        _start(race_environment, *writer, "write", str(seed), str(EDITS)) for seed in range(1, WRITERS + 1)
    ]
    answers = [_answer(process) for process in processes]
    journal = [entry for answer in answers for entry in answer["journal"]]
    verdict = _run(race_environment, *writer, "judge", question=journal)
    assert [error for answer in answers for error in answer["errors"]] == []
    assert (verdict["wrong"], verdict["faults"], verdict["lost"]) == ([], {}, [])
    assert len(journal) + sum(answer["refused"] for answer in answers) == WRITERS * EDITS
    assert len(journal) > WRITERS * EDITS // 2
