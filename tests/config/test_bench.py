"""The benchmarks still run and say what they measured; whether a bar is met is a matter of full sizes and a quiet machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

FIGURES = {
    "tree_load": {"rows", "read_seconds", "load_seconds", "check_seconds", "plain_seconds", "ratio"},
    "rollup": {"nodes", "ratio", "place", "collect", "streaks", "levels", "close", "plain"},
}


@pytest.mark.parametrize(("name", "size"), [("tree_load", 20_000), ("rollup", 5_000)])
def test_a_benchmark_prints_its_figures(tmp_path, name, size):
    strange = ("DATABASE_", "TEST_", "REDIS_", "CELERY_", "PYTEST_", "DJANGO_")
    own = {key: value for key, value in os.environ.items() if not key.startswith(strange)}
    own |= {"DEBUG": "1", "NO_BOOTSTRAP": "1", "DATA_DIR": str(tmp_path), "REDIS_URL": ""}
    own["DATABASE_URL"] = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    command = [sys.executable, "manage.py", "bench", name, "--size", str(size), "--json"]
    root = Path(settings.BASE_DIR)
    run = subprocess.run(command, cwd=root, env=own, capture_output=True, text=True, check=False)
    assert run.returncode in {0, 1}, run.stderr  # 1: a bar is missed
    answer = json.loads(run.stdout)
    assert (answer["bench"], answer["engine"]) == (name, "sqlite")
    assert set(answer["figures"]) == FIGURES[name]
    assert all(figure >= 0 for figure in answer["figures"].values())
