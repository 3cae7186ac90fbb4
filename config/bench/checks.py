"""Bench `checks`: every check of `check_integrity` over a nation, all closed weeks added up and digested again.

There is no bar. The figures of `NAME_seconds` are the slowest checks; `found` counts what the made-up registry, written past
the operations, has against it.
"""

from __future__ import annotations

from config.bench import Figure, nation, peak_mib, stopwatch
from config.integrity import CHECKS
from orgs.kernel.integrity import Run
from orgs.kernel.integrity import run as run_checks
from orgs.models import OrgUnit

SLOWEST = 5


def run(nodes: int) -> list[Figure]:
    """Seconds of all and of the slowest, MiB."""
    nation.build(nodes)
    peak_mib(anew=True)
    before = peak_mib()
    with stopwatch() as watch:
        results = list(run_checks(CHECKS, Run(weeks=0)))
    slowest = sorted(results, key=lambda each: -each.seconds)[:SLOWEST]
    return [
        Figure("units", OrgUnit.objects.count()),
        Figure("checks", len(results)),
        Figure("found", sum(each.n_found for each in results)),
        Figure("seconds", watch.seconds),
        Figure("peak_mib", peak_mib()),
        Figure("peak_before_mib", before),
        *(Figure(f"{each.check.name}_seconds", each.seconds) for each in slowest),
    ]
