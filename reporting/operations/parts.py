"""A forest is closed tree by tree: one job row a tree, taken by whatever worker is free, published by one flip.

The job of the close works on the parts itself, one after the other, and so is done even where it is the only worker;
others take parts meanwhile. A part writes the rows of its tree, all or none, under a header that is not published.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from orgs.choices import JobState
from orgs.exceptions import TreeBroken
from orgs.models import Job, OrgUnit
from orgs.operations import ledger
from reporting import rollup
from reporting.choices import WeekState
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import closing

if TYPE_CHECKING:
    from orgs.models import User

TASK = "reporting.close_part"
SECONDS_BETWEEN_LOOKS = 0.5


def worth_it(header: ClosedWeek) -> list[rollup.Part]:
    """The trees to close one by one; none where the forest is small, one tree, or not split by today's trees."""
    if header.state == WeekState.CLOSED or not settings.CLOSE_IN_PARTS_FROM:
        return []
    found = rollup.split(rollup.Moment.of(header))
    n_units = sum(part.n_units for part in found)
    return found if len(found) > 1 and n_units >= settings.CLOSE_IN_PARTS_FROM else []


def close_in_parts(header: ClosedWeek, trees: list[rollup.Part], *, by: User | None, job: Job) -> ClosedWeek:
    """See that every tree is closed, by this process or another, then add what stands above them and publish.

    A unit that is moved to another tree meanwhile breaks a part: then the week is computed whole, from versions alone.
    Raises JobLost where the job was cancelled or taken over.
    """
    parts = [_enqueue(header, tree.root_id, job) for tree in trees]
    total = len(parts) + 1
    try:
        _work_through([part.pk for part in parts], job, total)
        return closing.publish(header.pk, _write_top, by=by, job=job, total=total)
    except TreeBroken:
        return closing.close_here(header, by=by, job=job)
    finally:
        closing.forget()


def close_part_in_job(job_id: int) -> None:
    """Do the work of the job row of one tree. Nothing where another process has it or it is done."""
    ledger.run(job_id, _close_part)


def _enqueue(header: ClosedWeek, root_id: int, job: Job) -> Job:
    params = {"header": header.pk, "root": root_id, ledger.PART_OF: job.pk}
    return ledger.enqueue(TASK, key=f"{job.key}-{root_id}", by=job.created_by, **params)


def _work_through(pks: list[int], job: Job, total: int) -> None:
    """Until all are done: take the next one that nobody has; where others have them all, wait for them.

    The whole lives as long as the part that this process computes: without its heartbeat it would be taken for dead.
    """
    work = partial(_close_part, whole=job)
    while True:
        left = list(Job.objects.filter(pk__in=pks).exclude(state=JobState.DONE).order_by("pk"))
        ledger.progress(job, len(pks) - len(left), total)
        if not left:
            return
        if not any(ledger.run(part.pk, work) for part in left):
            time.sleep(SECONDS_BETWEEN_LOOKS)


def _close_part(job: Job, *, whole: Job | None = None) -> dict[str, object]:
    header = ClosedWeek.objects.get(pk=job.params["header"])
    if header.state == WeekState.CLOSED:
        return {}
    moment = rollup.Moment.of(header)
    tree_id = OrgUnit.objects.values_list("tree_id", flat=True).get(pk=job.params["root"])
    try:
        for step in closing.compute(moment, lambda: rollup.place_tree(moment, tree_id), is_part=True):
            ledger.progress(job, step, closing.STEPS)
            if whole is not None:
                ledger.beat(whole)
        return {"n_units": _write_part(header, job)}
    finally:
        closing.forget()


@transaction.atomic
def _write_part(header: ClosedWeek, job: Job) -> int:
    """The rows of the tree; returns their number.

    They come together, and are the same whoever computes them: what an earlier try has written stays. To look for it
    row by row is out of the question, as PostgreSQL knows nothing yet of a week that is being written.
    """
    ledger.progress(job, closing.STEPS, closing.STEPS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM week_placed")
        n_units = int(cursor.fetchone()[0])
    if not WeekUnit.objects.filter(week=header, unit_id=job.params["root"]).exists():
        closing.write_rows(header)
    return n_units


def _write_top(header: ClosedWeek) -> None:
    rollup.add_top(rollup.Moment.of(header), header.pk)
