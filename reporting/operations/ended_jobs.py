"""Rows of jobs that nobody looks for any more: every hour has some, and each can be done once more without harm."""

from __future__ import annotations

from django.conf import settings

from orgs.operations import jobs
from reporting.operations import edition_files, judging, trial_jobs, week_files

TASKS = (judging.TASK, trial_jobs.TASK, week_files.TASK, edition_files.TASK)


def purge() -> int:
    """Delete those that ended longer ago than `JOBS_KEPT_DAYS` says (0: none), a trial with its text; returns how many."""
    return jobs.purge_ended(TASKS, days=settings.JOBS_KEPT_DAYS) if settings.JOBS_KEPT_DAYS else 0
