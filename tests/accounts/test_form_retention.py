"""Persons in old forms are forgotten when they have left long ago; the rest of the form and every figure stay."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.exceptions import AccountsError
from accounts.models import Administratorship, SubmissionRow, UploadBatch, UploadedForm
from accounts.operations import collection, form_retention, registry, review, rounds
from accounts.operations.cells import reveal_cell
from accounts.operations.form_retention import purge_forms, rows_waiting
from accounts.operations.registry import retention
from accounts.tasks import purge_administrators
from orgs.kernel import clock
from orgs.models import AuditEntry
from tests.accounts.forms import fresh, launch, row, submitted
from tests.world import TODAY

pytestmark = pytest.mark.django_db

CLASS, OTHER = "hnu-law-1201", "hnu-law-1202"
A_YEAR_LATER = TODAY.replace(year=2027) + timedelta(days=1)
LATER_STILL = A_YEAR_LATER + timedelta(days=40)


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def approved(round, world, cast):
    return entered(round, world[CLASS], cast)


def entered(round, unit, cast):
    form = submitted(round, unit, by=cast["province"])
    review.approve(form.pk, version=form.version, by=cast["college"])
    return review.approve(form.pk, version=fresh(form).version, by=cast["university"])


def leaves(unit, days: int = 1) -> None:
    with clock.frozen(TODAY + timedelta(days=days)):
        for term in Administratorship.objects.in_office().filter(unit=unit):
            registry.end_administratorship(term, reason="毕业", by=None)


def purge_at(moment) -> int:
    with clock.frozen(moment):
        retention.purge_left()
        return purge_forms()


def personal_of(form) -> list:
    return list(SubmissionRow.objects.filter(submission=form).values_list("personal", flat=True))


def test_whoever_left_a_year_ago_is_forgotten_in_the_form_too(approved, world):
    before = SubmissionRow.objects.get(submission=approved)
    assert purge_at(LATER_STILL) == 0, "still in office"
    leaves(world[CLASS])
    assert purge_at(A_YEAR_LATER) == 0, "the day itself is not over"
    assert purge_at(A_YEAR_LATER + timedelta(days=2)) == 1
    assert purge_at(A_YEAR_LATER + timedelta(days=3)) == 0
    after = SubmissionRow.objects.get(submission=approved)
    assert after.personal is None
    assert (after.values, after.account_id, after.position) == (
        before.values,
        before.account_id,
        before.position,
    )
    assert fresh(approved).version == approved.version


def test_it_does_not_matter_that_the_term_was_purged_earlier(approved, world):
    leaves(world[CLASS])
    with clock.frozen(LATER_STILL):
        assert retention.purge_left() == 1
        assert rows_waiting() == 1
        assert purge_forms() == 1


def test_the_same_mobile_in_another_office_keeps_the_row(approved, round, world, cast):
    mobile = personal_of(approved)[0]["admin_mobile"]
    leaves(world[CLASS])
    person = registry.PersonalData("管理员1", mobile=mobile)
    registry.appoint_administrator(world[OTHER], person=person, by=None)
    assert purge_at(LATER_STILL) == 0
    leaves(world[OTHER], days=30)
    assert purge_at(A_YEAR_LATER + timedelta(days=2)) == 0, "left less than a year ago"
    assert purge_at(LATER_STILL) == 1


def test_a_draft_that_nobody_touches_is_emptied_and_can_be_filled_again(round, world, cast):
    unit, by = world[CLASS], cast["secretary"]
    collection.save_draft(round, unit, [row(unit)], version=0, by=by)
    with clock.frozen(TODAY + timedelta(days=20)):
        collection.save_draft(round, world[OTHER], [row(world[OTHER])], version=0, by=cast["college"])
    assert purge_at(A_YEAR_LATER) == 1
    with clock.frozen(A_YEAR_LATER):
        form = collection.submit(round, unit, [row(unit)], version=1, idempotency_key="again", by=by)
    assert form.is_late
    assert personal_of(form)[0]["admin_qq"] == "12345678"


def test_a_returned_form_counts_from_its_return_and_its_accepted_rows_open_again(round, world, cast):
    unit = world[CLASS]
    form = collection.submit(
        round, unit, [row(unit, 1), row(unit, 2)], version=0, idempotency_key="two", by=cast["secretary"]
    )
    with clock.frozen(TODAY + timedelta(days=30)):
        remark = review.CellRemark(1, "contacts", "请核对")
        given = {"cells": [remark], "accepted": [0], "by": cast["college"]}
        review.return_submission(form.pk, version=form.version, **given)
    assert purge_at(A_YEAR_LATER) == 0
    assert purge_at(LATER_STILL) == 2
    assert not SubmissionRow.objects.filter(submission=form, accepted_at__isnull=False).exists()
    rows, version = [row(unit, 1), row(unit, 2)], fresh(form).version
    with clock.frozen(LATER_STILL):
        again = collection.submit(
            round, unit, rows, version=version, idempotency_key="more", by=cast["secretary"]
        )
    assert again.status == "submitted"


def test_what_waits_for_a_decision_stays_until_the_round_is_closed(round, world, cast):
    submitted(round, world[CLASS], by=cast["secretary"])
    assert purge_at(LATER_STILL) == 0
    rounds.close_round(round, by=cast["province"])
    assert purge_at(LATER_STILL) == 1


def test_the_pages_say_that_persons_were_purged(approved, world, cast, sign_in):
    leaves(world[CLASS])
    purge_at(LATER_STILL)
    page = sign_in("university").get(reverse("accounts:list-review"), {"id": approved.pk}).content.decode()
    assert "已清除" in page
    assert "海南大学法学2012级1班团支部微信群" in page
    pk = SubmissionRow.objects.get(submission=approved).pk
    with pytest.raises(AccountsError, match="已按期清除"):
        reveal_cell(pk, "admin_mobile", by=cast["university"])
    assert not AuditEntry.objects.filter(verb="personal.revealed").exists()


def test_one_line_for_each_province_and_as_many_statements_for_many(approved, round, world, cast):
    leaves(world[CLASS])
    with clock.frozen(LATER_STILL), CaptureQueriesContext(connection) as one:
        assert purge_forms() == 1
    line = AuditEntry.objects.get(verb=form_retention.PURGED)
    assert (line.unit, line.detail["n"]) == (world["hi"], 1)
    for code in (OTHER, "hnu-law-1301"):
        entered(round, world[code], cast)
        leaves(world[code], days=2)
    with clock.frozen(LATER_STILL + timedelta(days=2)), CaptureQueriesContext(connection) as two:
        assert purge_forms() == 2
    assert len(two) == len(one)


def test_what_an_import_replaced_goes_once_it_cannot_be_taken_back(approved, round, world, cast):
    batch = UploadBatch.objects.create(
        round=round, unit=world["hnu"], by=cast["university"], filename="表.xlsx", digest="",
        state="done", created_at=TODAY, imported_at=TODAY,
    )  # fmt: skip
    kept = {"rows": [{"personal": {"admin_mobile": "13900000001"}}]}
    form = UploadedForm.objects.create(batch=batch, submission=approved, before=kept, version_after=2)
    waiting = submitted(round, world[OTHER], by=cast["university"])
    own = UploadedForm.objects.create(
        batch=batch, submission=waiting, before=kept, version_after=waiting.version
    )
    purge_at(LATER_STILL)
    form.refresh_from_db()
    own.refresh_from_db()
    assert (form.before, own.before) == (None, kept)


def test_what_an_import_replaced_goes_when_its_round_was_closed_long_ago(round, world, cast):
    batch = UploadBatch.objects.create(
        round=round, unit=world["hnu"], by=cast["university"], filename="表.xlsx", digest="",
        state="done", created_at=TODAY, imported_at=TODAY,
    )  # fmt: skip
    form = submitted(round, world[OTHER], by=cast["university"])
    kept = {"rows": [{"personal": {"admin_mobile": "13900000001"}}]}
    facts = {"before": kept, "version_after": form.version}
    own = UploadedForm.objects.create(batch=batch, submission=form, **facts)
    with clock.frozen(TODAY + timedelta(days=30)):
        rounds.close_round(round, by=cast["province"])
    purge_at(A_YEAR_LATER)
    own.refresh_from_db()
    assert own.before == kept, "closed less than a year ago"
    purge_at(LATER_STILL)
    own.refresh_from_db()
    assert own.before is None


def test_the_attempt_before_of_a_form_left_over_goes_though_its_person_is_in_office(round, world, cast):
    unit = world[CLASS]
    first = submitted(round, unit, by=cast["secretary"], admin_mobile="13900000001")
    review.return_submission(first.pk, version=first.version, by=cast["college"], reasons=["nickname"])
    form = submitted(round, unit, by=cast["secretary"])
    kept = personal_of(form)[0]
    assert kept["previous"][0]["admin_mobile"] == "13900000001"
    person = registry.PersonalData("管理员1", mobile=kept["admin_mobile"])
    registry.appoint_administrator(world[OTHER], person=person, by=None)
    purge_at(LATER_STILL)
    assert personal_of(form) == [kept], "the round is open: it may still be compared"
    rounds.close_round(round, by=cast["province"])
    purge_at(LATER_STILL)
    assert personal_of(form) == [{code: value for code, value in kept.items() if code != "previous"}]
    assert "previous" not in SubmissionRow.objects.get(submission=form).values
    assert purge_at(LATER_STILL + timedelta(days=1)) == 0


@pytest.mark.parametrize(("months", "n"), [(0, 0), (1, 1), (12, 0)])
def test_the_setting_says_after_how_many_months(settings, approved, world, months, n):
    settings.ADMINISTRATOR_KEEP_MONTHS = months
    leaves(world[CLASS])
    assert purge_at(TODAY + timedelta(days=40)) == n


def test_the_task_and_the_command_do_both(approved, world):
    leaves(world[CLASS])
    said = StringIO()
    with clock.frozen(LATER_STILL):
        call_command("purge_administrators", "--dry-run", stdout=said)
        assert personal_of(approved)[0]["admin_mobile"]
        call_command("purge_administrators", stdout=said)
        purge_administrators()
    assert personal_of(approved) == [None]
    assert said.getvalue().split() == [
        "将清除", "1", "条任职、1", "行收集表的个人信息", "已清除", "1", "条任职、1", "行收集表的个人信息",
    ]  # fmt: skip
