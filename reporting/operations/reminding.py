"""Whose turn it is to be reminded: once a day of the same thing, at most REMINDERS_PER_WEEK a unit and week, of whatever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count

from accounts.operations.reminders import REMINDED
from orgs.kernel import clock
from orgs.models import Notification

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


MOST_NAMED = 5_000


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is reminded now, and how many were today already or often enough this week."""

    targets: list[int]
    already: int
    capped: int


def turn(waiting: AbstractSet[int], link: str) -> Turn:
    """Of the units that wait, those that may be told now of what the link leads to; reminders of forms count as well."""
    reminders = Notification.objects.filter(kind=REMINDED).order_by()
    # A statement takes only so many parameters: of a whole province everything of the week is read instead.
    if len(waiting) <= MOST_NAMED:
        reminders = reminders.filter(unit_id__in=waiting)
    today, monday = clock.day_start(clock.today()), clock.Week.current().starts_at
    told = set(reminders.filter(link=link, created_at__gte=today).values_list("unit_id", flat=True))
    counted = reminders.filter(created_at__gte=monday).values("unit_id").annotate(n=Count("pk"))
    often = set(counted.filter(n__gte=settings.REMINDERS_PER_WEEK).values_list("unit_id", flat=True))
    told, often = told & waiting, often & waiting
    return Turn(sorted(waiting - told - often), len(told), len(often - told))
