"""What the planner of the engine knows about the tables: PostgreSQL counts by itself, SQLite when it is told to."""

from __future__ import annotations

from django.db import connection

MOST_ROWS_READ = 1000  # of each index: under a second for a whole nation
# SQLite says nothing of an empty table and then takes it for a million rows: a page would read a province to find out
# that there is no incident. Not fewer: a table that fills before the next time is still searched by its indexes.
ROWS_OF_EMPTY = 100
_EMPTY = """
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT tbl_name, CASE WHEN type = 'index' THEN name END, %s FROM sqlite_schema
 WHERE type IN ('table', 'index') AND tbl_name NOT LIKE 'sqlite%%' AND tbl_name NOT IN (SELECT tbl FROM sqlite_stat1)
"""


def refresh() -> None:
    """Have SQLite look at its indexes; on PostgreSQL autovacuum does. To be called after rows have come in masses.

    Without it SQLite takes a province for as few units as one superior has below, and pages take 20 times as long.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {MOST_ROWS_READ}")
            cursor.execute("ANALYZE")
            cursor.execute(_EMPTY, [f"{ROWS_OF_EMPTY} 1"])
            cursor.execute("ANALYZE sqlite_schema")  # reads anew what stands in sqlite_stat1


def refresh_column(table: str, column: str) -> None:
    """Have PostgreSQL look at one column of a table; SQLite sees what is there by itself.

    For a value that has just come in masses, such as a new week: taken for one row, it is joined row by row for hours.
    The names are ours. Inside a transaction it sees what the transaction has written.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table} ({column})")
