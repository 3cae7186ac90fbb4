"""What the pages of downloads show: a file that a job writes, and the files of the last day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.operations import annex, files
from orgs.choices import JobState

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import Job, OrgUnit, User


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One file that the person had written in the last day."""

    pk: int
    title: str
    at: datetime
    is_full: bool
    is_ready: bool


def file_context(job: Job, unit: OrgUnit) -> dict[str, object]:
    """How far the file is."""
    return {
        "job": job,
        "unit": unit,
        "in_progress": job.state in {JobState.QUEUED, JobState.RUNNING},
        "has_failed": job.state == JobState.FAILED,
        "is_there": files.is_there(job),
        "is_full": bool(job.params["full"]),
        "n_rows": job.result.get("rows", 0),
    }


def own_files(user: User) -> list[OwnFile]:
    """The files of the last day, the newest first."""
    return [
        OwnFile(
            job.pk,
            _("收集表"),
            job.finished_at or job.created_at,
            bool(job.params["full"]),
            job.state == JobState.DONE,
        )
        for job in annex.own_files(by=user)
    ]
