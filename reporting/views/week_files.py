"""导出: who may take the subordinates that a page of the week shows as a file, and what page shows which table."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from orgs import exports
from orgs.permissions import EXPORT
from reporting.pages import compared, ranking, week_table, weeks

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.operations.exporting import FileTable
    from orgs.querysets.scope import Span
    from reporting.pages.board import Board, SnapshotRow

COMPARED, RANKING, HEAT = "compared", "ranking", "heat"


def links(request: LeagueRequest, board: Board, address: str) -> str:
    """The address to which xlsx or csv is added; empty for who may not export the subordinates shown."""
    root = board.root
    spans = request.user.units_in_charge().allowing(EXPORT).spans
    if root is None or not any(_covers(span, root) for span in spans):
        return ""
    return f"{address}&sort={board.sort}&export="


def tables(request: LeagueRequest, files: str) -> dict[str, str]:
    """Such addresses of the page's other tables, with what they ask for beside the page."""
    if not files:
        return {}
    address = files.removesuffix("export=")
    rank, other = (urlencode({name: request.GET.get(name, "")}) for name in ("rank", "with"))
    return {
        HEAT: f"{address}table={HEAT}&export=",
        RANKING: f"{address}table={RANKING}&{rank}&export=",
        COMPARED: f"{address}table={COMPARED}&{other}&export=",
    }


def answer(request: LeagueRequest, board: Board) -> HttpResponseBase:
    """The table of the page that `table` names, all units of the scope; the board was read where the person may export."""
    return exports.answer(request, _table(request, board), filters=[board.scope])


def _table(request: LeagueRequest, board: Board) -> FileTable:
    asked = request.GET.get("table")
    if asked == COMPARED and (found := compared.with_week(board, weeks.parse(request.GET.get("with")))):
        return week_table.of_two_weeks(board, found)
    if asked == RANKING:
        return week_table.of_ranking(board, ranking.of_board(board, request.GET.get("rank", ""), ""))
    return week_table.of_heat(board) if asked == HEAT else week_table.of_board(board)


def _covers(span: Span, root: SnapshotRow) -> bool:
    is_inside = span.tree_id == root.tree_now and span.lft <= root.lft_now and root.rght_now <= span.rght
    return span.is_forest or is_inside
