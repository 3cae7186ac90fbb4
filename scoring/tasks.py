"""Celery tasks of the assessment: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from scoring.operations import document_stores, self_notices, sheets, trial_jobs, year_files


@shared_task(name="scoring.compute_sheets")
def compute_sheets(job_id: int) -> None:
    sheets.run_compute_job(job_id)


@shared_task(name="scoring.compute_this_year")
def compute_this_year() -> None:
    sheets.enqueue_this_year()


@shared_task(name="scoring.remind_self_assessments")
def remind_self_assessments() -> None:
    self_notices.remind_due()


@shared_task(name="scoring.purge_documents")
def purge_documents() -> None:
    document_stores.purge()
    trial_jobs.purge()


@shared_task(name=trial_jobs.TASK)
def try_scheme(job_id: int) -> None:
    trial_jobs.try_in_job(job_id)


@shared_task(name=year_files.TASK)
def write_year_file(job_id: int) -> None:
    year_files.write_in_job(job_id)
