"""Celery tasks of the weekly report: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from reporting.operations import duties, judging, parts, week_files, weekly
from reporting.pages import whole_week


@shared_task(name="reporting.close_week")
def close_week(job_id: int) -> None:
    weekly.close_in_job(job_id)


@shared_task(name=parts.TASK)
def close_part(job_id: int) -> None:
    parts.close_part_in_job(job_id)


@shared_task(name=week_files.TASK)
def write_week_file(job_id: int) -> None:
    week_files.write_in_job(job_id, whole_week.labels())


@shared_task(name="reporting.close_due_weeks")
def close_due_weeks() -> None:
    weekly.enqueue_due_weeks()


@shared_task(name="reporting.settle_demands")
def settle_demands() -> None:
    duties.settle_demands()


@shared_task(name=judging.TASK)
def judge_campaign(job_id: int) -> None:
    judging.judge_in_job(job_id)


@shared_task(name="reporting.judge_campaigns")
def judge_campaigns() -> None:
    judging.enqueue_running()
