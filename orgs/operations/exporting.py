"""Files of lists: rows of text as a workbook or as CSV, written row by row, with one audit line that says how many."""

from __future__ import annotations

import csv
from itertools import chain
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING

from django.db import transaction
from rustpy_xlsxwriter import FastExcel

from orgs.exceptions import NotAllowed
from orgs.kernel.xlsx import csv_safe
from orgs.operations import ledger
from orgs.permissions import EXPORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orgs.models import User

XLSX, CSV = "xlsx", "csv"
BYTE_ORDER_MARK = "\ufeff"  # Excel takes a CSV without it for GBK
WIDEST, NARROWEST = 40.0, 10.0


@transaction.atomic
def record_export(
    page: str, *, n_rows: int, columns: Sequence[str], filters: Sequence[str], by: User
) -> None:
    """导出: who took how many rows of which list. Names of filters only: what stands in them may be a person's name."""
    widest = by.units_in_charge().allowing(EXPORT).widest()
    if widest is None:
        raise NotAllowed
    detail = {"page": page, "rows": n_rows, "columns": list(columns), "filters": list(filters)}
    # Two terms of one office may be in force at once: the one that ends, and the one that follows.
    terms = by.appointments.in_force().filter(unit_id=widest.unit_id, role=widest.role).select_related("unit")
    unit = terms.order_by("pk")[0].unit
    ledger.record("list.exported", by, by=by, unit=unit, **detail)


def csv_lines(labels: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The file line by line; no cell becomes a formula."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(labels)
    for row in rows:
        yield writer.writerow([csv_safe(cell) for cell in row])


def workbook(title: str, labels: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A temporary file, deleted when closed. Every cell is text; rows are written as they come."""
    file = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    waiting = iter(rows)
    # The writer leaves a sheet without any row without a head.
    first = next(waiting, [""] * len(labels))
    records = (dict(zip(labels, row, strict=True)) for row in chain([first], waiting))
    widths = {label: min(WIDEST, max(NARROWEST, 2.0 * len(label) + 4)) for label in labels}
    book = FastExcel(file.name, columns=list(labels)).format(bold_headers=True).freeze(row=1)
    book.sheet(title[:31], records, column_widths=widths).save()
    file.seek(0)
    return file


class _Echo:
    """What csv writes to: gives the line back."""

    def write(self, line: str) -> str:
        return line
