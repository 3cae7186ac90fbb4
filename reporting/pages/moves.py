"""Units that came or went by a move since the closed week before: a delta of theirs names the move (metrics.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

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
    differing = [*(now.keys() - before.keys()), *(before.keys() - now.keys())]
    if not differing:
        return []
    weeks = [before_pk, board.chosen.closed.pk]
    stood = set(
        WeekUnit.objects.within(in_charge)
        .for_weeks(weeks)
        .filter(unit_id__in=differing)
        .values_list("week_id", "unit_id")
    )
    came = [name for pk, name in now.items() if pk not in before and (before_pk, pk) in stood]
    went = [name for pk, name in before.items() if pk not in now and (board.chosen.closed.pk, pk) in stood]
    words = [
        (came, _("本周由其他上级划入：%(names)s。较上周的变化含划入单位。")),
        (went, _("本周划归其他上级：%(names)s。较上周的变化含划出单位。")),
    ]
    return [text % {"names": "、".join(names)} for names, text in words if names]
