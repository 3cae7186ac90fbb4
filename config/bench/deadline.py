"""Bench `deadline`: so many secretaries hand in at once, and a tenth of them on a portal of its own, for comparison.

Promised: nothing that was acknowledged is lost, nothing doubled, everybody gets a receipt. Times are reported beside
those of a tenth of the load: on a machine that does other work they say nothing alone.
"""

from __future__ import annotations

from django.db import connection

from config.bench import Figure
from config.bench.live import p95, portal
from config.bench.secretary import all_evening

THINK = (4.0, 16.0)  # seconds between two steps: the whole form takes about two minutes (ux.md J1)
MOST_SECONDS = 480.0
MOST = {"postgresql": 300, "sqlite": 50}


def sizes(n: int) -> tuple[int, ...]:
    """A tenth first."""
    most = min(n, MOST[connection.vendor])
    return (max(1, most // 10), most)


def run(n: int) -> list[Figure]:
    """Milliseconds of reads and writes, what was refused, lost, doubled."""
    with portal() as live:
        people = live.secretaries(n, think=THINK, seconds=MOST_SECONDS)
        for thread in all_evening(people):
            thread.join()
        found = live.judged(people)
    reads = [each for person in people for each in person.reads]
    writes = [each for person in people for each in person.writes]
    return [
        Figure("read_p95_ms", p95(reads)),
        Figure("write_p95_ms", p95(writes)),
        Figure("requests", len(reads) + len(writes)),
        Figure("refused", sum(len(person.refused) for person in people), 0),
        Figure("without_receipt", sum(not person.is_submitted for person in people), 0),
        Figure("lost", len(found["lost"]), 0),
        Figure("doubled", len(found["doubled"]), 0),
    ]
