"""结周: compute the snapshot of a week that is over, once; afterwards the database refuses every change (C5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Min

from accounts.models import AccountVersion, GroupVersion, RegistryEvent
from orgs.exceptions import JobLost
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import jobs, ledger
from reporting.exceptions import WeekNotOver
from reporting.models import ClosedWeek
from reporting.operations import closing, parts

if TYPE_CHECKING:
    from orgs.models import User

TASK = "reporting.close_week"


def close_week(week: Week, *, by: User | None = None, job: Job | None = None) -> ClosedWeek:
    """Close the week: every unit's own and subtree figures as of Sunday 24:00, from versions, steps and events.

    A closed week stays as it is and is returned. Whoever computes at the same time, one publishes and the others get
    what it has published. Raises WeekNotOver, and TreeBroken where a unit's superior was not in operation.
    """
    if not week.is_over:
        raise WeekNotOver
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
    """Do the work of a job row: close its week with progress. None where another process has the job or it is done."""
    job = ledger.run(job_id, _close_for)
    if job is None:
        return None
    return _header(Week.parse(job.params["week"]), _edition(job))


def _close_for(job: Job) -> dict[str, object]:
    week = Week.parse(job.params["week"])
    if not week.is_over:
        raise WeekNotOver
    header = _header(week, _edition(job))
    trees = parts.worth_it(header)
    if trees:
        closed = parts.close_in_parts(header, trees, by=job.created_by, job=job)
    else:
        closed = closing.close_here(header, by=job.created_by, job=job)
    return {
        "week": str(week),
        "edition": closed.edition,
        "n_units": closed.n_units,
        "hash": closed.content_hash,
    }


def _edition(job: Job) -> int:
    return int(job.params.get("edition", 1))


def close_now(week: Week, *, by: User | None = None) -> ClosedWeek:
    """Close the week in this process, in the job row a worker would use. Takes over from a worker that fell silent.

    Raises WeekNotOver, and JobLost when another process took the job over in the meantime.
    """
    if not week.is_over:
        raise WeekNotOver
    closed = ClosedWeek.objects.published().of_week(week).first()
    return closed or finish_now(ledger.add(TASK, key=job_key(week), by=by, **_params(week)))


def finish_now(job: Job) -> ClosedWeek:
    """Do the job of a close in this process, whoever had it before.

    Computing twice is harmless: the other process, if it still lives, loses the job at its next step.
    """
    jobs.take_back(job)
    closed = close_in_job(job.pk)
    if closed is None:
        raise JobLost
    return closed


def job_key(week: Week, edition: int = 1) -> str:
    """The key under which an edition is closed once."""
    return f"close-week-{week}-e{edition}"


def _params(week: Week) -> dict[str, object]:
    return {"week": str(week), "edition": 1}


def enqueue_close(week: Week, *, by: User | None = None) -> Job:
    """Let a worker close the week. Raises WeekNotOver."""
    if not week.is_over:
        raise WeekNotOver
    return ledger.enqueue(TASK, key=job_key(week), by=by, **_params(week))


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
