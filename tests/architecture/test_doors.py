"""One door per change, one place for scope; each check finds nothing here and something in a spoilt copy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture import doors
from tests.architecture.matrix import MATRIX
from tests.architecture.url_names import all_names

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
CHECKS = [
    doors.writes_outside_operations,
    doors.unscoped_reads_in_views,
    doors.receivers,
    doors.long_tasks,
    doors.environment_reads,
    doors.formatted_translations,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_goes_past_a_door(check):
    assert check(ROOT) == []


def test_imports_point_downward_only():
    assert linted(ROOT).returncode == 0, linted(ROOT).stdout


def linted(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the source that a test may spoil; with what was compiled of it, which holds until a file is spoilt."""
    for name in (*doors.APPS, "config"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def spoil(copy: Path, name: str, pattern: str, replacement: str) -> None:
    path = copy / name
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1)
    assert count == 1, f"nothing to spoil in {name}"
    path.write_text(text, encoding="utf-8")


def test_a_view_whose_scope_is_replaced_turns_the_suite_red(copy):
    spoil(copy, "orgs/views/people.py", r"\.actionable_by\(request\.user, MANAGE_PEOPLE\)", ".all()")
    assert doors.unscoped_reads_in_views(copy)


def test_a_save_in_a_view_turns_the_suite_red(copy):
    spoil(
        copy,
        "orgs/views/people.py",
        r"    people\.end_appointment\(",
        "    appointment.save()\n            people.end_appointment(",
    )
    assert doors.writes_outside_operations(copy)


def append_import(copy: Path, name: str, line: str) -> None:
    path = copy / name
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")


MUTATIONS: list[tuple[str, str]] = [
    ("accounts/operations/review.py", "from accounts import tasks"),
    ("orgs/operations/people.py", "from reporting import figures"),
]


@pytest.mark.parametrize(
    ("name", "line"), MUTATIONS, ids=["tasks imported from operations", "reporting imported from orgs"]
)
def test_an_import_that_points_upward_turns_the_suite_red(copy, name, line):
    append_import(copy, name, line)
    assert linted(copy).returncode != 0


def test_every_url_has_a_row_in_the_matrix():
    assert all_names() == set(MATRIX)


ROW_TEST = "tests/architecture/test_doors.py::test_every_url_has_a_row_in_the_matrix"
NEW_URL = (
    "orgs/urls.py",
    r"\[\*people_patterns",
    '[path("unguarded/", people.list_people, name="list-unguarded"), *people_patterns',
)
LOST_ROW = ("tests/architecture/matrix.py", r'(?m)^    "orgs:list-people":.*\n', "")


@pytest.mark.parametrize(
    ("mutation", "named"),
    [(None, ""), (NEW_URL, "orgs:list-unguarded"), (LOST_ROW, "orgs:list-people")],
    ids=["nothing spoilt", "a new URL without a row", "a row lost"],
)
def test_a_url_missing_from_the_matrix_turns_the_suite_red(copy, mutation, named):
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("samples"))
    if mutation is not None:
        spoil(copy, *mutation)
    # The copy's own suite, in a process of its own: this one has imported the real URLs.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", ROW_TEST]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TEST_"))}
    run = subprocess.run(command, cwd=copy, env=own, capture_output=True, text=True, check=False)
    assert run.returncode == (0 if mutation is None else 1), run.stdout + run.stderr
    assert named in run.stdout
