"""Weeks are published one after the other, the oldest first: between the first and the last there is no gap (R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from accounts.models import AccountVersion, GroupVersion, RegistryEvent
from orgs.kernel.clock import Week
from reporting.exceptions import EarlierWeekOpen
from reporting.models import ClosedWeek

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

NAMED = 6


def due_weeks() -> list[Week]:
    """Weeks that are over and not closed since the first account, group or event of the registry, oldest first."""
    first = _first_fact_week()
    closed = {header.week for header in ClosedWeek.objects.published()}
    due = []
    while first is not None and first.is_over:
        if first not in closed:
            due.append(first)
        first = first.next()
    return due


def open_before(week: Week) -> list[Week]:
    """Weeks that come first: those since the newest published one before it, else since the registry's first fact."""
    last = _last_published_before(week)
    first = Week.containing(last).next() if last else _first_fact_week()
    return _until(first, week)


def refuse_a_gap(week: Week) -> None:
    """Raises EarlierWeekOpen where a week between the newest published one before it and this one is not published."""
    last = _last_published_before(week)
    missing = _until(Week.containing(last).next(), week) if last else []
    if missing:
        raise waiting_for(missing)


def waiting_for(weeks: Iterable[Week]) -> EarlierWeekOpen:
    """The error that names them."""
    found = [str(week) for week in weeks]
    words = {"weeks": "、".join(found[:NAMED]) + ("……" if len(found) > NAMED else "")}
    return EarlierWeekOpen(_("更早的周还没有结周：%(weeks)s。各周从早到晚逐周发布，请先结更早的周。") % words)


def _until(first: Week | None, week: Week) -> list[Week]:
    found = []
    while first is not None and first < week:
        found.append(first)
        first = first.next()
    return found


def _last_published_before(week: Week) -> date | None:
    before = ClosedWeek.objects.published().filter(starts_on__lt=week.starts_on)
    last: date | None = before.aggregate(last=Max("starts_on"))["last"]
    return last


def _first_fact_week() -> Week | None:
    moments = [
        model.objects.aggregate(first=Min(field))["first"]
        for model, field in (
            (AccountVersion, "valid_from"),
            (GroupVersion, "valid_from"),
            (RegistryEvent, "at"),
        )
    ]
    known = [moment for moment in moments if moment is not None]
    return Week.containing(min(known)) if known else None
