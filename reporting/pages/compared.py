"""Two weeks of the same units side by side: what moved, and why (people covered, base, units that reported or came)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse

from reporting.coverage import Coverage, change_in_points, shown_change
from reporting.pages.board import FLOWS
from reporting.pages.figure_words import BASE, COVERED
from reporting.pages.overview import unit_url

if TYPE_CHECKING:
    from fractions import Fraction

    from orgs.kernel.clock import Week
    from reporting.models import ClosedWeek
    from reporting.pages.board import Board, SnapshotRow

# What of a line is which figure of the rows pages; `changed` has the replaced administrators in it.
OWN_FIGURES = {
    "opened": "opened",
    "changed": "changes",
    "closed": "closed",
    "unreported": "unreported",
    "base": BASE,
}
ALONE = "covered_members"  # who alone holds its members shows what it declared, above its base too


@dataclass(frozen=True, slots=True)
class Line:
    """One unit in both weeks; `before` or `now` None: it was not here then. Differences are None then, too.

    What happened between is None where too many weeks would have to be added up. `links` are the addresses of the rows behind its numbers, by field.
    """

    name: str
    url: str
    before: Coverage | None
    now: Coverage | None
    change: Fraction | int | None
    people: int | None
    base: int | None
    unreported: int | None
    opened: int | None
    changed: int | None
    closed: int | None
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compared:
    """The other week with one line per unit, and the weeks one may choose."""

    other: ClosedWeek
    lines: list[Line]


def choices(board: Board, address: str) -> list[tuple[str, str]]:
    """(week, address) of the closed weeks just before, the newest first; any other is chosen by name."""
    earlier = [each for each in board.chosen.recent if each.pk != board.chosen.closed.pk]
    return [(each.week.label, f"{address}&with={each.week}") for each in reversed(earlier)]


def earlier(board: Board) -> list[ClosedWeek]:
    """Every week that this one may be compared with, the newest first."""
    return [each for each in board.chosen.closed_weeks if each.week < board.chosen.week]


def with_week(board: Board, wanted: Week | None) -> Compared | None:
    """No statement: the board was read with the weeks to compare. Raises Http404 for a week it was not read with."""
    if wanted is None:
        return None
    other = board.chosen.other
    if other is None or other.week != wanted:
        raise Http404
    then = {row.unit_id: row for row in board.rows(other.pk)}
    now = {row.unit_id: row for row in board.rows()}
    between = [each.pk for each in board.chosen.recent if each.starts_on > other.starts_on]
    flows = _flows(board, between)
    units = [*now, *(pk for pk in then if pk not in now)]
    return Compared(
        other,
        [
            _line(board, pk, then.get(pk), now.get(pk), None if flows is None else flows.get(pk, {}))
            for pk in units
        ],
    )


def _flows(board: Board, week_pks: list[int]) -> dict[int, dict[str, int]] | None:
    """What happened in the weeks after the other one, up to this one; None where the board was read without them."""
    if board.flows_between is None:
        return None
    found = {pk: dict(counted) for pk, counted in board.flows_between.items()}
    for pk in week_pks:
        for row in board.rows(pk):
            counted = found.setdefault(row.unit_id, dict.fromkeys(FLOWS, 0))
            for name in FLOWS:
                counted[name] += getattr(row, f"sub_{name}")
    return found


def _line(
    board: Board,
    pk: int,
    then: SnapshotRow | None,
    now: SnapshotRow | None,
    flows: dict[str, int] | None,
) -> Line:
    before, after = (Coverage.of(row) if row is not None and row.is_open else None for row in (then, now))
    row = now or then
    is_both = before is not None and after is not None
    opened, changed, closed = (
        _happened(flows, *names) for names in (("opened",), ("changed", "admin_changed"), ("closed",))
    )
    return Line(
        row.name if row else "",
        unit_url(board, pk) if now else "",
        before,
        after,
        shown_change(change_in_points(after, before)) if after else None,
        _difference(after.part, before.part) if is_both and after and before else None,
        _difference(after.base, before.base) if is_both and after and before else None,
        after.unreported - before.unreported if is_both and after and before else None,
        opened,
        changed,
        closed,
        _links(board, pk, then, now),
    )


def _happened(flows: dict[str, int] | None, *names: str) -> int | None:
    return None if flows is None else sum(flows.get(name, 0) for name in names)


def _links(board: Board, pk: int, then: SnapshotRow | None, now: SnapshotRow | None) -> dict[str, str]:
    """Under today's tree there are no rows, and of a unit that has left none in this week."""
    other, chosen = board.chosen.other, board.chosen
    if chosen.is_restated or other is None:
        return {}
    found: dict[str, str] = {}
    if then is not None:
        found["before"] = reverse("reporting:show-rows", args=[other.week, pk, _covered(then)])
    if now is not None:
        found["now"] = chosen.address(reverse("reporting:show-rows", args=[chosen.week, pk, _covered(now)]))
        figures = dict(OWN_FIGURES)
        if then is not None and _covered(then) == _covered(now):
            figures |= {"people": _covered(now), "change": _covered(now)}
        for name, figure in figures.items():
            args = [chosen.week, pk, figure, other.week]
            found[name] = chosen.address(reverse("reporting:show-difference", args=args))
    return found


def _covered(row: SnapshotRow) -> str:
    """The figure that is the numerator of its rate, as `with_coverage` reads it."""
    return ALONE if row.own_holders == row.sub_holders == 1 else COVERED


def _difference(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before
