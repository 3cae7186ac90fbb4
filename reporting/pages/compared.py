"""Two weeks of the same units side by side: what moved, and why (people covered, base, units that reported or came)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404

from reporting.coverage import Coverage, change_in_points, shown_change
from reporting.pages.overview import unit_url

if TYPE_CHECKING:
    from fractions import Fraction

    from orgs.kernel.clock import Week
    from reporting.models import ClosedWeek
    from reporting.pages.board import Board, SnapshotRow

FLOWS = ("opened", "closed", "changed", "admin_changed")


@dataclass(frozen=True, slots=True)
class Line:
    """One unit in both weeks; `before` or `now` None: it was not here then. Differences are None then, too."""

    name: str
    url: str
    before: Coverage | None
    now: Coverage | None
    change: Fraction | int | None
    people: int | None
    base: int | None
    unreported: int | None
    opened: int
    changed: int
    closed: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The other week with one line per unit, and the weeks one may choose."""

    other: ClosedWeek
    lines: list[Line]


def choices(board: Board, address: str) -> list[tuple[str, str]]:
    """(week, address) of the closed weeks before that the page has read, the newest first."""
    earlier = [each for each in board.chosen.recent if each.pk != board.chosen.closed.pk]
    return [(each.week.label, f"{address}&with={each.week}") for each in reversed(earlier)]


def with_week(board: Board, wanted: Week | None) -> Compared | None:
    """No statement: the weeks of the heat table are read already. Raises Http404 for any other week."""
    if wanted is None:
        return None
    other = next((each for each in board.chosen.recent if each.week == wanted), None)
    if other is None or other.pk == board.chosen.closed.pk:
        raise Http404
    then = {row.unit_id: row for row in board.rows(other.pk)}
    now = {row.unit_id: row for row in board.rows()}
    between = [each.pk for each in board.chosen.recent if each.starts_on > other.starts_on]
    flows = _flows(board, between)
    units = [*now, *(pk for pk in then if pk not in now)]
    return Compared(other, [_line(board, pk, then.get(pk), now.get(pk), flows.get(pk, {})) for pk in units])


def _flows(board: Board, week_pks: list[int]) -> dict[int, dict[str, int]]:
    """What happened in the weeks after the other one, up to this one."""
    found: dict[int, dict[str, int]] = {}
    for pk in week_pks:
        for row in board.rows(pk):
            counted = found.setdefault(row.unit_id, dict.fromkeys(FLOWS, 0))
            for name in FLOWS:
                counted[name] += getattr(row, f"sub_{name}")
    return found


def _line(
    board: Board, pk: int, then: SnapshotRow | None, now: SnapshotRow | None, flows: dict[str, int]
) -> Line:
    before, after = (Coverage.of(row) if row is not None and row.is_open else None for row in (then, now))
    row = now or then
    is_both = before is not None and after is not None
    return Line(
        row.name if row else "",
        unit_url(board, pk) if now else "",
        before,
        after,
        shown_change(change_in_points(after, before)) if after else None,
        _difference(after.part, before.part) if is_both and after and before else None,
        _difference(after.base, before.base) if is_both and after and before else None,
        after.unreported - before.unreported if is_both and after and before else None,
        flows.get("opened", 0),
        flows.get("changed", 0) + flows.get("admin_changed", 0),
        flows.get("closed", 0),
    )


def _difference(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before
