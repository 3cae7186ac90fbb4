"""Celery tasks of the organisation app: ids -> operation."""

from __future__ import annotations

from celery import shared_task

from orgs.operations import audit_chain, confirmation, ledger, mail


@shared_task(name="orgs.requeue_lost_jobs")
def requeue_lost_jobs() -> None:
    ledger.requeue_lost_jobs()


@shared_task(name="orgs.send_mails")
def send_mails() -> None:
    """Every minute: what waits and whose quiet hours are over."""
    mail.send_due()


@shared_task(name="orgs.seal_audit")
def seal_audit() -> None:
    """Every five minutes: the lines of the audit ledger since the last time."""
    audit_chain.seal()


@shared_task(name="orgs.watch_appointments")
def watch_appointments() -> None:
    """年度确认: one message a year to each superior; what nobody confirmed in time ends."""
    confirmation.remind()
    confirmation.end_unconfirmed()
