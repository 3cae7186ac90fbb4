"""What every operation writes down: audit entries, messages, jobs. The job row is the truth, the broker the doorbell."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from celery import current_app, current_task
from django.db import connection, models, transaction
from django.db.models import F
from kombu.exceptions import OperationalError

from orgs.choices import MAILED_KINDS, JobState, NotificationKind
from orgs.exceptions import JobLost, JobNotYet
from orgs.kernel import clock
from orgs.models import AuditBody, AuditEntry, Job, Notification
from orgs.operations import mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from orgs.models import OrgUnit, User
    from orgs.querysets.ledger import JobQuerySet
    from orgs.querysets.tree import OrgUnitQuerySet

LOST_AFTER = timedelta(minutes=10)
PART_OF = "part_of"  # in the params of a job that does a part of another one's work: that one's id
log = structlog.get_logger()


def record(
    verb: str,
    obj: models.Model,
    *,
    by: User | None,
    unit: OrgUnit | None = None,
    reason: str = "",
    **detail: object,
) -> AuditEntry:
    """Write one line of the audit ledger. `detail` holds ids, counts and codes, never personal data."""
    return _write(_entry(verb, obj, by=by, unit=unit), reason, detail)


def record_about(
    verb: str, about: tuple[str, str], *, by: User | None, unit: OrgUnit, reason: str = "", **detail: object
) -> AuditEntry:
    """A line about something that is no row of its own: `about` is what it is and what tells it from others."""
    entry = _entry(verb, unit, by=by, unit=unit)
    entry.object_type, entry.object_id = about
    return _write(entry, reason, detail)


def record_many(
    verb: str,
    objects: Iterable[models.Model],
    *,
    by: User | None,
    reason: str = "",
    details: Mapping[int, dict[str, object]] | None = None,
) -> None:
    """One audit line per object of a bulk operation, written in batches. `details` by primary key, as in `record`."""
    known = details or {}
    pairs = [(_entry(verb, obj, by=by, unit=None), known.get(obj.pk, {})) for obj in objects]
    with transaction.atomic(savepoint=False):
        AuditEntry.objects.bulk_create([entry for entry, _detail in pairs], batch_size=500)
        bodies = [
            AuditBody(entry=entry, reason=reason, detail=detail)
            for entry, detail in pairs
            if reason or detail
        ]
        AuditBody.objects.bulk_create(bodies, batch_size=500)


def _write(entry: AuditEntry, reason: str, detail: dict[str, object]) -> AuditEntry:
    with transaction.atomic(savepoint=False):
        entry.save(force_insert=True)
        if reason or detail:
            AuditBody.objects.create(entry=entry, reason=reason, detail=detail)
    return entry


def _entry(verb: str, obj: models.Model, *, by: User | None, unit: OrgUnit | None) -> AuditEntry:
    return AuditEntry(
        at=clock.now(),
        by=by,
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        unit_id=unit.pk if unit else getattr(obj, "unit_id", None),
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


def notify(unit: OrgUnit, kind: NotificationKind, text: str, *, link: str = "") -> Notification:
    """Leave a message for the people of a unit; what they must act upon goes out by mail as well."""
    message = Notification.objects.create(
        unit=unit, kind=NotificationKind(kind), text=text, link=link, created_at=clock.now()
    )
    mail.queue([message])
    return message


def notify_many(messages: Iterable[Notification]) -> int:
    """Leave many messages at once, with their mails; returns how many mails wait to go out."""
    written = Notification.objects.bulk_create(messages, batch_size=500)
    return mail.queue(written)


def notify_units(units: OrgUnitQuerySet, kind: NotificationKind, text: str, *, link: str = "") -> int:
    """Leave the same message for every unit of the set, in one statement; returns how many. Not for kinds that are mailed."""
    if kind in MAILED_KINDS:
        raise ValueError("these go out by mail as well: notify_many")
    chosen, parameters = units.order_by().values(chosen_id=F("pk")).query.sql_with_params()
    quote, at = connection.ops.quote_name, connection.ops.adapt_datetimefield_value(clock.now())
    columns = ", ".join(map(quote, ("unit_id", "kind", "text", "link", "created_at")))
    statement = (
        f"INSERT INTO {quote(Notification._meta.db_table)} ({columns})"  # noqa: S608 - quoted names of the model
        f" SELECT chosen.chosen_id, %s, %s, %s, %s FROM ({chosen}) chosen"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [str(kind.value), text, link, at, *parameters])
        return int(cursor.rowcount)


def mark_read(message: Notification) -> None:
    """The unit has seen it; the first time counts."""
    Notification.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=clock.now())


@transaction.atomic
def enqueue(task: str, *, key: str, by: User | None = None, **params: object) -> Job:
    """Make sure the job with this key exists, and ring for it once the transaction stands.

    `task` is the Celery name, `params` are ids only. A job that is done is not done again: its key names its effect.
    """
    job = add(task, key=key, by=by, **params)
    if job.state in {JobState.QUEUED, JobState.FAILED}:
        transaction.on_commit(lambda: ring(job))
    return job


def add(task: str, *, key: str, by: User | None = None, **params: object) -> Job:
    """The row of the job with this key, made where there is none; nobody is told."""
    job, _created = Job.objects.get_or_create(
        key=key, defaults={"task": task, "params": params, "created_by": by, "created_at": clock.now()}
    )
    return job


def ring(job: Job) -> None:
    """Tell a worker that the job waits. A lost message is rung again by `requeue_lost_jobs`."""
    if job.task not in current_app.tasks:
        current_app.autodiscover_tasks(force=True)
    try:
        current_app.tasks[job.task].apply_async(kwargs={"job_id": job.pk})
    except (OSError, OperationalError) as error:
        log.warning("broker unavailable, job stays queued", job=job.key, error=type(error).__name__)


def claim_job(job_id: int) -> Job:
    """Take the job over by compare-and-set. Raises JobLost when another worker has it, it is done or was cancelled."""
    now = clock.now()
    claimed = (
        Job.objects.filter(pk=job_id)
        .filter(
            models.Q(state__in=[JobState.QUEUED, JobState.FAILED])
            | models.Q(state=JobState.RUNNING, heartbeat_at__lt=now - LOST_AFTER)
        )
        .update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            worker=worker_name(),
            started_at=now,
            heartbeat_at=now,
            finished_at=None,
            error="",
        )
    )
    if claimed != 1:
        raise JobLost
    return Job.objects.get(pk=job_id)


def progress(job: Job, done: int, total: int) -> None:
    """Heartbeat with a count, at most as often as the caller finds useful. Raises JobLost if somebody took over."""
    kept = _held(job).update(done=done, total=total, heartbeat_at=clock.now())
    if kept != 1:
        raise JobLost


def beat(job: Job) -> None:
    """Heartbeat while the work goes on elsewhere in this process; nothing where somebody took over."""
    _held(job).update(heartbeat_at=clock.now())


@transaction.atomic
def finish_job(job: Job, result: dict[str, object] | None = None) -> None:
    """The job is done, and with it what is left of its parts; `result` holds ids, counts and hashes.

    Nothing changes where it was cancelled or taken over meanwhile.
    """
    now = clock.now()
    kept = _held(job).update(state=JobState.DONE, result=result or {}, finished_at=now, heartbeat_at=now)
    if kept and PART_OF not in job.params:
        # A part that failed or is still at work has nothing to add to what stands.
        left = Job.objects.parts_of(job).filter(state__in=set(JobState) - {JobState.DONE})
        left.update(state=JobState.DONE, error="", finished_at=now)


def put_back(job: Job, why: str) -> None:
    """The job waits again, unless it was cancelled or taken over meanwhile; whoever looks for waiting jobs finds it."""
    _held(job).update(state=JobState.QUEUED, error=why[:400])


def fail_job(job: Job, error: str) -> None:
    """The job failed, unless it was cancelled or taken over meanwhile.

    `error` is a class name or a message of ours, never a traceback with data.
    """
    _held(job).update(state=JobState.FAILED, error=error[:400], finished_at=clock.now())


def _held(job: Job) -> JobQuerySet:
    """The row, as long as it is this attempt that works on it."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def run(job_id: int, work: Callable[[Job], dict[str, object]]) -> Job | None:
    """Claim the job, do `work`, keep what it returns. None where the job is done, must wait or another worker has it.

    A failure is kept by the name of its class only and raised on: its text may hold data.
    """
    try:
        job = claim_job(job_id)
    except JobLost:
        return None
    try:
        result = work(job)
    except JobLost:
        return None  # somebody took over in the middle; the row is theirs
    except JobNotYet as waits:
        put_back(job, waits.message)
        return None
    except Exception as error:
        fail_job(job, type(error).__name__)
        raise
    finish_job(job, result)
    return job


def requeue_lost_jobs() -> int:
    """Ring again for jobs that wait without a bell or whose worker fell silent; returns how many."""
    silent_since = clock.now() - LOST_AFTER
    Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=silent_since).update(state=JobState.QUEUED)
    waiting = list(Job.objects.filter(state=JobState.QUEUED))
    for job in waiting:
        ring(job)
    return len(waiting)


def note_done(task: str, result: dict[str, object]) -> Job:
    """Work that a command or the clock has done without a queue, as a job that is done: for the status page and `doctor`."""
    now = clock.now()
    moments = dict.fromkeys(("created_at", "started_at", "heartbeat_at", "finished_at"), now)
    key = f"{task}:{now:%Y%m%dT%H%M%S}:{secrets.token_hex(4)}"
    return Job.objects.create(task=task, key=key, state=JobState.DONE, result=result, **moments)


def worker_name() -> str:
    """Which process does the work: the Celery worker's node name and process id, or this command's."""
    node = getattr(getattr(current_task, "request", None), "hostname", None) or socket.gethostname()
    return f"{node}/{os.getpid()}"
