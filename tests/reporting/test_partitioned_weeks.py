"""The statements of docs/scale.md that partition the weeks by edition: nothing is lost, weeks are closed, read and guarded as before."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from orgs.kernel import triggers
from orgs.kernel.clock import Week
from reporting import rollup
from reporting.models import WeekUnit
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def statements():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL partitions tables, SQLite doesn't")
    text = (settings.BASE_DIR / "docs" / "scale.md").read_text(encoding="utf-8")
    found = re.search(r"```sql\nBEGIN;\n(.*?)COMMIT;\n```", text, re.DOTALL)[1]
    return f"SET CONSTRAINTS ALL IMMEDIATE;\n{found}"


def rows():
    return list(WeekUnit.objects.order_by("week", "unit").values())


def partitions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT tableoid) FROM reporting_weekunit")
        return cursor.fetchone()[0]


def test_weeks_are_the_same_in_partitions(world, statements):
    report(world, "hnu-law-1201", 30)
    before = close(Week(2026, 45))
    stood = rows()
    with connection.cursor() as cursor:
        cursor.execute(statements)
    triggers.install(connection)
    assert rows() == stood
    after = close(LAST)
    for header in (before, after):
        assert rollup.content_hash(header) == header.content_hash
    assert partitions() >= 1
    for sql in (
        "UPDATE reporting_weekunit SET sub_orgs = sub_orgs + 1",
        f"DELETE FROM reporting_weekunit WHERE week_id = {before.pk}",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'reporting_weekunit'")
        assert {"weekunit_trend", "weekunit_children"} <= {name for (name,) in cursor.fetchall()}
