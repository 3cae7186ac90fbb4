"""The composition root: the Celery application is there before anything rings for a job."""

from __future__ import annotations

from django.apps import AppConfig

import config.celery  # noqa: F401 - sets itself as the current application


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "portal"
