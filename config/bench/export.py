"""Sheet 明细 of many rows against tablib's workbook of the same rows: time, and memory beyond that of an idle process.

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

from accounts.excel.collection_form import COLUMNS, AnnexRow, AnnexUnit, write_detail
from config.bench import Figure, stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY_BAR, SAME_MEMORY_BAR, TIME_BAR = 30.0, 10.0, 0.2  # MiB, MiB, ratio
SMALL_SHARE = 5  # 20,000 rows beside 100,000
KIB = 1024
ROOT = Path(__file__).resolve().parents[2]


def run(size: int) -> list[Figure]:
    """Extra memory at a fifth of the rows and at all of them, and the time against tablib's."""
    small, large = _measured("ours", size // SMALL_SHARE), _measured("ours", size)
    other = _measured("tablib", size)
    return [
        Figure("rows", size),
        Figure("memory_small_mib", small["memory"], MEMORY_BAR),
        Figure("memory_mib", large["memory"], MEMORY_BAR),
        Figure("memory_growth_mib", large["memory"] - small["memory"], SAME_MEMORY_BAR),
        Figure("seconds", large["seconds"]),
        Figure("tablib_memory_mib", other["memory"]),
        Figure("tablib_seconds", other["seconds"]),
        Figure("ratio", large["seconds"] / other["seconds"], TIME_BAR),
    ]


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
        before = _peak(anew=True)
        with stopwatch() as watch:
            (_ours if what == "ours" else _tablib)(target, n)
        sys.stdout.write(json.dumps({"seconds": watch.seconds, "memory": _peak() - before}) + "\n")


def _ours(target: str, n: int) -> None:
    write_detail(target, rows(n))


def _tablib(target: str, n: int) -> None:
    """The same columns, as django-import-export hands them to tablib."""
    found = tablib.Dataset(headers=["path", "status", "code", *(column.code for column in COLUMNS)])
    for each in rows(n):
        unit = each.unit
        named = [unit.path, unit.status, unit.code] if unit else ["", "", ""]
        found.append([*named, *each.cells.values()])
    Path(target).write_bytes(found.export("xlsx"))


def _peak(*, anew: bool = False) -> float:
    """MiB the process has held at most; `anew` forgets what it held before, which starting it may have taken."""
    status = Path("/proc/self")
    if anew:
        (status / "clear_refs").write_text("5", encoding="ascii")
    lines = (status / "status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / KIB
