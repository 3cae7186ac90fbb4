"""What the planner of the engine knows about the tables: PostgreSQL counts by itself, SQLite when it is told to."""

from __future__ import annotations

from django.db import connection

MOST_ROWS_READ = 1000  # of each index: under a second for a whole nation


def refresh() -> None:
    """Have SQLite look at its indexes; on PostgreSQL autovacuum does. To be called after rows have come in masses.

    Without it SQLite takes a province for as few units as one superior has below, and pages take 20 times as long.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {MOST_ROWS_READ}")
            cursor.execute("ANALYZE")
