"""Celery tasks of the registry: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from accounts.operations import annex, batches, clean_forms, files, form_retention
from accounts.operations.registry import retention


@shared_task(name=clean_forms.TASK)
def approve_clean(job_id: int) -> None:
    clean_forms.approve_all_clean(job_id)


@shared_task(name="accounts.purge_administrators")
def purge_administrators() -> None:
    retention.purge_left()
    form_retention.purge_forms()


@shared_task(name=batches.CHECK)
def check_upload(job_id: int) -> None:
    batches.run_check(job_id)


@shared_task(name=batches.IMPORT)
def import_upload(job_id: int) -> None:
    batches.run_import(job_id)


@shared_task(name=annex.TASK)
def write_annex(job_id: int) -> None:
    annex.run_write(job_id)


@shared_task(name="accounts.purge_files")
def purge_files() -> None:
    """Uploaded files that nobody imported, and written files, go after a day."""
    batches.purge()
    files.purge()
