"""Celery tasks of the registry: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from accounts.operations import clean_forms


@shared_task(name=clean_forms.TASK)
def approve_clean(job_id: int) -> None:
    clean_forms.approve_all_clean(job_id)
