"""The two ways to compute an edition, in this process or tree by tree, and the one way to publish it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from orgs.kernel import clock, statistics
from orgs.operations import ledger
from reporting import rollup
from reporting.choices import WeekState
from reporting.figures import DIGEST_FORM
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orgs.models import Job, User

STEPS = 5


def close_here(header: ClosedWeek, *, by: User | None, job: Job | None) -> ClosedWeek:
    """Compute the edition in this process and publish it; one that is published stays as it is.

    Only the last step writes, in one transaction: a process killed before it leaves nothing that counts. Raises
    TreeBroken where a unit's superior was not in operation, JobLost where the job was cancelled or taken over.
    """
    if header.state == WeekState.CLOSED:
        return header
    moment = rollup.Moment.of(header)
    try:
        for step in compute(moment, lambda: rollup.place(moment)):
            _tell(job, step)
        return publish(header.pk, _write_all, by=by, job=job, total=STEPS)
    finally:
        forget()


def compute(moment: rollup.Moment, place: Callable[[], int], *, is_part: bool = False) -> Iterator[int]:
    """Fill the temporary tables; yields the number of each step done, between which others may read and write."""
    deepest = place()
    yield 1
    rollup.collect(moment, is_part=is_part)
    yield 2
    rollup.mark_streaks(moment, is_part=is_part)
    rollup.mark_persons(moment, deepest, is_part=is_part)
    yield 3
    rollup.sum_up(deepest)
    yield 4


def forget() -> None:
    """Drop the temporary tables, unless the transaction around them is lost anyway."""
    if not connection.needs_rollback:
        rollup.drop()


def write_rows(header: ClosedWeek) -> None:
    """Write the rows of the placed units."""
    with connection.cursor() as cursor:
        cursor.execute(rollup.insert_statement(), {"week_id": header.pk})


@transaction.atomic
def publish(
    header_id: int, write: Callable[[ClosedWeek], None], *, by: User | None, job: Job | None, total: int
) -> ClosedWeek:
    """Write what is missing and flip the state, under the lock of the header: one closer wins, the others see its week.

    The job is asked last, within the transaction, and is done with it: a close that was cancelled or taken over
    publishes nothing, and one that is published can't be called off any more. Raises EarlierWeekOpen.
    """
    header = ClosedWeek.objects.select_for_update().get(pk=header_id)
    if header.state == WeekState.CLOSED:
        return header
    order.refuse_a_gap(header.week)
    write(header)
    header.digest_form = DIGEST_FORM  # a header begun by an older version says otherwise
    header.n_units = WeekUnit.objects.filter(week=header).count()
    header.content_hash = rollup.content_hash(header)
    header.state = WeekState.CLOSED
    header.closed_at = clock.now()
    header.job = job
    header.save(update_fields=["digest_form", "n_units", "content_hash", "state", "closed_at", "job"])
    ledger.record(
        "week.closed",
        header,
        by=by,
        reason=header.reason,
        week=str(header.week),
        edition=header.edition,
        n_units=header.n_units,
        hash=header.content_hash,
    )
    statistics.refresh()
    if job is not None:
        ledger.progress(job, total, total)
        ledger.finish_job(job, told(header))
    return header


def told(header: ClosedWeek) -> dict[str, object]:
    """What the row of a finished close says of its edition."""
    return {
        "week": str(header.week),
        "edition": header.edition,
        "n_units": header.n_units,
        "hash": header.content_hash,
    }


def _write_all(header: ClosedWeek) -> None:
    WeekUnit.objects.filter(week=header).delete()
    write_rows(header)


def _tell(job: Job | None, step: int) -> None:
    if job is not None:
        ledger.progress(job, step, STEPS)
