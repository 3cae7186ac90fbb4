"""Benchmarks: ratios within one run, never absolute times. Each module has `run(size) -> list[Figure]`."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


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
