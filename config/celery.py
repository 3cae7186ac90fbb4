"""The Celery application. Jobs live in each app's tasks.py; their schedule stands in the settings."""

from __future__ import annotations

from celery import Celery

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
# Workers import the jobs as they start; others with the first one that is rung for (`ledger.ring`).
app.autodiscover_tasks()
