"""The composition root: wires Celery so that web processes can ring the same jobs as workers."""

from __future__ import annotations

from django.apps import AppConfig

from config.celery import app as celery_app


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "portal"

    def ready(self) -> None:
        # Imported by workers as they start, elsewhere with the first job that is rung for (`ledger.ring`).
        celery_app.autodiscover_tasks()
