"""导出: the table of the weekly page as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, StreamingHttpResponse

from orgs.lists import EXCEL
from orgs.operations import exporting
from orgs.permissions import EXPORT
from reporting.pages import week_table

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.querysets.scope import Span
    from reporting.pages.board import Board


def may_export(request: LeagueRequest, span: Span) -> bool:
    """Whether the person may take the subordinates of this unit away as a file."""
    return span.unit_id in request.user.units_in_charge().allowing(EXPORT).own_unit_ids()


def answer(request: LeagueRequest, board: Board, span: Span) -> HttpResponseBase:
    """`?export=xlsx|csv`: all units of the scope in the order shown; audited. Raises PermissionDenied."""
    if not may_export(request, span):
        raise PermissionDenied
    labels, rows = week_table.labels(), week_table.rows(board)
    exporting.record_export(
        request.path, n_rows=len(rows), columns=labels, filters=[board.scope], by=request.user
    )
    name = quote(f"周报{board.chosen.week}")
    if request.GET["export"] == exporting.CSV:
        csv = StreamingHttpResponse(exporting.csv_lines(labels, rows), content_type="text/csv; charset=utf-8")
        csv["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.csv"
        return csv
    file = exporting.workbook(f"周报{board.chosen.week}", labels, rows)
    return FileResponse(
        file, as_attachment=True, filename=f"周报{board.chosen.week}.xlsx", content_type=EXCEL
    )
