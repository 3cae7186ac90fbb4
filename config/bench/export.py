"""The annex and its sheet 明细 of many rows against tablib's workbook of the same rows: time, and memory beyond that of an idle process.

Each measurement runs in a process of its own: the writer's memory is not Python's, so only the process tells it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import tablib

from accounts.excel import collection_form_large
from accounts.excel.collection_form import Annex, AnnexRow, AnnexUnit
from accounts.excel.columns import COLUMNS
from config.bench import Figure, peak_mib, stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.bench import Result

MEMORY_BAR, SAME_MEMORY_BAR, TIME_BAR = 30.0, 5.0, 0.2  # MiB, MiB, ratio
SMALL_SHARE = 5  # 20,000 rows beside 100,000
ROOT = Path(__file__).resolve().parents[2]


def sizes(size: int) -> tuple[int, ...]:
    """A fifth of the rows first, so that the two tell whether memory grows."""
    return (max(1, size // SMALL_SHARE), size)


def run(size: int) -> list[Figure]:
    """The time against tablib's, and the memory beyond that of the process before."""
    ours, other = _measured("ours", size), _measured("tablib", size)
    return [
        Figure("seconds", ours["seconds"]),
        Figure("floor_seconds", other["seconds"]),
        Figure("ratio", ours["seconds"] / other["seconds"], TIME_BAR),
        Figure("extra_mib", ours["extra_mib"], MEMORY_BAR),
        Figure("peak_mib", ours["peak_mib"]),
        Figure("floor_extra_mib", other["extra_mib"]),
    ]


def summary(results: list[Result]) -> list[Figure]:
    """How much more memory the larger file takes."""
    small, large = (float(str(result["extra_mib"])) for result in (results[0], results[-1]))
    return [Figure("growth_mib", large - small, SAME_MEMORY_BAR)]


def rows(n: int) -> Iterator[AnnexRow]:
    """Made-up rows of the annex, as they come from the database one by one."""
    for at in range(n):
        cells: dict[str, str | int | None] = {column.code: f"{column.code}_{at}" for column in COLUMNS}
        cells |= {"groups": at % 5, "contacts": at % 60, "admin_mobile": f"138****{at % 10_000:04d}"}
        yield AnnexRow(cells, unit=AnnexUnit(f"46-U01-{at:06d}", "海南大学团委/法学院团委", status="已通过"))


def _measured(what: str, n: int) -> dict[str, float]:
    script = f"import config.bench.export as bench; bench.measure({what!r}, {n})"
    command = [sys.executable, "-c", f"import django; django.setup(); {script}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(what: str, n: int) -> None:
    """In a process of its own: prints seconds and MiB beyond what the process had before."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        target = str(Path(folder) / "a.xlsx")
        (_ours if what == "ours" else _tablib)(target, 200)  # what is read once is no part of it
        peak_mib(anew=True)
        before = peak_mib()
        with stopwatch() as watch:
            (_ours if what == "ours" else _tablib)(target, n)
        peak = peak_mib()
        found = {"seconds": watch.seconds, "peak_mib": peak, "extra_mib": peak - before}
        sys.stdout.write(json.dumps(found) + "\n")


def _ours(target: str, n: int) -> None:
    collection_form_large.write(target, Annex("海南大学团委"), rows(n))


def _tablib(target: str, n: int) -> None:
    """The same columns, as django-import-export hands them to tablib."""
    found = tablib.Dataset(headers=["path", "status", "code", *(column.code for column in COLUMNS)])
    for each in rows(n):
        unit = each.unit
        named = [unit.path, unit.status, unit.code] if unit else ["", "", ""]
        found.append([*named, *each.cells.values()])
    Path(target).write_bytes(found.export("xlsx"))
