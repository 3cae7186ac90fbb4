"""结周: compute the snapshot of a week that is over, once; afterwards the database refuses every change (C5)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from orgs.choices import JobState
from orgs.exceptions import JobLost, JobNotYet
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import jobs, ledger
from reporting.exceptions import WeekNotOver
from reporting.models import ClosedWeek
from reporting.operations import closing, judging, order, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.models import User

TASK = "reporting.close_week"


def close_week(week: Week, *, by: User | None = None, job: Job | None = None) -> ClosedWeek:
    """Close the week: every unit's own and subtree figures as of Sunday 24:00, from versions, steps and events.

    A closed week stays as it is and is returned. Whoever computes at the same time, one publishes and the others get
    what it has published. Raises WeekNotOver, EarlierWeekOpen where it would leave a gap, and TreeBroken where a
    unit's superior was not in operation.
    """
    if not week.is_over:
        raise WeekNotOver
    judging.judge_week(week)
    return closing.close_here(_header(week), by=by, job=job)


def _header(week: Week, edition: int = 1) -> ClosedWeek:
    """The header of the edition; that of a later one has been made by who ordered the correction."""
    if edition > 1:
        return ClosedWeek.objects.get(year=week.year, number=week.number, edition=edition)
    header, _is_new = ClosedWeek.objects.get_or_create(
        year=week.year, number=week.number, edition=edition, defaults={"starts_on": week.starts_on}
    )
    return header


def close_in_job(job_id: int) -> ClosedWeek | None:
    """Do the work of a job row: close its week with progress; the week after it, if it waits, is rung for.

    None where another process has the job, it is done, or an earlier week comes first: then it waits in its row.
    """
    job = ledger.run(job_id, _close_for)
    if job is None:
        return None
    week = Week.parse(job.params["week"])
    _ring(week.next())
    return _header(week, _edition(job))


def _ring(week: Week) -> None:
    for job in Job.objects.filter(key=job_key(week), state=JobState.QUEUED):
        ledger.ring(job)


def _close_for(job: Job) -> dict[str, object]:
    week = Week.parse(job.params["week"])
    if not week.is_over:
        raise WeekNotOver
    edition = _edition(job)
    if edition == 1:
        _wait_for_earlier(week)
        judging.judge_week(week, job=job)
    header = _header(week, edition)
    trees = parts.worth_it(header)
    if trees:
        closed = parts.close_in_parts(header, trees, by=job.created_by, job=job)
    else:
        closed = closing.close_here(header, by=job.created_by, job=job)
    return closing.told(closed)


def _wait_for_earlier(week: Week) -> None:
    """Earlier weeks are queued first; this one comes after them. Raises EarlierWeekOpen.

    Only the oldest is rung for, as each rings for the next; one that failed waits for the next hour or for 重试.
    """
    jobs_before = [_add(each) for each in order.open_before(week)]
    if jobs_before and jobs_before[0].state == JobState.QUEUED:
        transaction.on_commit(partial(ledger.ring, jobs_before[0]))
    # Asked again, as a queue without workers of its own has done them by now.
    earlier = order.open_before(week)
    if earlier:
        raise order.waiting_for(earlier)


def _edition(job: Job) -> int:
    return int(job.params.get("edition", 1))


def close_now(week: Week, *, by: User | None = None) -> ClosedWeek:
    """Close the week in this process, in the job row a worker would use. Takes over from a worker that fell silent.

    Raises WeekNotOver, EarlierWeekOpen naming the weeks that come first (`catch_up` closes them), and what
    `finish_now` does when something comes first after all or another process took the job over in the meantime.
    """
    if not week.is_over:
        raise WeekNotOver
    closed = ClosedWeek.objects.published().of_week(week).first()
    if closed is not None:
        return closed
    earlier = order.open_before(week)
    if earlier:
        raise order.waiting_for(earlier)
    return finish_now(_add(week, by=by))


def catch_up(*, by: User | None = None) -> Iterator[ClosedWeek]:
    """Close every due week in this process, oldest first; raises what `close_now` does at the first that fails."""
    for week in order.due_weeks():
        yield close_now(week, by=by)


def finish_now(job: Job) -> ClosedWeek:
    """Do the job of a close in this process, whoever had it before.

    Computing twice is harmless: the other process, if it still lives, loses the job at its next step. Raises JobNotYet
    where something comes first, in the words that stand in the row, and JobLost.
    """
    jobs.take_back(job)
    closed = close_in_job(job.pk)
    if closed is None:
        job.refresh_from_db()
        if job.state == JobState.QUEUED and job.error:
            raise JobNotYet(job.error)
        raise JobLost
    return closed


def job_key(week: Week, edition: int = 1) -> str:
    """The key under which an edition is closed once."""
    return f"close-week-{week}-e{edition}"


def _add(week: Week, *, by: User | None = None) -> Job:
    return ledger.add(TASK, key=job_key(week), by=by, **_params(week))


def _params(week: Week) -> dict[str, object]:
    return {"week": str(week), "edition": 1}


def enqueue_close(week: Week, *, by: User | None = None) -> Job:
    """Let a worker close the week. Raises WeekNotOver."""
    if not week.is_over:
        raise WeekNotOver
    return ledger.enqueue(TASK, key=job_key(week), by=by, **_params(week))


def enqueue_due_weeks() -> list[Job]:
    """Let workers close every week that is over and not closed, oldest first, since the registry's first fact."""
    return [enqueue_close(week) for week in order.due_weeks()]
