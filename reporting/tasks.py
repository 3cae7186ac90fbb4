"""Celery tasks of the weekly report: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from reporting.operations import duties, parts, weekly


@shared_task(name="reporting.close_week")
def close_week(job_id: int) -> None:
    weekly.close_in_job(job_id)


@shared_task(name=parts.TASK)
def close_part(job_id: int) -> None:
    parts.close_part_in_job(job_id)


@shared_task(name="reporting.close_due_weeks")
def close_due_weeks() -> None:
    weekly.enqueue_due_weeks()


@shared_task(name="reporting.settle_demands")
def settle_demands() -> None:
    duties.settle_demands()
