"""Every table that is registered as immutable refuses raw SQL over rows that are final; a new one can't be forgotten."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from orgs.kernel import clock, triggers
from tests.config.sound_scene import build, rolled_back
from tests.world import TODAY

# Sheets have tests of their own (tests/scoring).
TABLES = sorted({rule.table for rule in triggers._rules if not rule.table.startswith("scoring_")})
# Nothing final stands there in the scene; tests of their own bring something to its end.
ELSEWHERE = {
    "accounts_incident",
    "reporting_basecorrection",
    "reporting_bulletinnotice",
    "reporting_campaignphase",
    "reporting_contribution",
    "reporting_directedmessage",
    "reporting_material",
    "reporting_notice",
    "reporting_noticerecipient",
    "reporting_plannednumber",
    "reporting_bulletinrecipient",
    "reporting_weeklyreport",
    "reporting_weekexplanation",
}
STATEMENTS = ["DELETE FROM {table}"]
if connection.vendor == "postgresql":
    STATEMENTS.append("TRUNCATE {table} CASCADE")


# With the mark these come before the tests that empty the database.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), clock.frozen(TODAY), rolled_back():
        yield build()
    patch.undo()


def is_refused(statement: str) -> bool:
    connection.check_constraints()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return str(error).startswith("immutable: ")
    return False


def test_registered_tables_are_in_the_database():
    assert set(TABLES) <= set(connection.introspection.table_names())
    assert set(TABLES) >= ELSEWHERE


@pytest.mark.parametrize("statement", STATEMENTS)
def test_raw_sql_is_refused_wherever_something_is_final(scene, statement):
    refused = {table for table in TABLES if is_refused(statement.format(table=table))}
    assert set(TABLES) - refused <= ELSEWHERE
