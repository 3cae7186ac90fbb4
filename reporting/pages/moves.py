"""The moves since the closed week before, as a board lists its units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporting import moves
from reporting.models import WeekUnit

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.board import Board


def notes(board: Board, in_charge: UnitsInCharge) -> list[str]:
    """One sentence per direction; no statement where the same units stand below as the week before."""
    before_pk = board.chosen.week_before_pk
    if before_pk is None or before_pk not in board.roots_by_week or board.chosen.is_restated:
        return []
    now = {row.unit_id: row.name for row in board.rows()}
    before = {row.unit_id: row.name for row in board.rows(before_pk)}
    seen = WeekUnit.objects.within(in_charge)
    return moves.sentences(seen, before_pk, board.chosen.closed.pk, before, now)
