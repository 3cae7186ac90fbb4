"""Work of the clock that concerns all apps."""

from __future__ import annotations

from celery import shared_task

from config import integrity


@shared_task(name="config.check_integrity")
def check_integrity() -> None:
    integrity.check_nightly()
