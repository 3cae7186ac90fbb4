"""Which closed week a page is about, in which edition and under which tree, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from django.http import Http404

from orgs.http import whole_number
from orgs.kernel.clock import Week
from reporting.choices import HEAT_WEEKS
from reporting.models import ClosedWeek

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EDITION, TREE, NOW, OTHER = "edition", "tree", "now", "with"
RESTATED_WEEKS = 2  # today's tree over the week and the one before, for the difference


@dataclass(frozen=True, slots=True)
class ChosenWeek:
    """A closed week in one edition; `recent` are the closed weeks up to it, the oldest first, itself the last.

    Other weeks are those of their newest editions. `editions` are the published ones of this week, the newest first.
    """

    closed: ClosedWeek
    recent: list[ClosedWeek]
    earlier: ClosedWeek | None  # the closed week before, whatever lies between: for stepping
    later: ClosedWeek | None
    editions: list[ClosedWeek]
    is_asked: bool = False  # the address names the edition
    is_restated: bool = False  # the week's own figures, added up by today's tree
    closed_weeks: list[ClosedWeek] = field(
        default_factory=list
    )  # each in its newest edition, the newest first
    other: ClosedWeek | None = None  # an earlier week to compare this one with

    @property
    def week(self) -> Week:
        return self.closed.week

    @property
    def newest(self) -> ClosedWeek:
        """The edition that counts."""
        return self.editions[0]

    @property
    def is_superseded(self) -> bool:
        """A newer edition has been published."""
        return self.closed.pk != self.newest.pk

    @property
    def compare_query(self) -> str:
        """Parameters of the page that compares the edition shown with the one before."""
        return f"?w={self.week}&to={self.closed.edition}"

    @property
    def week_before_pk(self) -> int | None:
        """The calendar week before, if it is closed: there is no delta against a missing week."""
        before = self.week.previous()
        return next((each.pk for each in self.recent if each.week == before), None)

    @property
    def pks(self) -> list[int]:
        """The weeks whose rows a board reads."""
        further = [self.other] if self.other is not None and self.other not in self.recent else []
        return [each.pk for each in (*further, *self.recent)]

    @property
    def between(self) -> list[ClosedWeek]:
        """The weeks after the other one that are not among the recent ones: only what happened in them is read."""
        if self.other is None:
            return []
        since, until = self.other.starts_on, self.recent[0].starts_on
        return [each for each in self.closed_weeks if since < each.starts_on < until]

    def against(self, wanted: Week | None) -> ChosenWeek:
        """The same, to be compared with an earlier closed week. Raises Http404 for any other week."""
        if wanted is None:
            return self
        other = next(
            (each for each in self.closed_weeks if each.week == wanted and each.week < self.week), None
        )
        if other is None:
            raise Http404
        return replace(self, other=other)

    def address(self, url: str, week: object = None) -> str:
        """The address with the edition (of the same week only) and the tree that this page shows."""
        params = []
        if self.is_asked and (week is None or str(week) == str(self.week)):
            params.append(f"{EDITION}={self.closed.edition}")
        if self.is_restated:
            params.append(f"{TREE}={NOW}")
        return url + ("&" if "?" in url else "?") + "&".join(params) if params else url


def choose(
    wanted: Week | None, edition: int | None = None, *, is_restated: bool = False
) -> ChosenWeek | None:
    """The wanted closed week, the newest one for None; None when no week is closed yet.

    The newest edition, unless one is asked for. Raises Http404 for a week or an edition that is not published.
    """
    published = ClosedWeek.objects.published().order_by("-starts_on", "-edition")
    closed = [list(editions) for _start, editions in groupby(published, key=lambda each: each.starts_on)]
    if not closed and wanted is None:
        return None
    at = next((i for i, each in enumerate(closed) if wanted is None or each[0].week == wanted), None)
    chosen = (
        next((each for each in closed[at] if edition in {None, each.edition}), None)
        if at is not None
        else None
    )
    if at is None or chosen is None:
        raise Http404
    before = closed[at + 1 : at + (RESTATED_WEEKS if is_restated else HEAT_WEEKS)]
    return ChosenWeek(
        closed=chosen,
        recent=[*(each[0] for each in reversed(before)), chosen],
        earlier=closed[at + 1][0] if at + 1 < len(closed) else None,
        later=closed[at - 1][0] if at else None,
        editions=closed[at],
        is_asked=edition is not None,
        is_restated=is_restated,
        closed_weeks=[editions[0] for editions in closed],
    )


def choose_known(wanted: Week, params: Mapping[str, str] | None = None) -> ChosenWeek:
    """The wanted closed week as the parameters of the address ask for it. Raises Http404 where it is not closed."""
    chosen = choose_by(wanted, params or {})
    if chosen is None:
        raise Http404
    return chosen


def choose_by(wanted: Week | None, params: Mapping[str, str]) -> ChosenWeek | None:
    """As `choose`, with `edition`, `tree=now` and the week to compare `with` of an address. Raises Http404 for nonsense."""
    text = params.get(EDITION)
    edition = whole_number(text) if text else None
    if text and not edition:
        raise Http404
    chosen = choose(wanted, edition, is_restated=params.get(TREE) == NOW)
    return chosen.against(parse(params.get(OTHER))) if chosen is not None else None


def parse(text: str | None) -> Week | None:
    """The week of an address parameter; none given is none wanted. Raises Http404 for nonsense."""
    if not text:
        return None
    try:
        return Week.parse(text)
    except ValueError as error:
        raise Http404 from error


def known(text: str) -> Week:
    """The week that an address names. Raises Http404 for nonsense."""
    found = parse(text)
    if found is None:
        raise Http404
    return found


def by_year(closed_weeks: Iterable[ClosedWeek]) -> list[tuple[int, list[tuple[str, str]]]]:
    """(year, [(2026-W46, 第46周 …)]) to choose from, in the order given."""
    years = groupby(closed_weeks, key=lambda each: each.year)
    return [(year, [(str(each.week), each.week.label) for each in found]) for year, found in years]
