"""What was signed, and what was reported of a week that is closed since, withstands any SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.operations import registry
from orgs.kernel import clock
from reporting.models import BulletinRecipient, WeeklyReport
from reporting.operations import bulletin_recipients, bulletins
from reporting.operations.reports import Said, confirm
from tests.reporting.bulletin_steps import two_weeks
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db


def refused(sql, table):
    connection.check_constraints()
    with (
        pytest.raises(IntegrityError, match=f"immutable: {table}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.fixture
def signed(world, cast):
    found = bulletins.draft(world["hi"], two_weeks(world), by=cast["province"])
    found = bulletins.publish(found.pk, version=found.version, by=cast["province"])
    bulletin_recipients.sign(found.pk, by=cast["university"])
    return BulletinRecipient.objects.get(bulletin=found, unit=world["hnu"])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reporting_bulletinrecipient SET received_at = NULL WHERE id = {pk}",
        "UPDATE reporting_bulletinrecipient SET received_by_id = NULL",
        "UPDATE reporting_bulletinrecipient SET unit_id = unit_id WHERE id = {pk}",
        "DELETE FROM reporting_bulletinrecipient WHERE id = {pk}",
    ],
)
def test_a_signature_stays(signed, sql):
    refused(sql.format(pk=signed.pk), "reporting_bulletinrecipient")


def test_a_second_signature_changes_nothing_and_others_can_still_sign(signed, cast):
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert bulletin_recipients.sign(signed.bulletin_id, by=cast["university"]) == 0
        assert bulletin_recipients.sign(signed.bulletin_id, by=cast["city"]) == 1
    assert BulletinRecipient.objects.get(pk=signed.pk).received_at == signed.received_at


@pytest.fixture
def confirmed(world, cast):
    """Hainan University has confirmed W46 in time; it is not closed yet."""
    with clock.frozen(LAST.ends_at - timedelta(hours=2)):
        return confirm(world["hnu"], LAST, Said("照常"), version=0, by=cast["university"])


FORBIDDEN = [
    "UPDATE reporting_weeklyreport SET remark = 'x' WHERE id = {pk}",
    "UPDATE reporting_weeklyreport SET confirmed_at = NULL",
    "UPDATE reporting_weeklyreport SET confirmed_at = '2026-01-01 00:00:00+00:00' WHERE id = {pk}",
    "UPDATE reporting_weeklyreport SET confirmed_by_id = NULL WHERE id = {pk}",
    "UPDATE reporting_weeklyreport SET number = 45 WHERE id = {pk}",
    "UPDATE reporting_weeklyreport SET unit_id = {other} WHERE id = {pk}",
    "UPDATE reporting_weeklyreport SET id = id + 1000 WHERE id = {pk}",
    "DELETE FROM reporting_weeklyreport",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_a_confirmed_report_stays_once_its_week_is_closed(world, confirmed, sql):
    close()
    refused(sql.format(pk=confirmed.pk, other=world.ids["qzu"]), "reporting_weeklyreport")


def test_replacing_and_emptying_are_refused_too(confirmed):
    close()
    if connection.vendor == "sqlite":
        refused(
            "REPLACE INTO reporting_weeklyreport SELECT * FROM reporting_weeklyreport",
            "reporting_weeklyreport",
        )
    else:
        refused("TRUNCATE reporting_weeklyreport CASCADE", "reporting_weeklyreport")


def test_until_sunday_24_it_may_be_amended(world, cast, confirmed):
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        found = confirm(world["hnu"], LAST, Said("已督促"), version=confirmed.version, by=cast["university"])
    assert found.remark == "已督促"


def test_a_late_report_comes_after_the_close_and_then_stays(world, cast):
    close()
    found = confirm(world["qzu"], LAST, Said("迟了"), version=0, by=cast["outsider"])
    assert found.is_late
    refused(f"UPDATE reporting_weeklyreport SET remark = 'x' WHERE id = {found.pk}", "reporting_weeklyreport")


def test_a_missing_explanation_still_comes_after_the_close(world, cast):
    """Then the version of the report is raised and nothing else."""
    account = report(world, "hnu-law-1201", 20)
    with clock.frozen(LAST.ends_at - timedelta(hours=3)):
        found = confirm(world["hnu"], LAST, Said("照常"), version=0, by=cast["university"])
        registry.close_account(account, reason="", by=None)
    close()
    event = account.events.get(kind="closed").pk
    again = confirm(
        world["hnu"],
        LAST,
        Said("照常", closings={event: "合并"}),
        version=found.version,
        by=cast["university"],
    )
    assert (again.version, again.remark) == (found.version + 1, "照常")
    assert WeeklyReport.objects.get(pk=found.pk).explanations.count() == 1


@pytest.fixture
def explained(world, cast):
    """W46 is confirmed with why a class closed its account; it is not closed yet."""
    account = report(world, "hnu-law-1201", 20)
    with clock.frozen(LAST.ends_at - timedelta(hours=3)):
        registry.close_account(account, reason="", by=None)
        event = account.events.get(kind="closed").pk
        found = confirm(
            world["hnu"], LAST, Said("照常", closings={event: "合并"}), version=0, by=cast["university"]
        )
    return found.explanations.get()


EXPLANATION = "reporting_weekexplanation"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reporting_weekexplanation SET text = 'x' WHERE id = {pk}",
        "UPDATE reporting_weekexplanation SET explained_at = '2026-01-01 00:00:00+00:00'",
        "DELETE FROM reporting_weekexplanation WHERE id = {pk}",
    ],
)
def test_an_explanation_stays_once_its_week_is_closed(explained, sql):
    close()
    refused(sql.format(pk=explained.pk), EXPLANATION)
    if connection.vendor == "postgresql":
        refused("TRUNCATE reporting_weekexplanation", EXPLANATION)


def test_until_the_close_an_explanation_may_be_put_otherwise(world, cast, explained):
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        said = Said("照常", closings={explained.event_id: "并入院系群"})
        found = confirm(world["hnu"], LAST, said, version=explained.report.version, by=cast["university"])
    assert found.explanations.get().text == "并入院系群"
