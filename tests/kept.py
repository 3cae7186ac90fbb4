"""The database as it is before the first test. After a test that committed, that is put back instead of emptying every table.

Emptying a hundred tables, making permissions and triggers anew and building the world again takes half a second and more,
for each of hundreds of tests. PostgreSQL keeps copies of the rows in a schema of their own, SQLite a copy of the file.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.test import TransactionTestCase

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

SCHEMA = "kept"

_copy: sqlite3.Connection | None = None
_filled: list[str] = []


def keep() -> None:
    """Remember what stands in the database; from now on that is put back after each test that commits.

    Nothing is remembered where PostgreSQL lets the user set no triggers aside: tables are emptied then, as Django does it.
    """
    if connection.vendor == "sqlite":
        _keep_file()
    elif _may_set_triggers_aside():
        _keep_rows()
    else:
        return
    TransactionTestCase._fixture_teardown = lambda self: put_back()  # type: ignore[method-assign]


def put_back() -> None:
    """Every row as it was kept, and no other."""
    if _copy is not None:
        connection.ensure_connection()
        _copy.backup(connection.connection)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        tables = [_quoted(table) for table in _tables(cursor)]
        cursor.execute(";".join(f"DELETE FROM {table}" for table in tables))
        cursor.execute(
            ";".join(f"INSERT INTO {_quoted(t)} SELECT * FROM {SCHEMA}.{_quoted(t)}" for t in _filled)
        )


def _keep_file() -> None:
    global _copy
    _copy = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(_copy)


def _keep_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        _filled.clear()
        for table in _tables(cursor):
            cursor.execute(f"CREATE TABLE {SCHEMA}.{_quoted(table)} AS TABLE {_quoted(table)}")
            if cursor.rowcount:
                _filled.append(table)


def _tables(cursor: CursorWrapper) -> list[str]:
    """Those of the portal; parts of a partitioned table are emptied with it."""
    cursor.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall()]


def _may_set_triggers_aside() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
