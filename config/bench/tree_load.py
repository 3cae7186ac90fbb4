"""File → checked tree, against plain COPY (executemany) of the same rows into the same table. Bar: 4."""

from __future__ import annotations

from django.db import connection, transaction

from config.bench import Figure, divisions, peak_mib, stopwatch
from orgs.models import OrgUnit
from orgs.operations import bulk_load, tree_check, tree_import
from orgs.operations.reference import load_reference

BAR = 4.0


def run(size: int) -> list[Figure]:
    """Load, check, and load the same again by the engine's own means."""
    load_reference()
    peak_mib(anew=True)
    with stopwatch() as read:
        table = divisions.table(size)
    with stopwatch() as load:
        plan = tree_import.import_units(table, by=None)
    with stopwatch() as check:
        report = tree_check.check_tree()
    peak = peak_mib()
    if plan.errors or not report.is_sound:
        raise AssertionError(plan.errors[:3] or report.counts)
    rows = list(OrgUnit.objects.order_by("pk").values_list(*bulk_load.COLUMNS))
    _empty()
    with stopwatch() as plain, transaction.atomic():
        bulk_load.insert_units(rows)
    total = read.seconds + load.seconds + check.seconds
    return [
        Figure("rows", len(rows)),
        Figure("read_seconds", read.seconds),
        Figure("load_seconds", load.seconds),
        Figure("check_seconds", check.seconds),
        Figure("plain_seconds", plain.seconds),
        Figure("ratio", total / plain.seconds, BAR),
        Figure("peak_mib", peak),
    ]


def _empty() -> None:
    table = OrgUnit._meta.db_table
    with connection.cursor() as cursor, connection.constraint_checks_disabled():
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {table} CASCADE")
        else:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a table name of ours
