"""Tables as lines of text, the same from both engines: the text form of PostgreSQL's COPY, JSON in one spelling.

PostgreSQL then writes and reads its rows as fast as it can; SQLite's few are turned here. Encrypted columns stay tokens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.apps import apps as present_apps
from django.db import models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.base import BaseDatabaseWrapper

# Whoever is signed in signs in again.
LEFT_OUT = frozenset({"django_session"})
NULL = "\\N"
AT_ONCE = 2_000
_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_ESCAPED = str.maketrans(_ESCAPES)
_PLAIN = {written[1]: meant for meant, written in _ESCAPES.items()}
KINDS: dict[str, str] = {
    "BooleanField": "bool",
    "DateTimeField": "datetime",
    "DateField": "date",
    "TimeField": "time",
    "DecimalField": "decimal",
    "JSONField": "json",
    "BinaryField": "bytes",
    "FloatField": "float",
}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str  # bool, datetime, date, time, decimal, json, bytes, float, number, text
    places: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the schema, its columns in the order of the model, and those that order its rows."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def in_order(self, names: list[str]) -> Table:
        """The same table with its columns in the order of a backup. Raises KeyError for one it doesn't have."""
        by_name = {column.name: column for column in self.columns}
        if len(names) != len(by_name):
            raise KeyError(self.name)
        return replace(self, columns=tuple(by_name[name] for name in names))

    @property
    def json_at(self) -> list[int]:
        return [n for n, column in enumerate(self.columns) if column.kind == "json"]


def tables(apps: Apps = present_apps) -> list[Table]:
    """Every table of the models, in order of name."""
    known = {
        model._meta.db_table: _table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT
    }
    return [known[name] for name in sorted(known)]


def _table(model: type[models.Model]) -> Table:
    key = tuple(str(field.column) for field in model._meta.pk_fields)
    return Table(
        model._meta.db_table, tuple(_column(field) for field in model._meta.local_concrete_fields), key
    )


def _column(field: models.Field[Any, Any]) -> Column:
    end = field
    while isinstance(end, models.ForeignKey):
        end = end.target_field
    internal = end.get_internal_type()
    number = "Integer" in internal or "AutoField" in internal
    return Column(
        str(field.column),
        "number" if number else KINDS.get(internal, "text"),
        getattr(end, "decimal_places", None) or 0,
    )


class Digest:
    """Counts and digests lines of a table, wherever they come from."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = hashlib.sha256()

    def add(self, lines: bytes) -> None:
        self.rows += lines.count(b"\n")
        self._sum.update(lines)

    def told(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self._sum.hexdigest()}


def read(connection: BaseDatabaseWrapper, table: Table, take: Callable[[bytes], None]) -> None:
    """Give `take` the lines of the table, many at a time, in order of the key."""
    if connection.vendor == "postgresql":
        _read_postgresql(connection, table, take)
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    order = ", ".join(quote(name) for name in table.key)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {quote(table.name)} ORDER BY {order}")  # noqa: S608 - names of the models
        while some := cursor.fetchmany(AT_ONCE):
            take("".join(f"{_line(table, row)}\n" for row in some).encode())


def _read_postgresql(connection: BaseDatabaseWrapper, table: Table, take: Callable[[bytes], None]) -> None:
    quote = connection.ops.quote_name
    kinds = {column.name: column.kind for column in table.columns}
    names = ", ".join(quote(column.name) for column in table.columns)
    # As SQLite orders: by bytes.
    order = ", ".join(quote(name) + (' COLLATE "C"' if kinds[name] == "text" else "") for name in table.key)
    statement = f"COPY (SELECT {names} FROM {quote(table.name)} ORDER BY {order}) TO STDOUT"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute("SET LOCAL bytea_output = 'hex'")
        lines = _Lines(table, take)
        cursor.copy_expert(statement, lines)
        lines.close()


class _Lines:
    """What COPY writes into: whole lines go on, JSON in one spelling."""

    def __init__(self, table: Table, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._json_at = table.json_at
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._size += len(data)
        if self._size > 1024 * 1024:
            self._pass_on(b"".join(self._waiting))

    def close(self) -> None:
        if self._waiting:
            self._pass_on(b"".join(self._waiting))

    def _pass_on(self, data: bytes) -> None:
        whole, newline, rest = data.rpartition(b"\n")
        self._waiting, self._size = ([rest] if rest else []), len(rest)
        if newline:
            self._take(self._spelt(whole + newline) if self._json_at else whole + newline)

    def _spelt(self, data: bytes) -> bytes:
        return "".join(f"{self._spelt_line(line)}\n" for line in data.decode().split("\n")[:-1]).encode()

    def _spelt_line(self, line: str) -> str:
        cells = line.split("\t")
        for place in self._json_at:
            if cells[place] != NULL:
                cells[place] = _escaped(_canonical(_unescaped(cells[place])))
        return "\t".join(cells)


def _line(table: Table, row: tuple[Any, ...]) -> str:
    return "\t".join(
        NULL if value is None else _escaped(_text(column, value))
        for column, value in zip(table.columns, row, strict=True)
    )


def _text(column: Column, value: Any) -> str:
    """A value of SQLite as PostgreSQL writes it."""
    match column.kind:
        case "bool":
            return "t" if value else "f"
        case "datetime":
            return _moment(value)
        case "decimal":
            return f"{Decimal(str(value)):.{column.places}f}"
        case "json":
            return _canonical(value)
        case "bytes":
            return f"\\x{bytes(value).hex()}"
        case _:
            return str(value)


def _moment(value: datetime | str) -> str:
    """2026-11-18 02:00:00.5+00, as PostgreSQL writes it in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    fraction = f".{found.microsecond:06d}".rstrip("0") if found.microsecond else ""
    return f"{found:%Y-%m-%d %H:%M:%S}{fraction}+00"


def _canonical(text: str) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    parts, rest = [], iter(text)
    for character in rest:
        parts.append(_PLAIN[next(rest)] if character == "\\" else character)
    return "".join(parts)


def write(connection: BaseDatabaseWrapper, table: Table, blocks: Iterable[bytes]) -> None:
    """Add the lines to the table; it is empty, and nothing hinders."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column.name) for column in table.columns)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            cursor.copy_expert(f"COPY {quote(table.name)} ({names}) FROM STDIN", _Source(blocks))
        return
    places = ", ".join(["%s"] * len(table.columns))
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"  # noqa: S608 - names of the models
    rows = (_row(table, line) for block in blocks for line in block.decode().split("\n")[:-1])
    with connection.cursor() as cursor:
        while some := list(islice(rows, AT_ONCE)):
            cursor.executemany(statement, some)


class _Source:
    """What COPY reads from."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks: Iterator[bytes] = iter(blocks)
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._rest = block
        size = len(self._rest) if size < 0 else size
        some, self._rest = self._rest[:size], self._rest[size:]
        return some


def _row(table: Table, line: str) -> tuple[Any, ...]:
    cells = line.split("\t")
    return tuple(
        None if cell == NULL else _value(column.kind, _unescaped(cell))
        for column, cell in zip(table.columns, cells, strict=True)
    )


# Texts as SQLite keeps them; Django keeps UTC without saying so.
_VALUES: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "t",
    "number": int,
    "float": float,
    "datetime": lambda text: str(datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)),
    "json": lambda text: json.dumps(json.loads(text)),
    "bytes": lambda text: bytes.fromhex(text.removeprefix("\\x")),
}


def _value(kind: str, text: str) -> Any:
    return _VALUES[kind](text) if kind in _VALUES else text


def empty(connection: BaseDatabaseWrapper, chosen: Iterable[Table]) -> None:
    """Take every row away; the triggers are gone by now."""
    quote = connection.ops.quote_name
    names = [quote(table.name) for table in chosen] + [quote(name) for name in sorted(LEFT_OUT)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        else:
            for name in names:
                cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - names of the models


def count_on(connection: BaseDatabaseWrapper, chosen: Iterable[Table]) -> None:
    """The next key of a table comes after those that were written."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in chosen:
            (name, *others) = table.key
            if others or {c.name: c.kind for c in table.columns}[name] != "number":
                continue
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table.name}"', name])
            (sequence,) = cursor.fetchone()
            if sequence:
                quote = connection.ops.quote_name
                cursor.execute(
                    f"SELECT setval(%s, COALESCE(MAX({quote(name)}), 1), MAX({quote(name)}) IS NOT NULL)"  # noqa: S608
                    f" FROM {quote(table.name)}",
                    [sequence],
                )
