"""The composition root: wires Celery so that web processes can ring the same jobs as workers."""

from __future__ import annotations

from django.apps import AppConfig

from config.celery import app as celery_app


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "portal"

    def ready(self) -> None:
        # Without force, `current_app.tasks` stays empty in a web process and enqueue() finds no job by name.
        celery_app.autodiscover_tasks(force=True)
