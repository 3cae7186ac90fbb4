"""结周: compute the snapshot of a week that is over, once; afterwards the database refuses every change (C5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Min

from accounts.models import AccountVersion, GroupVersion, RegistryEvent
from orgs.choices import JobState
from orgs.exceptions import JobLost
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import ledger
from reporting import rollup
from reporting.choices import WeekState
from reporting.exceptions import WeekNotOver
from reporting.models import ClosedWeek, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.models import User

TASK = "reporting.close_week"
STEPS = 5


def close_week(week: Week, *, by: User | None = None, job: Job | None = None) -> ClosedWeek:
    """Close the week: every unit's own and subtree figures as of Sunday 24:00, from versions, steps and events.

    A closed week stays as it is and is returned. Whoever computes at the same time, one publishes and the others get
    what it has published. Only the last step writes, in one transaction: a process killed before it leaves nothing
    that counts. Raises WeekNotOver, and TreeBroken where a unit's superior was not in operation.
    """
    if not week.is_over:
        raise WeekNotOver
    header, _is_new = ClosedWeek.objects.get_or_create(
        year=week.year, number=week.number, edition=1, defaults={"starts_on": week.starts_on}
    )
    if header.state == WeekState.CLOSED:
        return header
    try:
        for step in _compute(week):
            _tell(job, step)
        return _publish(header.pk, by=by, job=job)
    finally:
        if not connection.needs_rollback:
            rollup.drop()


def _compute(week: Week) -> Iterator[int]:
    """Fill the temporary tables; yields the number of each step done, between which others may read and write."""
    moment = rollup.Moment(week)
    deepest = rollup.place(moment)
    yield 1
    rollup.collect(moment)
    yield 2
    rollup.mark_streaks(moment)
    yield 3
    rollup.sum_up(deepest)
    yield 4


def _tell(job: Job | None, step: int) -> None:
    if job is not None:
        ledger.progress(job, step, STEPS)


@transaction.atomic
def _publish(header_id: int, *, by: User | None, job: Job | None) -> ClosedWeek:
    """Write the rows and flip the state, under the lock of the header: one closer wins, the others see its week."""
    header = ClosedWeek.objects.select_for_update().get(pk=header_id)
    if header.state == WeekState.CLOSED:
        return header
    WeekUnit.objects.filter(week=header).delete()
    with connection.cursor() as cursor:
        cursor.execute(rollup.insert_statement(), {"week_id": header.pk})
    header.n_units = WeekUnit.objects.filter(week=header).count()
    header.content_hash = rollup.content_hash(header)
    header.state = WeekState.CLOSED
    header.closed_at = clock.now()
    header.job = job
    header.save(update_fields=["n_units", "content_hash", "state", "closed_at", "job"])
    ledger.record(
        "week.closed", header, by=by, week=str(header.week), n_units=header.n_units, hash=header.content_hash
    )
    return header


def close_in_job(job_id: int) -> ClosedWeek | None:
    """Do the work of a job row: close its week with progress. None where another process has the job or it is done."""
    job = ledger.run(job_id, _close_for)
    return ClosedWeek.objects.published().of_week(Week.parse(job.params["week"])).first() if job else None


def _close_for(job: Job) -> dict[str, object]:
    closed = close_week(Week.parse(job.params["week"]), by=job.created_by, job=job)
    return {"week": str(closed.week), "n_units": closed.n_units, "hash": closed.content_hash}


def close_now(week: Week, *, by: User | None = None) -> ClosedWeek:
    """Close the week in this process, in the job row a worker would use. Takes over from a worker that fell silent.

    Raises WeekNotOver, and JobLost when another process took the job over in the meantime.
    """
    if not week.is_over:
        raise WeekNotOver
    closed = ClosedWeek.objects.published().of_week(week).first()
    if closed is not None:
        return closed
    job = _job(week, by=by)
    # Computing twice is harmless (`_publish`): the other process, if it still lives, loses the job at its next step.
    Job.objects.filter(pk=job.pk).exclude(state=JobState.QUEUED).update(state=JobState.QUEUED)
    closed = close_in_job(job.pk)
    if closed is None:
        raise JobLost
    return closed


def _job(week: Week, *, by: User | None) -> Job:
    job, _is_new = Job.objects.get_or_create(
        key=_key(week),
        defaults={
            "task": TASK,
            "params": {"week": str(week)},
            "created_by": by,
            "created_at": clock.now(),
        },
    )
    return job


def _key(week: Week) -> str:
    return f"close-week-{week}"


def enqueue_close(week: Week, *, by: User | None = None) -> Job:
    """Let a worker close the week. Raises WeekNotOver."""
    if not week.is_over:
        raise WeekNotOver
    return ledger.enqueue(TASK, key=_key(week), by=by, week=str(week))


def enqueue_due_weeks() -> list[Job]:
    """Let workers close every week that is over and not closed, oldest first, since the registry's first fact."""
    return [enqueue_close(week) for week in due_weeks()]


def due_weeks() -> list[Week]:
    """Weeks that are over and not closed since the first account, group or event of the registry, oldest first."""
    first = _first_fact_week()
    closed = {header.week for header in ClosedWeek.objects.published()}
    due = []
    while first is not None and first.is_over:
        if first not in closed:
            due.append(first)
        first = first.next()
    return due


def _first_fact_week() -> Week | None:
    moments = [
        model.objects.aggregate(first=Min(field))["first"]
        for model, field in (
            (AccountVersion, "valid_from"),
            (GroupVersion, "valid_from"),
            (RegistryEvent, "at"),
        )
    ]
    known = [moment for moment in moments if moment is not None]
    return Week.containing(min(known)) if known else None
