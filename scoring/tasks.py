"""Celery tasks of the assessment: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from scoring.operations import sheets


@shared_task(name="scoring.compute_sheets")
def compute_sheets(job_id: int) -> None:
    sheets.run_compute_job(job_id)


@shared_task(name="scoring.compute_this_year")
def compute_this_year() -> None:
    sheets.enqueue_this_year()
