"""Benchmarks: ratios within one run, never absolute times. Each module has `run(size) -> list[Figure]`.

A module may also have `summary(results) -> list[Figure]`: what only several sizes together tell, such as an exponent.
"""

from __future__ import annotations

import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

KIB = 1024
Result = dict[str, object]  # one line of `results`: engine, nodes or rows, and figures by name


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; with a bar, `value` must not exceed it (or fall below it where `at_least`)."""

    name: str
    value: float
    bar: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        if self.bar is None:
            return True
        return self.value >= self.bar if self.at_least else self.value <= self.bar


@dataclass(slots=True)
class Stopwatch:
    """Seconds that a block took."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """`with stopwatch() as watch: …`, then `watch.seconds`."""
    watch = Stopwatch()
    started = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - started


def peak_mib(*, anew: bool = False) -> float:
    """MiB this process has held at most; `anew` forgets what it held before, where the system lets it."""
    status = Path("/proc/self")
    if not (status / "status").exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
    if anew:
        (status / "clear_refs").write_text("5", encoding="ascii")
    lines = (status / "status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / KIB
