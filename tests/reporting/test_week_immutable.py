"""A closed week withstands any SQL, on PostgreSQL and SQLite; a week that is being closed does not hinder its closer."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from orgs.kernel.clock import Week
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import weekly

pytestmark = pytest.mark.django_db

COLUMNS = "year, number, edition, starts_on, state, n_units, content_hash, digest_form, reason"
FIGURES = ", ".join(
    f'"{field.column}"'
    for field in WeekUnit._meta.concrete_fields
    if field.column not in {"week_id", "unit_id"}
)
FORBIDDEN = {
    "change one figure": "UPDATE reporting_weekunit SET sub_orgs = 99 WHERE unit_id = {unit}",
    "change every figure": "UPDATE reporting_weekunit SET own_posts = own_posts + 1",
    "delete one row": "DELETE FROM reporting_weekunit WHERE unit_id = {unit}",
    "delete every row": "DELETE FROM reporting_weekunit",
    "add a row": f"INSERT INTO reporting_weekunit (week_id, unit_id, {FIGURES}) SELECT week_id, 999999, {FIGURES}"
    " FROM reporting_weekunit WHERE unit_id = {unit}",
    "move a row to another week": "UPDATE reporting_weekunit SET week_id = {other} WHERE unit_id = {unit}",
    "change the hash": "UPDATE reporting_closedweek SET content_hash = 'x' WHERE id = {week}",
    "reopen the week": "UPDATE reporting_closedweek SET state = 'closing' WHERE id = {week}",
    "delete the week": "DELETE FROM reporting_closedweek WHERE id = {week}",
    "overwrite the week on conflict": "INSERT INTO reporting_closedweek (id, " + COLUMNS + ")"
    " SELECT id, " + COLUMNS + " FROM reporting_closedweek WHERE id = {week}"
    " ON CONFLICT (id) DO UPDATE SET state = 'closing'",
}
ON_SQLITE = {
    "replace a row": "REPLACE INTO reporting_weekunit SELECT * FROM reporting_weekunit WHERE unit_id = {unit}",
    "replace the week": "INSERT OR REPLACE INTO reporting_closedweek (id, " + COLUMNS + ")"
    " SELECT id, " + COLUMNS + " FROM reporting_closedweek WHERE id = {week}",
}
ON_POSTGRESQL = {
    "truncate the rows": "TRUNCATE reporting_weekunit",
    "truncate the weeks": "TRUNCATE reporting_closedweek CASCADE",
}


@pytest.fixture
def closed(world):
    found = weekly.close_week(Week(2026, 46))
    found.other = ClosedWeek.objects.create(year=2026, number=45, starts_on=Week(2026, 45).starts_on)
    found.a_unit = world.ids["hnu"]
    return found


def everything():
    return list(WeekUnit.objects.order_by("pk").values_list()), list(
        ClosedWeek.objects.order_by("pk").values_list()
    )


def refused(closed, sql):
    connection.check_constraints()  # TRUNCATE refuses a table with constraints still to be checked
    before = everything()
    statement = sql.format(week=closed.pk, unit=closed.a_unit, other=closed.other.pk)
    with (
        pytest.raises(IntegrityError, match="immutable: reporting_"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return everything() == before


@pytest.mark.parametrize("what", FORBIDDEN)
def test_raw_sql_cannot(closed, what):
    assert refused(closed, FORBIDDEN[what])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's statements")
@pytest.mark.parametrize("what", ON_SQLITE)
def test_sqlite_cannot(closed, what):
    assert refused(closed, ON_SQLITE[what])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's statements")
@pytest.mark.parametrize("what", ON_POSTGRESQL)
def test_postgresql_cannot(closed, what):
    assert refused(closed, ON_POSTGRESQL[what])


def test_the_models_cannot_either(closed):
    row = WeekUnit.objects.for_week(closed.pk).first()
    row.own_posts = 5
    for change in (
        row.save,
        row.delete,
        WeekUnit.objects.for_week(closed.pk).delete,
        closed.delete,
        lambda: WeekUnit.objects.bulk_update([row], ["own_posts"]),
        lambda: WeekUnit.objects.update(own_posts=5),
    ):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            change()


def test_a_week_still_open_can_be_wiped(closed):
    assert ClosedWeek.objects.filter(pk=closed.other.pk).delete()[0] == 1
