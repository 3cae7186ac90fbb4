"""Celery tasks of the organisation app: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from orgs.operations import ledger


@shared_task(name="orgs.requeue_lost_jobs")
def requeue_lost_jobs() -> None:
    ledger.requeue_lost_jobs()
