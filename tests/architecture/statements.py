"""What a request writes: its statements, table by table, seen between Django and the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction

_WRITE = re.compile(r'\s*(INSERT|UPDATE|DELETE)\b[^"]*"(\w+)"', re.IGNORECASE)
_ASSIGNED = re.compile(r'"(\w+)" = ')


@dataclass(slots=True)
class Written:
    """Tables, (table, column) that an UPDATE assigns, and every value that was sent along."""

    tables: set[str] = field(default_factory=set)
    columns: set[tuple[str, str]] = field(default_factory=set)
    values: list[object] = field(default_factory=list)

    def __call__(self, execute, sql, params, many, context) -> object:
        if found := _WRITE.match(sql):
            verb, table = found[1].upper(), found[2]
            self.tables.add(table)
            if verb == "UPDATE":
                assigned = sql.partition(" WHERE ")[0]
                self.columns |= {(table, column) for column in _ASSIGNED.findall(assigned)}
            for each in params if many else [params]:
                self.values += each or ()
        return execute(sql, params, many, context)


@contextmanager
def written() -> Iterator[Written]:
    """Everything that is written within."""
    seen = Written()
    with connection.execute_wrapper(seen):
        yield seen


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written within is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
