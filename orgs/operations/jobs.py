"""What people do about jobs: call one off, set one going again, take one over. Parts go with the job they belong to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.choices import JobState
from orgs.exceptions import NotAllowed, OrgsError
from orgs.kernel import clock
from orgs.models import Job
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Collection

    from orgs.models import User


@transaction.atomic
def cancel_job(job: Job, *, by: User | None = None) -> Job:
    """Call the job off, with all its parts: whoever works on it loses it at the next step and publishes nothing.

    Of a part, the whole is called off. `by` None is the operator at the command line. Raises NotAllowed, and OrgsError
    where it is done.
    """
    _ensure_may(by)
    whole = _whole(job)
    changed = Job.objects.filter(pk=whole.pk).exclude(state=JobState.DONE).update(**_called_off())
    if changed != 1:
        raise OrgsError(_("这个任务已经完成，不能取消。"))
    Job.objects.parts_of(whole).exclude(state=JobState.DONE).update(**_called_off())
    ledger.record("job.cancelled", whole, by=by, key=whole.key)
    whole.refresh_from_db()
    return whole


@transaction.atomic
def retry_job(job: Job, *, by: User | None = None) -> Job:
    """Set a job going again that failed, was called off, waits or has lost its worker; parts that are done stay done.

    Raises NotAllowed, and OrgsError where it is done or at work.
    """
    _ensure_may(by)
    whole = _whole(job)
    changed = Job.objects.filter(pk=whole.pk).stuck(clock.now() - ledger.LOST_AFTER).update(**_waiting())
    if changed != 1:
        raise OrgsError(_("这个任务已经完成，或者正在进行，不需要重试。"))
    Job.objects.parts_of(whole).stuck(clock.now() - ledger.LOST_AFTER).update(**_waiting())
    ledger.record("job.retried", whole, by=by, key=whole.key)
    whole.refresh_from_db()
    transaction.on_commit(lambda: ledger.ring(whole))
    return whole


@transaction.atomic
def start_again(job: Job, *, by: User) -> Job:
    """Whoever ordered the job wants it after all, though it was called off; any other job is left as it is.

    What is done stays done. Raises NotAllowed for a job that somebody else ordered.
    """
    if job.created_by_id != by.pk:
        raise NotAllowed
    changed = Job.objects.filter(pk=job.pk, state=JobState.CANCELLED).update(**_waiting())
    if changed:
        Job.objects.parts_of(job).filter(state=JobState.CANCELLED).update(**_waiting())
        ledger.record("job.retried", job, by=by, key=job.key)
    job.refresh_from_db()
    return job


def take_back(job: Job) -> None:
    """Let this process claim the job and its unfinished parts, whoever has them; of a job that was done, all of them."""
    parts = Job.objects.parts_of(job)
    if job.state != JobState.DONE:
        parts = parts.exclude(state=JobState.DONE)
    parts.exclude(state=JobState.QUEUED).update(**_waiting())
    Job.objects.filter(pk=job.pk).exclude(state=JobState.QUEUED).update(**_waiting())


def begin_anew(job: Job, *, by: User | None) -> None:
    """The row of a job that is ordered once more: as if new, and nothing of it is done."""
    fresh = _waiting() | {"done": 0, "total": 0, "result": {}}
    Job.objects.parts_of(job).update(**fresh)
    Job.objects.filter(pk=job.pk).update(**fresh, created_by=by, created_at=clock.now())
    job.refresh_from_db()


def purge_ended(tasks: Collection[str], *, days: int) -> int:
    """Delete jobs of these tasks that ended more than so many days ago, with what hangs on them; returns how many.

    Only for tasks that do no harm when they are done once more: the key of a deleted job is free again.
    """
    before = clock.now() - timedelta(days=days)
    states = [JobState.DONE, JobState.FAILED, JobState.CANCELLED]
    old = Job.objects.filter(task__in=tasks, state__in=states, finished_at__lt=before)
    n_deleted = 0
    while pks := list(old.order_by("pk").values_list("pk", flat=True)[:500]):
        old.filter(pk__in=pks).delete()
        n_deleted += len(pks)
    return n_deleted


def _whole(job: Job) -> Job:
    return Job.objects.get(pk=job.params[ledger.PART_OF]) if ledger.PART_OF in job.params else job


def _ensure_may(by: User | None) -> None:
    if by is not None and not permissions.may_anywhere(by, permissions.MANAGE_JOBS):
        raise NotAllowed


def _called_off() -> dict[str, object]:
    return {"state": JobState.CANCELLED, "finished_at": clock.now()}


def _waiting() -> dict[str, object]:
    return {"state": JobState.QUEUED, "error": "", "finished_at": None}
