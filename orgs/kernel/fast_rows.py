"""Many rows into one table by the fastest way of the engine: COPY (PostgreSQL) or executemany (SQLite)."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.backends.utils import CursorWrapper

CHUNK = 20_000
NULL = r"\N"


def insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows in the order of the columns; table and columns are names of ours."""
    with connection.cursor() as cursor:
        write = _copy if connection.vendor == "postgresql" else _execute_many
        write(cursor, table, columns, iter(rows))


def _copy(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterator[Sequence[object]]
) -> None:
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv, NULL '{NULL}')"
    while chunk := list(islice(rows, CHUNK)):
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([NULL if value is None else value for value in row] for row in chunk)
        text.seek(0)
        cursor.copy_expert(sql, text)


def _execute_many(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterator[Sequence[object]]
) -> None:
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    cursor.executemany(statement, rows)  # type: ignore[arg-type]  # rows are taken as they come, of any values
