"""A table as a file: what the address asks for (`?export=xlsx|csv`), and the answer, which needs EXPORT and is audited.

A page asks `is_wanted`, reads its rows where the person may EXPORT (`verb_for`), all pages of them, and returns
`answer(request, FileTable(…))`; its template includes `components/exports.html`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from orgs.operations import exporting
from orgs.permissions import EXPORT, VIEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django.http import HttpRequest, HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.operations.exporting import Cell, FileTable

FILE = "export"
ALL_ROWS = 1_000_000  # rows of one page where the page is a file
LARGEST_AT_ONCE = 20_000  # rows; what has more is written by a job
TOLD_EVERY = 1_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


class TooLarge(Exception):
    """More rows than are written while somebody waits; a middleware offers to have a job write them."""

    def __init__(self, name: str, n_rows: int) -> None:
        super().__init__(name)
        self.name = name
        self.n_rows = n_rows


def is_wanted(request: HttpRequest) -> bool:
    """Whether the address asks for a file."""
    return request.GET.get(FILE) in {exporting.XLSX, exporting.CSV}


def verb_for(request: HttpRequest) -> str:
    """What the page needs: EXPORT where a file is asked for, so that the file holds nothing else."""
    return EXPORT if is_wanted(request) else VIEW


def answer(
    request: LeagueRequest, table: FileTable, *, columns: Sequence[str] = (), filters: Sequence[str] = ()
) -> HttpResponseBase:
    """The file, audited. Raises NotAllowed where the person may export nothing, TooLarge where a job should write it."""
    told: Callable[[int, int], None] | None = getattr(request, "told", None)  # set by the job alone
    if told is None and table.n_rows > LARGEST_AT_ONCE:
        raise TooLarge(f"{table.name}.{request.GET[FILE]}", table.n_rows)
    if told is not None:
        table = replace(table, rows=_telling(table.rows, table.n_rows, told))
    exporting.record_export(
        request.path,
        n_rows=table.n_rows,
        columns=columns or table.labels,
        filters=filters,
        by=request.user,
    )
    return sent(table, request.GET[FILE])


def sent(table: FileTable, kind: str) -> HttpResponseBase:
    """The table as the file itself, csv as it is read."""
    if kind == exporting.CSV:
        lines = exporting.csv_lines(table.labels, table.rows, heading=table.heading)
        header = content_disposition_header(as_attachment=True, filename=f"{table.name}.csv") or ""
        return StreamingHttpResponse(lines, content_type=CSV, headers={"Content-Disposition": header})
    return FileResponse(
        exporting.workbook(table), as_attachment=True, filename=f"{table.name}.xlsx", content_type=EXCEL
    )


def _telling(
    rows: Iterable[Sequence[Cell]], n_rows: int, told: Callable[[int, int], None]
) -> Iterator[Sequence[Cell]]:
    told(0, n_rows)
    for n, row in enumerate(rows, start=1):
        yield row
        if n % TOLD_EVERY == 0:
            told(n, n_rows)
    told(n_rows, n_rows)
