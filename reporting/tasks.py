"""Celery tasks of the weekly report: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from reporting.operations import (
    check_photos,
    collectors,
    duties,
    edition_files,
    ended_jobs,
    hand_in_files,
    judging,
    parts,
    trial_jobs,
    week_files,
    weekly,
)
from reporting.pages import list_tables, whole_week


@shared_task(name="reporting.close_week")
def close_week(job_id: int) -> None:
    weekly.close_in_job(job_id)


@shared_task(name=parts.TASK)
def close_part(job_id: int) -> None:
    parts.close_part_in_job(job_id)


@shared_task(name=week_files.TASK)
def write_week_file(job_id: int) -> None:
    week_files.write_in_job(job_id, whole_week.labels())


@shared_task(name=edition_files.TASK)
def write_edition_file(job_id: int) -> None:
    edition_files.write_in_job(job_id, list_tables.of_two_editions)


@shared_task(name="reporting.close_due_weeks")
def close_due_weeks() -> None:
    weekly.enqueue_due_weeks()


@shared_task(name="reporting.settle_demands")
def settle_demands() -> None:
    duties.settle_demands()


@shared_task(name=judging.TASK)
def judge_campaign(job_id: int) -> None:
    judging.judge_in_job(job_id)


@shared_task(name=trial_jobs.TASK)
def try_pack(job_id: int) -> None:
    trial_jobs.try_in_job(job_id)


@shared_task(name=collectors.TASK)
def fetch_statistics(job_id: int) -> None:
    collectors.fetch_in_job(job_id)


@shared_task(name="reporting.fetch_all_statistics")
def fetch_all_statistics() -> None:
    """In the morning: platforms have the numbers of yesterday after 8:00."""
    collectors.enqueue_all()


@shared_task(name="reporting.judge_campaigns")
def judge_campaigns() -> None:
    judging.enqueue_running()


@shared_task(name="reporting.judge_deadlines")
def judge_deadlines() -> None:
    """Every minute: what was due a moment ago is not left to the hour's judging."""
    judging.enqueue_due()


@shared_task(name="reporting.delete_check_photos")
def delete_check_photos() -> None:
    check_photos.delete_due()


@shared_task(name="reporting.purge_jobs")
def purge_jobs() -> None:
    ended_jobs.purge()


@shared_task(name="reporting.purge_hand_ins")
def purge_hand_ins() -> None:
    """Files whose row was never written; what was handed in stays."""
    hand_in_files.purge()
