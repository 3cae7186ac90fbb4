"""Files of lists: rows as a workbook or as CSV, written row by row, with one audit line that says how many."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING

from django.db import transaction
from rustpy_xlsxwriter import FastExcel, Format

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
MOST_ROWS_OF_A_SHEET = 1_000_000  # Excel stops at 1,048,576
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class FileTable:
    """A list as a file: numbers stay numbers, None is an empty cell, and no text becomes a formula.

    `name` is the file's, without ending. `heading`, where there is one, stands above the labels and says what the rows
    are of. Labels differ from one another. Rows may come as they are read; then `n_rows` is counted beforehand.
    """

    name: str
    labels: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    n_rows: int
    heading: str = ""

    @classmethod
    def listed(
        cls, name: str, labels: Sequence[str], rows: Sequence[Sequence[Cell]], *, heading: str = ""
    ) -> FileTable:
        """Of rows that are all here."""
        return cls(name, labels, rows, len(rows), heading)


@transaction.atomic
def record_export(
    page: str, *, n_rows: int, columns: Sequence[str], filters: Sequence[str], by: User
) -> None:
    """导出: who took how many rows of which list. Names of filters only: what stands in them may be a person's name."""
    widest = by.units_in_charge().allowing(EXPORT).widest()
    if widest is None:
        raise NotAllowed
    # Two terms of one office may be in force at once: the one that ends, and the one that follows.
    terms = by.appointments.in_force().filter(unit_id=widest.unit_id, role=widest.role).select_related("unit")
    unit = terms.order_by("pk")[0].unit
    ledger.record(
        "list.exported",
        by,
        by=by,
        unit=unit,
        page=page,
        rows=n_rows,
        columns=list(columns),
        filters=list(filters),
    )


def csv_lines(labels: Sequence[str], rows: Iterable[Sequence[Cell]], *, heading: str = "") -> Iterator[str]:
    """The file line by line; no cell becomes a formula."""
    writer = csv.writer(_Echo())
    top = writer.writerow([csv_safe(heading)]) if heading else ""
    yield BYTE_ORDER_MARK + top + writer.writerow(labels)
    for row in rows:
        yield writer.writerow([csv_safe(cell) if isinstance(cell, str) else cell for cell in row])


def csv_file(table: FileTable) -> IO[bytes]:
    """A temporary file, deleted when closed."""
    file = NamedTemporaryFile(suffix=".csv")  # noqa: SIM115 - who asks closes it
    for line in csv_lines(table.labels, table.rows, heading=table.heading):
        file.write(line.encode())
    file.seek(0)
    return file


def workbook(table: FileTable) -> IO[bytes]:
    """A temporary file, deleted when closed. Rows are written as they come; what one sheet can't hold goes on the next."""
    file = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - who asks closes it
    labels, at = list(table.labels), int(bool(table.heading))
    waiting = iter(table.rows)
    # The writer leaves a sheet without any row without a head.
    first = next(waiting, [None] * len(labels))
    records = (dict(zip(labels, row, strict=True)) for row in chain([first], waiting))
    widths = {label: min(WIDEST, max(NARROWEST, 2.0 * len(label) + 4)) for label in labels}
    over = [(0, 0, 0, len(labels) - 1, table.heading, Format().set_bold())] if table.heading else None
    book = FastExcel(file.name, columns=labels).format(bold_headers=True).freeze(row=at + 1)
    for name in _sheet_names(table):
        page = islice(records, MOST_ROWS_OF_A_SHEET)
        book = book.sheet(name, page, column_widths=widths, header_row=at, merge_ranges=over)
    book.save()
    file.seek(0)
    return file


def _sheet_names(table: FileTable) -> list[str]:
    """One name as a rule; numbered where there are more rows than a sheet holds."""
    name = _NOT_IN_A_SHEET_NAME.sub(" ", table.name)[:28]
    n_sheets = -(-table.n_rows // MOST_ROWS_OF_A_SHEET)
    return [name, *(f"{name}{number}" for number in range(2, n_sheets + 1))]


class _Echo:
    """What csv writes to: gives the line back."""

    def write(self, line: str) -> str:
        return line
