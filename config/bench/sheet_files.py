"""Bench `sheet_files`: a year of assessment sheets computed and written into one zip with its summary, at a fifth and at the size.

There is no bar: it is a job with progress. `growth_mib` says what a sheet more costs: only the summary's rows are kept.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from config.bench import Figure, peak_mib, stopwatch
from config.bench.rollup_data import BEGINS
from orgs.choices import Kind
from orgs.excel.tree_import import UnitRow
from orgs.kernel.clock import Week
from orgs.models import UnitVersion
from orgs.operations.bulk_load import load_tree
from orgs.operations.reference import load_reference
from reporting.operations.weekly import close_week
from scoring.operations import schemes, sheets, year_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.bench import Result

WEEK = Week(2026, 41)
PROVINCE = "p"
SMALL_SHARE = 5
MIB = 1024 * 1024


def sizes(size: int) -> tuple[int, ...]:
    """A fifth of the sheets first, so that the two tell how time and memory grow."""
    return (max(1, size // SMALL_SHARE), size)


def run(size: int) -> list[Figure]:
    """Seconds of computing and of writing, size of the zip, and memory beyond that of the process before."""
    load_reference()
    load_tree(list(_rows(size)))
    UnitVersion.objects.update(valid_from=BEGINS)
    close_week(WEEK)
    schemes.load_shipped()
    sheets.open_year(WEEK.year)
    with stopwatch() as computing:
        sheets.compute_year(WEEK.year)
    peak_mib(anew=True)
    before = peak_mib()
    with stopwatch() as writing:
        file, n_sheets = year_files.zipped(year_files.Wanted(WEEK.year))
    with file:
        n_bytes = file.seek(0, 2)
    return [
        Figure("written", n_sheets, size, at_least=True),
        Figure("compute_seconds", computing.seconds),
        Figure("seconds", writing.seconds),
        Figure("zip_mib", n_bytes / MIB),
        Figure("extra_mib", peak_mib() - before),
    ]


def summary(results: list[Result]) -> list[Figure]:
    """How time and memory grow with the number of sheets."""
    small, large = results[0], results[-1]
    found = [Figure("growth_mib", _of(large, "extra_mib") - _of(small, "extra_mib"))]
    ratio = _of(large, "sheets") / _of(small, "sheets")
    if ratio > 1:
        found.append(
            Figure("exponent", math.log(_of(large, "seconds") / _of(small, "seconds")) / math.log(ratio))
        )
    return found


def _of(result: Result, name: str) -> float:
    return float(str(result[name]))


def _rows(size: int) -> Iterator[UnitRow]:
    yield UnitRow(PROVINCE, "", "共青团某省委", Kind.PROVINCE)
    for number in range(1, size + 1):
        yield UnitRow(
            f"{PROVINCE}{number:05}", PROVINCE, f"第{number}大学团委", Kind.UNIVERSITY, position=number
        )
