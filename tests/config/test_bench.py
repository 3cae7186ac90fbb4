"""The benchmarks still run and say what they measured; whether a bar is met is a matter of full sizes and a quiet machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.bench import erasure, migrations, pages, rollup
from config.integrity import CHECKS

pytestmark = pytest.mark.once

STEPS = {f"{step}_seconds" for step in ("place", "collect", "streaks", "persons", "levels", "plain")}
FIGURES = {
    "tree_load": {
        "rows",
        "read_seconds",
        "load_seconds",
        "check_seconds",
        "plain_seconds",
        "ratio",
        "peak_mib",
    },
    "rollup": {"seconds", "floor_seconds", "ratio", "peak_mib", "peak_before_mib", "bytes_per_week", *STEPS},
    "close_workers": {"units", "provinces", "whole_seconds", "one_worker_seconds"},
    "campaign": {
        "close_seconds",
        "seconds",
        "again_seconds",
        "ratio",
        "ratio_again",
        "judgements",
        "tallies",
        "peak_mib",
        "peak_before_mib",
    },
    "pages": {"page", "statements", "p50_ms", "p95_ms", "slowest_ms"},
}
SUMMARY = {
    "tree_load": set(),
    "rollup": {"exponent"},
    "campaign": set(),
    "close_workers": set(),
    "pages": {"most_statements", "statements_differ", "ratios"},
}


def bench(folder, *arguments):
    """The command in a process of its own with no database of ours; what it printed last, and its exit code."""
    strange = ("DATABASE_", "TEST_", "REDIS_", "CELERY_", "PYTEST_", "DJANGO_")
    own = {key: value for key, value in os.environ.items() if not key.startswith(strange)}
    own |= {"DEBUG": "1", "NO_BOOTSTRAP": "1", "DATA_DIR": str(folder), "REDIS_URL": ""}
    own["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
    command = [sys.executable, "manage.py", "bench", *arguments, "--json"]
    root = Path(settings.BASE_DIR)
    run = subprocess.run(command, cwd=root, env=own, capture_output=True, text=True, check=False)
    assert run.returncode in {0, 1}, run.stderr  # 1: a bar is missed
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("tree_load", 5_000),
        ("rollup", 1_000),
        ("campaign", 500),
        pytest.param("close_workers", 400, marks=pytest.mark.long),
        # What a page takes is asserted by test_query_counts.py every day.
        pytest.param("pages", 400, marks=pytest.mark.long),
    ],
)
def test_a_benchmark_prints_its_figures(tmp_path, name, size):
    answer = bench(tmp_path, name, "--nodes", str(size), "--engine", "sqlite")
    assert answer["bench"] == name
    assert answer.keys() == {"bench", "results"} | SUMMARY[name]
    for result in answer["results"]:
        assert result["engine"] == "sqlite"
        assert result.keys() == {"engine", "nodes"} | FIGURES[name]
        assert all(figure >= 0 for figure in result.values() if not isinstance(figure, str))
    assert answer["results"][-1]["nodes"] == size
    if name == "pages":
        assert answer["most_statements"] <= pages.STATEMENTS_BAR
        assert not any(answer["statements_differ"].values())


# The nation's counties alone are 57,000 units, so that these are never small.
@pytest.mark.long
@pytest.mark.parametrize("name", ["checks", "erasure", "migrations"])
def test_what_is_measured_on_a_nation_says_so(tmp_path, name):
    results = bench(tmp_path, name, "--nodes", "400", "--engine", "sqlite")["results"]
    if name == "migrations":
        assert [result["step"].partition(".")[0] for result in results] == list(migrations.APPS)
        assert all(result["is_reversible"] == 1 and result["forward_seconds"] > 0 for result in results)
        return
    (result,) = results
    assert result["seconds"] > 0
    assert result["peak_mib"] >= result["peak_before_mib"]
    if name == "checks":
        assert result["checks"] == len(CHECKS)
    else:
        assert result["rows"] > erasure.FORMS
        assert result["locked_seconds"] < result["seconds"]


def test_a_year_of_sheets_is_written_whole(tmp_path):
    answer = bench(tmp_path, "sheet_files", "--size", "10", "--engine", "sqlite")
    assert answer.keys() == {"bench", "results", "growth_mib", "exponent"}
    assert [(result["sheets"], result["written"]) for result in answer["results"]] == [(2, 2), (10, 10)]
    assert all(result["zip_mib"] > 0 for result in answer["results"])


@pytest.mark.long
@pytest.mark.servers
def test_a_small_deadline_evening_loses_nothing(tmp_path):
    few, more = bench(tmp_path, "deadline", "--nodes", "2", "--engine", "sqlite")["results"]
    assert (few["secretaries"], more["secretaries"]) == (1, 2)
    for result in (few, more):
        assert not result["lost"] + result["doubled"] + result["without_receipt"] + result["refused"]


def test_the_exponent_tells_how_a_close_grows():
    results = [{"nodes": 1_000, "seconds": 2.0}, {"nodes": 4_000, "seconds": 8.0}]
    assert [figure.value for figure in rollup.summary(results)] == [1.0]
    results[1]["seconds"] = 32.0
    assert [(figure.value, figure.is_met) for figure in rollup.summary(results)] == [(2.0, False)]


def test_fewer_statements_in_a_larger_tree_are_no_fault():
    results = [{"page": "search t", "statements": n, "p95_ms": 1.0} for n in (8, 6)]
    (differ,) = [each for each in pages.summary(results) if each.name == "statements_differ.search"]
    assert (differ.value, differ.is_met) == (0, True)


def test_the_worst_variant_of_a_page_decides():
    seen = [("weekly 10", 8, 10.0), ("weekly 100", 8, 20.0), ("weekly 10", 8, 15.0), ("weekly 100", 9, 50.0)]
    results = [{"page": page, "statements": n, "p95_ms": time} for page, n, time in seen]
    found = {figure.name: (figure.value, figure.is_met) for figure in pages.summary(results)}
    assert found == {
        "most_statements": (9, True),
        "statements_differ.weekly": (1, False),
        "ratios.weekly": (2.5, False),
    }
