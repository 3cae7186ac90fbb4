"""Many counts in one statement: pages that name a number of things ask the database once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

if TYPE_CHECKING:
    from django.db.models import QuerySet


def counts(**querysets: QuerySet[Any]) -> dict[str, int]:
    """name -> number of rows, as `.count()` of each would say."""
    found = dict.fromkeys(querysets, 0)
    names: list[str] = []
    parts: list[str] = []
    params: list[Any] = []
    for name, rows in querysets.items():
        try:
            sql, values = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        names.append(name)
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 - compiled by Django
        params.extend(values)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", params)
            found |= dict(zip(names, map(int, cursor.fetchone()), strict=True))
    return found
