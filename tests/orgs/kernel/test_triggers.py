from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from orgs.kernel import triggers
from orgs.kernel.trigger_rules import FILLED, literal
from orgs.kernel.triggers import AppendOnly, KeptOnceLocked, LockedByParent, LockedRows

pytestmark = pytest.mark.django_db

WEEK = LockedRows("kernel_week", "state", ("closed",))
WEEK_BY_NUMBER = LockedRows("kernel_calendar", "state", ("closed",))
RULES = [
    WEEK,
    LockedByParent("kernel_row", "week_id", WEEK, "id"),
    AppendOnly("kernel_log"),
    LockedRows("kernel_sign", "signed_at", (FILLED,)),
    KeptOnceLocked("kernel_word", "id", "said_at", ("text",), ("number",), WEEK_BY_NUMBER),
]
OPEN, CLOSED = 1, 2


@pytest.fixture
def tables():
    run("CREATE TABLE kernel_week (id integer PRIMARY KEY, state varchar(10), note varchar(20))")
    run("CREATE TABLE kernel_row (id integer PRIMARY KEY, week_id integer, members integer)")
    run("CREATE TABLE kernel_log (id integer PRIMARY KEY, message varchar(20))")
    run("CREATE TABLE kernel_sign (id integer PRIMARY KEY, signed_at integer, note varchar(20))")
    run("CREATE TABLE kernel_calendar (number integer, state varchar(10))")
    run(
        "CREATE TABLE kernel_word (id integer PRIMARY KEY, number integer, said_at integer, text varchar(20), version integer)"
    )
    run("INSERT INTO kernel_week VALUES (1, 'open', ''), (2, 'open', '')")
    run("INSERT INTO kernel_row VALUES (10, 1, 100), (20, 2, 200)")
    run("INSERT INTO kernel_log VALUES (1, 'first')")
    run("INSERT INTO kernel_sign VALUES (1, NULL, ''), (2, 900, '')")
    run("INSERT INTO kernel_calendar VALUES (45, 'closed'), (46, 'open')")
    run(
        "INSERT INTO kernel_word VALUES (1, 45, 900, 'said', 1), (2, 45, NULL, '', 1), (3, 46, 900, 'said', 1)"
    )
    triggers.install(connection, RULES)
    run("UPDATE kernel_week SET state = 'closed' WHERE id = 2")


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def everything():
    with connection.cursor() as cursor:
        found = []
        for table in ("kernel_week", "kernel_row", "kernel_log", "kernel_sign", "kernel_word"):
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found.append(cursor.fetchall())
        return found


FORBIDDEN = {
    "change a row of a closed week": ("UPDATE kernel_row SET members = 1 WHERE id = 20", "kernel_row"),
    "change all rows": ("UPDATE kernel_row SET members = members + 1", "kernel_row"),
    "delete a row of a closed week": ("DELETE FROM kernel_row WHERE id = 20", "kernel_row"),
    "delete all rows": ("DELETE FROM kernel_row", "kernel_row"),
    "add a row to a closed week": ("INSERT INTO kernel_row VALUES (21, 2, 5)", "kernel_row"),
    "add rows by a query": (
        "INSERT INTO kernel_row SELECT id + 50, 2, members FROM kernel_row",
        "kernel_row",
    ),
    "move a row into a closed week": ("UPDATE kernel_row SET week_id = 2 WHERE id = 10", "kernel_row"),
    "move a row out of a closed week": ("UPDATE kernel_row SET week_id = 1 WHERE id = 20", "kernel_row"),
    "overwrite a row on conflict": (
        "INSERT INTO kernel_row VALUES (20, 1, 5) ON CONFLICT (id) DO UPDATE SET members = excluded.members",
        "kernel_row",
    ),
    "change a closed week": ("UPDATE kernel_week SET note = 'x' WHERE id = 2", "kernel_week"),
    "reopen a closed week": ("UPDATE kernel_week SET state = 'open' WHERE id = 2", "kernel_week"),
    "delete a closed week": ("DELETE FROM kernel_week WHERE id = 2", "kernel_week"),
    "overwrite a closed week on conflict": (
        "INSERT INTO kernel_week VALUES (2, 'open', '') ON CONFLICT (id) DO UPDATE SET state = 'open'",
        "kernel_week",
    ),
    "change what is signed": ("UPDATE kernel_sign SET note = 'x' WHERE id = 2", "kernel_sign"),
    "take a signature back": ("UPDATE kernel_sign SET signed_at = NULL WHERE id = 2", "kernel_sign"),
    "change signed and unsigned at once": ("UPDATE kernel_sign SET note = 'x'", "kernel_sign"),
    "delete what is signed": ("DELETE FROM kernel_sign WHERE id = 2", "kernel_sign"),
    "change words about a closed week": ("UPDATE kernel_word SET text = 'x' WHERE id = 1", "kernel_word"),
    "unsay words about a closed week": ("UPDATE kernel_word SET said_at = NULL", "kernel_word"),
    "move words to an open week": ("UPDATE kernel_word SET number = 46 WHERE id = 1", "kernel_word"),
    "delete words about a closed week": ("DELETE FROM kernel_word WHERE number = 45", "kernel_word"),
    "overwrite words on conflict": (
        "INSERT INTO kernel_word VALUES (1, 45, 900, 'x', 1) ON CONFLICT (id) DO UPDATE SET text = excluded.text",
        "kernel_word",
    ),
    "change the log": ("UPDATE kernel_log SET message = 'other'", "kernel_log"),
    "delete from the log": ("DELETE FROM kernel_log", "kernel_log"),
    "overwrite the log on conflict": (
        "INSERT INTO kernel_log VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET message = 'x'",
        "kernel_log",
    ),
}
REPLACING = {
    "replace a row": ("INSERT OR REPLACE INTO kernel_row VALUES (20, 1, 5)", "kernel_row"),
    "replace a signature": ("REPLACE INTO kernel_sign VALUES (2, NULL, '')", "kernel_sign"),
    "replace words": ("REPLACE INTO kernel_word VALUES (1, 45, 900, 'x', 1)", "kernel_word"),
    "replace a week": ("REPLACE INTO kernel_week VALUES (2, 'open', '')", "kernel_week"),
    "replace in the log": ("REPLACE INTO kernel_log VALUES (1, 'x')", "kernel_log"),
    "displace a row": ("UPDATE OR REPLACE kernel_row SET id = 20 WHERE id = 10", "kernel_row"),
}
TRUNCATING = {
    "truncate the rows": ("TRUNCATE kernel_row", "kernel_row"),
    "truncate the weeks": ("TRUNCATE kernel_week", "kernel_week"),
    "truncate the signatures": ("TRUNCATE kernel_sign", "kernel_sign"),
    "truncate the words": ("TRUNCATE kernel_word", "kernel_word"),
    "truncate the log": ("TRUNCATE kernel_log", "kernel_log"),
}


def is_refused(sql, table):
    before = everything()
    with pytest.raises(IntegrityError, match=f"immutable: {table}"):
        run(sql)
    assert everything() == before


@pytest.mark.parametrize("attempt", FORBIDDEN)
def test_what_is_final_withstands(tables, attempt):
    is_refused(*FORBIDDEN[attempt])


@pytest.mark.parametrize("attempt", REPLACING)
def test_what_is_final_withstands_replacing(tables, attempt):
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is a word of SQLite")
    is_refused(*REPLACING[attempt])


@pytest.mark.parametrize("attempt", TRUNCATING)
def test_what_is_final_withstands_truncating(tables, attempt):
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE is a word of PostgreSQL")
    is_refused(*TRUNCATING[attempt])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE kernel_row SET members = 1 WHERE week_id = 1",
        "DELETE FROM kernel_row WHERE week_id = 1",
        "INSERT INTO kernel_row VALUES (11, 1, 5)",
        "INSERT INTO kernel_log VALUES (2, 'second')",
        "UPDATE kernel_sign SET signed_at = 901 WHERE id = 1",
        "DELETE FROM kernel_sign WHERE id = 1",
        "INSERT INTO kernel_sign VALUES (3, 900, '')",
        "UPDATE kernel_word SET version = 2",
        "UPDATE kernel_word SET text = 'late', said_at = 990 WHERE id = 2",
        "UPDATE kernel_word SET text = 'x', said_at = NULL WHERE id = 3",
        "DELETE FROM kernel_word WHERE id IN (2, 3)",
        "INSERT INTO kernel_word VALUES (4, 45, 990, 'late', 1)",
        "UPDATE kernel_week SET state = 'closed' WHERE id = 1",
        "DELETE FROM kernel_week WHERE id = 1",
        "INSERT INTO kernel_week VALUES (3, 'closed', '')",
    ],
)
def test_what_is_open_can_be_written(tables, sql):
    before = everything()
    run(sql)
    assert everything() != before


@pytest.mark.parametrize(
    "sql", ["UPDATE kernel_log SET message = 'x' WHERE id = 99", "DELETE FROM kernel_log WHERE id = 99"]
)
def test_statement_that_touches_no_row_is_harmless(tables, sql):
    run(sql)


def test_installing_twice_changes_nothing(tables):
    before = triggers._present(connection)
    triggers.install(connection, RULES)
    assert triggers._present(connection) == before
    assert triggers.missing(connection, RULES) == []


def test_missing_trigger_is_named(tables):
    triggers.remove(connection)
    assert "kernel_log DELETE" in triggers.missing(connection, RULES)
    run("UPDATE kernel_log SET message = 'other'")


def test_disabled_trigger_is_named(tables):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite can't disable a trigger")
    run("ALTER TABLE kernel_log DISABLE TRIGGER USER")
    assert triggers.missing(connection, RULES) == [
        "kernel_log DELETE",
        "kernel_log TRUNCATE",
        "kernel_log UPDATE",
    ]


def test_changed_rule_counts_as_missing(tables):
    stricter = LockedRows("kernel_week", "state", ("closed", "published"))
    assert triggers.missing(connection, [stricter]) != []


def test_triggers_are_off_within_the_block_for_flushing_only(tables):
    with triggers.without_triggers():
        run("DELETE FROM kernel_row")
    assert everything()[1] == []


def test_everything_registered_is_installed():
    assert triggers.missing(connection) == []


def test_filled_is_no_value():
    with pytest.raises(TypeError):
        literal(FILLED)
