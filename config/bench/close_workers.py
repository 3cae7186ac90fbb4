"""Bench `close_workers`: one week of a nation closed whole, in parts by one worker, and in parts by two.

Each close is the next week of the same registry. `share` is what two workers need of the time of one: a half would
be perfect, more than one is a loss. There is no bar, as a machine with one processor can't gain; on SQLite, which has
one writer, two workers are not tried.
"""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, connections
from django.test.utils import override_settings

from config.bench import Figure, stopwatch
from config.bench.nation import load_nation
from config.bench.rollup_data import BEGINS, analyse
from orgs.choices import JobState
from orgs.kernel.clock import Week
from orgs.models import Job, OrgUnit
from reporting.operations import parts, weekly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event

SECONDS_BETWEEN_LOOKS = 0.05
POSTGRESQL = "postgresql"


def run(nodes: int) -> list[Figure]:
    """Seconds of each way, and how many provinces there were to share."""
    load_nation(nodes)
    week = Week.containing(BEGINS)
    # The first week has nothing to compare with; no way should have it easier.
    _closed(week, in_parts=False)
    whole = _closed(week := week.next(), in_parts=False)
    one = _closed(week := week.next(), in_parts=True)
    figures = [
        Figure("units", OrgUnit.objects.count()),
        Figure("provinces", Job.objects.filter(task=parts.TASK).count()),
        Figure("whole_seconds", whole),
        Figure("one_worker_seconds", one),
    ]
    if connection.vendor != POSTGRESQL:
        return figures
    with _helper():
        two = _closed(week.next(), in_parts=True)
    return [*figures, Figure("two_workers_seconds", two), Figure("share", two / one)]


def _closed(week: Week, *, in_parts: bool) -> float:
    analyse()
    with override_settings(CLOSE_IN_PARTS_FROM=int(in_parts)), stopwatch() as watch:
        weekly.close_now(week)
    return watch.seconds


@contextmanager
def _helper() -> Iterator[None]:
    """A second process that takes whatever part is free, as a Celery worker does when it is rung for."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    done = fork.Event()
    process = fork.Process(target=_take_parts, args=(done,), daemon=True)
    process.start()
    try:
        yield
    finally:
        done.set()
        process.join()


def _take_parts(done: Event) -> None:
    # A fork has the settings of its parent, the name of the scratch database among them.
    while not done.wait(SECONDS_BETWEEN_LOOKS):
        waiting = Job.objects.filter(task=parts.TASK, state=JobState.QUEUED)
        for pk in waiting.order_by("pk").values_list("pk", flat=True):
            parts.close_part_in_job(pk)
