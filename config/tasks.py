"""Work of the clock that concerns all apps."""

from __future__ import annotations

from celery import shared_task

from config import integrity, list_files
from config.erasure import erasing


@shared_task(name="config.check_integrity")
def check_integrity() -> None:
    integrity.check_nightly()


@shared_task(name="config.erase_person")
def erase_person(job_id: int) -> None:
    erasing.run_erase(job_id)


@shared_task(name=list_files.TASK)
def write_list_file(job_id: int) -> None:
    list_files.write_in_job(job_id)


@shared_task(name="config.purge_list_files")
def purge_list_files() -> None:
    list_files.purge()
