"""导出: the table of the weekly page as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import FileResponse, StreamingHttpResponse

from orgs.lists import EXCEL
from orgs.operations import exporting
from orgs.permissions import EXPORT, VIEW
from reporting.pages import week_table

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.querysets.scope import Span
    from reporting.pages.board import Board, SnapshotRow


def verb_for(request: LeagueRequest) -> str:
    """What a page of the week needs: EXPORT where a file is asked for, so that it holds nothing else."""
    return EXPORT if is_wanted(request) else VIEW


def is_wanted(request: LeagueRequest) -> bool:
    """`?export=xlsx|csv`."""
    return request.GET.get("export") in {exporting.XLSX, exporting.CSV}


def links(request: LeagueRequest, board: Board, address: str) -> str:
    """The address to which xlsx or csv is added; empty for who may not export the subordinates shown."""
    root = board.root
    spans = request.user.units_in_charge().allowing(EXPORT).spans
    if root is None or not any(_covers(span, root) for span in spans):
        return ""
    return f"{address}&sort={board.sort}&export="


def answer(request: LeagueRequest, board: Board) -> HttpResponseBase:
    """All units of the scope in the order shown; audited. The board was read where the person may export."""
    labels, rows = week_table.labels(), week_table.rows(board)
    exporting.record_export(
        request.path, n_rows=len(rows), columns=labels, filters=[board.scope], by=request.user
    )
    name = week_table.name(board.chosen)
    if request.GET["export"] == exporting.CSV:
        csv = StreamingHttpResponse(exporting.csv_lines(labels, rows), content_type="text/csv; charset=utf-8")
        csv["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
        return csv
    file = exporting.workbook(name, labels, rows)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL)


def _covers(span: Span, root: SnapshotRow) -> bool:
    is_inside = span.tree_id == root.tree_now and span.lft <= root.lft_now and root.rght_now <= span.rght
    return span.is_forest or is_inside
