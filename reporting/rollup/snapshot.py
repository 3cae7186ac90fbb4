"""The finished row of the snapshot as SQL, and the digest over all rows of a week."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import connection

from reporting.figures import NOT_IN_FIRST_DIGEST
from reporting.rollup.facts import OWN, PLACEMENT, STANDING
from reporting.rollup.levels import SUBTREE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reporting.models import ClosedWeek

_STREAKS = ("poor_streak", "poor_streak_max")
_FIRST_DIGEST = 1
_CHUNK = 2000
_ARGUMENTS = 60
_TEXTS = ("kind_id", "line", "code", "name")
_FLAGS = ("is_open", "is_reported")


def _columns() -> dict[str, str]:
    """Column of reporting_weekunit -> expression over f = week_facts and b = week_below."""
    renamed = {"covered": "own_covered"}
    flags = {name: f"f.{name} = 1" for name in _FLAGS}
    plain = {
        renamed.get(name, name): flags.get(name, f"f.{name}") for name in (*PLACEMENT, *STANDING, *_STREAKS)
    }
    return (
        plain
        | {f"own_{name}": f"f.{name}" for name in OWN}
        | {f"sub_{name}": expression for name, expression in SUBTREE.items()}
    )


def insert_statement() -> str:
    """INSERT … SELECT of the whole week; takes the parameter `week_id`."""
    columns = _columns()
    return (
        f"INSERT INTO reporting_weekunit (week_id, {', '.join(columns)})"  # noqa: S608 - names of ours
        f" SELECT %(week_id)s, {', '.join(columns.values())}"
        " FROM week_facts f LEFT JOIN week_below b ON b.unit_id = f.unit_id"
    )


def content_hash(header: ClosedWeek) -> str:
    """sha256 over the rows of the week in order of unit, as one line of text each; the same on both engines.

    Over the columns that `digest_form` says, so that weeks closed with fewer columns still verify.
    """
    digest = hashlib.sha256(f"{header.week}\n".encode())
    for chunk in _chunks(header.pk, _digested(header.digest_form)):
        digest.update(chunk.encode())
    return digest.hexdigest()


def _digested(form: int) -> list[str]:
    left_out = {f"{side}_{name}" for name in NOT_IN_FIRST_DIGEST for side in ("own", "sub")}
    return sorted(_columns().keys() - (left_out if form == _FIRST_DIGEST else set()))


def _chunks(week_id: int, columns: list[str]) -> Iterator[str]:
    statement = f"SELECT {_line(columns)} FROM reporting_weekunit WHERE week_id = %s ORDER BY unit_id"  # noqa: S608
    # A cursor on the server: 700,000 rows never stand in memory.
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [week_id])
        while rows := cursor.fetchmany(_CHUNK):
            yield "".join(f"{row[0]}\n" for row in rows)


def _line(columns: list[str]) -> str:
    """One row as text: numbers with commas, NULL as nothing, texts led by their length, so that no two rows read alike."""
    parts = [part for name in columns for part in _parts(name)]
    function = {"postgresql": "format", "sqlite": "printf"}[connection.vendor]
    # Both engines fill %s alike, three times faster than ||; PostgreSQL takes at most 100 arguments at a time.
    pieces = [
        f"{function}('{'%%s,' * len(some)}', {', '.join(some)})"
        for some in (parts[n : n + _ARGUMENTS] for n in range(0, len(parts), _ARGUMENTS))
    ]
    return " || ".join(pieces)


def _parts(name: str) -> list[str]:
    if name in _TEXTS:
        return [f"LENGTH({name})", name]
    if name in _FLAGS:
        return [f"CASE WHEN {name} THEN 1 ELSE 0 END"]
    return [name]
