"""Immutability in the database itself: what is locked withstands any SQL, on PostgreSQL and SQLite.

Apps register tables in AppConfig.ready(); triggers are installed after every migrate, because SQLite drops them when a
table is remade. A refused statement raises IntegrityError with the text `immutable: <table>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection as default_connection
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from orgs.kernel.trigger_rules import (
    PREFIX,
    AppendOnly,
    KeptBelowLocked,
    KeptOnceLocked,
    LockedByParent,
    LockedRows,
    LockedValue,
    OnlyErased,
    Rule,
    Through,
    Trigger,
    literal,
    quoted,
)

_rules: dict[Rule, None] = {}


def append_only(table: str) -> None:
    """Rows of the table are never changed or deleted."""
    _rules[AppendOnly(table)] = None


def lock_rows(table: str, *, locked_column: str, locked_value: LockedValue | tuple[LockedValue, ...]) -> None:
    """A row is final once its column holds (one of) the locked value(s); FILLED: once it holds anything."""
    _rules[LockedRows(table, locked_column, _as_tuple(locked_value))] = None


def protect(
    *,
    table: str,
    parent_table: str,
    parent_fk: str,
    parent_pk: str = "id",
    locked_column: str,
    locked_value: LockedValue | tuple[LockedValue, ...],
    through: Through | None = None,
) -> None:
    """A parent row is final once its column holds a locked value, and so are its rows in `table`.

    Where `table` hangs on a row between, `through` says on which, and `parent_fk` names that row.

    A statement on `table` holds its parents until the transaction ends: lock the parent first (FOR UPDATE) where the
    same transaction updates it later, else two writers can wait for each other.
    """
    parent = LockedRows(parent_table, locked_column, _as_tuple(locked_value))
    _rules[parent] = None
    _rules[LockedByParent(table, parent_fk, parent, parent_pk, through)] = None


def keep_once_locked(
    *,
    table: str,
    filled: str,
    kept: tuple[str, ...],
    keys: tuple[str, ...],
    other_table: str,
    locked_column: str,
    locked_value: LockedValue | tuple[LockedValue, ...],
    pk: str = "id",
) -> None:
    """Of a row whose column `filled` holds something, the columns `kept` and `keys` are final and the row stays, once
    a row of `other_table` with the same `keys` is locked. Its other columns may be written on.
    """
    other = LockedRows(other_table, locked_column, _as_tuple(locked_value))
    _rules[KeptOnceLocked(table, pk, filled, kept, keys, other)] = None


def keep_below_locked(
    *,
    table: str,
    parent_table: str,
    parent_fk: str,
    keys: tuple[str, ...],
    other_table: str,
    locked_column: str,
    locked_value: LockedValue | tuple[LockedValue, ...],
    parent_pk: str = "id",
) -> None:
    """Rows of `table` stay as they are once a row of `other_table` with the same `keys` as their parent is locked;
    others may still be added.
    """
    other = LockedRows(other_table, locked_column, _as_tuple(locked_value))
    _rules[KeptBelowLocked(table, parent_fk, parent_table, parent_pk, keys, other)] = None


def keep_once_filled(table: str, *, filled: str, kept: tuple[str, ...], pk: str = "id") -> None:
    """Of a row whose column `filled` holds something, that and the columns `kept` are final and the row stays."""
    _rules[KeptOnceLocked(table, pk, filled, kept, (), None)] = None


def only_erased(table: str, *, pk: str, emptied: str, stamp: str) -> None:
    """Rows stay, and are changed only by being erased: `stamp` is set and `emptied` is empty afterwards."""
    _rules[OnlyErased(table, pk, emptied, stamp)] = None


def install(connection: BaseDatabaseWrapper, rules: Iterable[Rule] | None = None) -> None:
    """Bring the triggers of all existing tables to what is registered; does nothing where they already are."""
    tables = set(connection.introspection.table_names())
    wanted = {trigger.name: trigger for trigger in _wanted(connection, rules) if trigger.table in tables}
    present = _present(connection)
    with connection.cursor() as cursor:
        for name in present.keys() - wanted.keys():
            if rules is None:
                cursor.execute(_drop(connection, name, present[name]))
        for name in wanted.keys() - present.keys():
            for statement in _create(connection, wanted[name]):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every immutability trigger away: before SQLite remakes a table, and before a test empties all."""
    present = _present(connection)
    with connection.cursor() as cursor:
        for name, table in present.items():
            cursor.execute(_drop(connection, name, table))


def missing(connection: BaseDatabaseWrapper, rules: Iterable[Rule] | None = None) -> list[str]:
    """What check_integrity reports: `table event` of each absent or disabled trigger, and a missing pragma."""
    present = _present(connection, only_enabled=True)
    lacking = [f"{t.table} {t.event}" for t in _wanted(connection, rules) if t.name not in present]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers")
            if cursor.fetchone()[0] != 1:
                lacking.append("PRAGMA recursive_triggers")
    return sorted(lacking)


@contextmanager
def without_triggers(connection: BaseDatabaseWrapper | None = None) -> Iterator[None]:
    """For the flush of tests only: no immutability within the block."""
    remove(connection or default_connection)
    try:
        yield
    finally:
        install(connection or default_connection)


def on_pre_migrate(using: str, **kwargs: object) -> None:
    """SQLite renames a remade table, which fails while a trigger elsewhere names it."""
    if connections[using].vendor == "sqlite":
        remove(connections[using])


def on_post_migrate(using: str, **kwargs: object) -> None:
    """Install what is registered; runs once per app and after flush."""
    install(connections[using])


def on_connection_created(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Without recursive triggers, SQLite's INSERT OR REPLACE deletes a row past its DELETE trigger."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


def _wanted(connection: BaseDatabaseWrapper, rules: Iterable[Rule] | None) -> list[Trigger]:
    is_postgresql = connection.vendor == "postgresql"
    chosen = _rules if rules is None else rules
    return [t for rule in chosen for t in (rule.for_postgresql() if is_postgresql else rule.for_sqlite())]


def _present(connection: BaseDatabaseWrapper, *, only_enabled: bool = False) -> dict[str, str]:
    """Name → table of the immutability triggers in the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            states = ["O", "A"] if only_enabled else ["O", "A", "D", "R"]
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                ' WHERE NOT t.tgisinternal AND starts_with(t.tgname, %s) AND t.tgenabled = ANY(%s::"char"[])'
                " AND pg_table_is_visible(c.oid)",
                [PREFIX, states],
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, %s) = %s",
                [len(PREFIX), PREFIX],
            )
        return dict(cursor.fetchall())


def _create(connection: BaseDatabaseWrapper, trigger: Trigger) -> list[str]:
    message = literal(f"immutable: {trigger.table}")
    if connection.vendor != "postgresql":
        return [
            f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {quoted(trigger.table)}"
            f" WHEN {trigger.refusal} BEGIN SELECT RAISE(ABORT, {message}); END"
        ]
    rows = {
        "INSERT": "AFTER INSERT ON {} REFERENCING NEW TABLE AS new_rows",
        "UPDATE": "AFTER UPDATE ON {} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "DELETE": "AFTER DELETE ON {} REFERENCING OLD TABLE AS old_rows",
        "TRUNCATE": "BEFORE TRUNCATE ON {}",
    }[trigger.event].format(quoted(trigger.table))
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN"
        f" {trigger.before} IF {trigger.refusal} THEN"
        f" RAISE EXCEPTION USING MESSAGE = {message}, ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NULL; END $body$",
        f"CREATE TRIGGER {trigger.name} {rows} FOR EACH STATEMENT EXECUTE FUNCTION {trigger.name}()",
    ]


def _drop(connection: BaseDatabaseWrapper, name: str, table: str) -> str:
    on_postgresql = f"DROP TRIGGER {name} ON {quoted(table)}; DROP FUNCTION {name}()"
    return on_postgresql if connection.vendor == "postgresql" else f"DROP TRIGGER {name}"


def _as_tuple(value: LockedValue | tuple[LockedValue, ...]) -> tuple[LockedValue, ...]:
    return value if isinstance(value, tuple) else (value,)
