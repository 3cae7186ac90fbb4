"""Which closed week a page is about, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from orgs.kernel.clock import Week
from reporting.choices import HEAT_WEEKS
from reporting.models import ClosedWeek


@dataclass(frozen=True, slots=True)
class ChosenWeek:
    """A closed week in its newest edition; `recent` are the closed weeks up to it, the oldest first, itself the last."""

    closed: ClosedWeek
    recent: list[ClosedWeek]
    earlier: ClosedWeek | None  # the closed week before, whatever lies between: for stepping
    later: ClosedWeek | None

    @property
    def week(self) -> Week:
        return self.closed.week

    @property
    def week_before_pk(self) -> int | None:
        """The calendar week before, if it is closed: there is no delta against a missing week."""
        before = self.week.previous()
        return next((each.pk for each in self.recent if each.week == before), None)

    @property
    def pks(self) -> list[int]:
        return [each.pk for each in self.recent]


def choose(wanted: Week | None) -> ChosenWeek | None:
    """The wanted closed week, the newest one for None; None when no week is closed yet. Raises Http404 for an open one."""
    closed = list(ClosedWeek.objects.newest_editions().reverse())
    if not closed and wanted is None:
        return None
    at = next((i for i, each in enumerate(closed) if wanted is None or each.week == wanted), None)
    if at is None:
        raise Http404
    return ChosenWeek(
        closed=closed[at],
        recent=closed[at : at + HEAT_WEEKS][::-1],
        earlier=closed[at + 1] if at + 1 < len(closed) else None,
        later=closed[at - 1] if at else None,
    )


def choose_known(wanted: Week) -> ChosenWeek:
    """The wanted closed week. Raises Http404 where it is not closed."""
    chosen = choose(wanted)
    if chosen is None:
        raise Http404
    return chosen


def parse(text: str | None) -> Week | None:
    """The week of an address parameter; none given is none wanted. Raises Http404 for nonsense."""
    if not text:
        return None
    try:
        return Week.parse(text)
    except ValueError as error:
        raise Http404 from error
