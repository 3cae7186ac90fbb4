"""Approving everything without doubts on one desk as background work, in slices that two workers share."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.exceptions import AccountsError
from accounts.models import Submission
from accounts.operations import review
from orgs.operations import ledger

if TYPE_CHECKING:
    from accounts.querysets.submissions import SubmissionQuerySet
    from orgs.models import Job, OrgUnit, User

TASK = "accounts.approve_clean"
SLICE = 250  # forms of one job
SHARED_FROM = 20  # with so many forms a second worker gets a share
CHUNK = 50  # forms of one transaction


@transaction.atomic
def enqueue_clean(desk: OrgUnit, *, by: User) -> list[Job]:
    """Jobs that approve what waits on this desk without doubts, in the person's name.

    The key names the forms and their versions: asking twice makes nothing twice, a form that came back is new work.
    """
    waiting = list(_clean(desk.pk, by).order_by("pk").values_list("pk", "version"))
    n_slices = max(-(-len(waiting) // SLICE), 2 if len(waiting) >= SHARED_FROM else 1)
    size = -(-len(waiting) // n_slices)
    slices = [waiting[at : at + size] for at in range(0, len(waiting), size or 1)]
    return [
        ledger.enqueue(
            TASK,
            key=f"approve_clean:{desk.pk}:{_digest(each)}",
            by=by,
            desk_id=desk.pk,
            first_id=each[0][0],
            last_id=each[-1][0],
        )
        for each in slices
    ]


def approve_all_clean(job_id: int) -> None:
    """The job: chunk by chunk, each its own transaction. A repetition finds only what is still waiting."""
    ledger.run(job_id, _approve_slice)


def _approve_slice(job: Job) -> dict[str, object]:
    by = job.created_by
    if by is None:
        raise AccountsError
    slice_ = {"pk__gte": job.params["first_id"], "pk__lte": job.params["last_id"]}
    waiting = _clean(job.params["desk_id"], by).filter(**slice_).order_by("pk")
    total, approved, skipped, last = waiting.count(), 0, 0, 0
    while chunk := list(waiting.filter(pk__gt=last).values_list("pk", "version")[:CHUNK]):
        done = review.approve_many(chunk, by=by)
        approved, skipped, last = approved + len(done.approved), skipped + len(done.skipped), chunk[-1][0]
        ledger.progress(job, approved + skipped, total)
    return {"approved": approved, "skipped": skipped}


def _clean(desk_id: int, by: User) -> SubmissionQuerySet:
    return Submission.objects.reviewable_by(by).filter(desk_id=desk_id).clean().exclude(filled_by=by)


def _digest(forms: list[tuple[int, int]]) -> str:
    return hashlib.sha256(repr(forms).encode()).hexdigest()[:32]
