"""A published bulletin withstands any SQL, with what was told before it; recipients can still sign."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from orgs.kernel import clock
from reporting.models import Bulletin, BulletinNotice, BulletinRecipient
from reporting.operations import bulletin_notices, bulletin_recipients, bulletins
from tests.reporting.bulletin_steps import two_weeks

pytestmark = pytest.mark.django_db

FORBIDDEN = {
    "change the title": "UPDATE reporting_bulletin SET title = 'x' WHERE id = {pk}",
    "change the figures": "UPDATE reporting_bulletin SET figures = '{{}}' WHERE id = {pk}",
    "change every number": "UPDATE reporting_bulletin SET number = number + 1",
    "make it a draft again": "UPDATE reporting_bulletin SET state = 'draft' WHERE id = {pk}",
    "delete it": "DELETE FROM reporting_bulletin WHERE id = {pk}",
    "delete everything": "DELETE FROM reporting_bulletin",
    "change an answer": "UPDATE reporting_bulletinnotice SET answer = 'x' WHERE bulletin_id = {pk}",
    "delete a notice": "DELETE FROM reporting_bulletinnotice WHERE bulletin_id = {pk}",
    "move a notice away": "UPDATE reporting_bulletinnotice SET bulletin_id = {draft} WHERE bulletin_id = {pk}",
    "add a notice": "INSERT INTO reporting_bulletinnotice (bulletin_id, unit_id, told_at, told_by_id, answer)"
    " SELECT {pk}, {unit}, told_at, told_by_id, 'x' FROM reporting_bulletinnotice LIMIT 1",
}
ON_SQLITE = {"replace it": "REPLACE INTO reporting_bulletin SELECT * FROM reporting_bulletin WHERE id = {pk}"}
ON_POSTGRESQL = {"empty the table": "TRUNCATE reporting_bulletin CASCADE"}


@pytest.fixture
def bulletin(world, cast):
    closed = two_weeks(world)
    found = bulletins.draft(world["hi"], closed, by=cast["province"])
    bulletin_notices.tell(found.pk, by=cast["province"])
    found = bulletins.publish(found.pk, version=found.version, by=cast["province"])
    found.other = bulletins.draft(world["hnu"], closed, by=cast["university"])
    found.a_unit = world.ids["vol"]
    return found


def everything():
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Bulletin, BulletinNotice, BulletinRecipient)
    ]


def refused(bulletin, sql):
    connection.check_constraints()  # TRUNCATE refuses a table with constraints still to be checked
    before = everything()
    statement = sql.format(pk=bulletin.pk, draft=bulletin.other.pk, unit=bulletin.a_unit)
    with (
        pytest.raises(IntegrityError, match="immutable: reporting_"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return everything() == before


@pytest.mark.parametrize("what", FORBIDDEN)
def test_raw_sql_cannot(bulletin, what):
    assert refused(bulletin, FORBIDDEN[what])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's statements")
@pytest.mark.parametrize("what", ON_SQLITE)
def test_sqlite_cannot(bulletin, what):
    assert refused(bulletin, ON_SQLITE[what])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's statements")
@pytest.mark.parametrize("what", ON_POSTGRESQL)
def test_postgresql_cannot(bulletin, what):
    assert refused(bulletin, ON_POSTGRESQL[what])


def test_the_models_cannot_either(bulletin):
    bulletin.title = "x"
    for change in (bulletin.save, bulletin.delete, lambda: Bulletin.objects.update(title="x")):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            change()


def test_recipients_can_still_sign(bulletin, cast):
    assert bulletin_recipients.sign(bulletin.pk, by=cast["university"]) == 1
    signed = BulletinRecipient.objects.get(bulletin=bulletin, unit__code="hnu")
    assert signed.received_at == clock.now()


def test_a_draft_can_be_thrown_away(bulletin, cast):
    bulletin_notices.tell(bulletin.other.pk, by=cast["university"])
    bulletins.discard(bulletin.other.pk, by=cast["university"])
    assert not Bulletin.objects.drafts().exists()
