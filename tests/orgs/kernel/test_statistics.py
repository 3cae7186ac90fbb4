"""What SQLite's planner is told: every table, the empty ones too."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import Incident
from orgs.kernel import statistics
from orgs.models import OrgUnit

pytestmark = pytest.mark.django_db


@pytest.fixture
def known():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts by itself")

    def read():
        with connection.cursor() as cursor:
            cursor.execute("SELECT tbl, idx, stat FROM sqlite_stat1")
            return cursor.fetchall()

    return read


def test_every_table_is_known_and_an_empty_one_is_taken_for_small(world, known):
    statistics.refresh()
    tables = {name for name in connection.introspection.table_names() if not name.startswith("sqlite")}
    assert {table for table, _index, _stat in known()} == tables
    rows = {stat.split()[0] for table, _index, stat in known() if table == Incident._meta.db_table}
    assert rows == {str(statistics.ROWS_OF_EMPTY)}


def test_a_second_time_changes_nothing_and_what_is_filled_is_counted(world, known):
    statistics.refresh()
    first = known()
    statistics.refresh()
    assert sorted(map(str, known())) == sorted(map(str, first))
    counted = [stat for table, _index, stat in first if table == OrgUnit._meta.db_table]
    assert str(OrgUnit.objects.count()) in {stat.split()[0] for stat in counted}
