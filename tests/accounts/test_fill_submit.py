"""Drafts and submission of the collection form, through its operations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.choices import EventKind, SubmissionStatus
from accounts.exceptions import FormInvalid, RoundClosed
from accounts.models import Account, Administratorship, Expected, RegistryEvent, Submission
from accounts.operations import collection, entry, review, rounds
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from tests.accounts.factories import further_row, launch, main_row, submit_for


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def test_draft_keeps_wrong_input_as_it_was_typed(world, cast, round):
    submission = collection.save_draft(
        round, world["hnu-law-1201"], [main_row(contacts="四十一")], version=0, by=cast["secretary"]
    )
    assert submission.rows.get().values["contacts"] == "四十一"
    assert (submission.version, submission.status) == (1, SubmissionStatus.DRAFT)


def test_second_page_with_an_old_version_is_told_and_nothing_is_lost(world, cast, round):
    unit, by = world["hnu-law-1201"], cast["secretary"]
    collection.save_draft(round, unit, [main_row(contacts=41)], version=0, by=by, page="first")
    with pytest.raises(Conflict):
        collection.save_draft(round, unit, [main_row(contacts=7)], version=0, by=by, page="second")
    assert Submission.objects.get(unit=unit).rows.get().values["contacts"] == 41


def test_page_that_saved_last_may_go_on_with_its_old_version(world, cast, round):
    unit, by = world["hnu-law-1201"], cast["secretary"]
    collection.save_draft(round, unit, [main_row(contacts=4)], version=0, by=by, page="first")
    saved = collection.save_draft(round, unit, [main_row(contacts=41)], version=0, by=by, page="first")
    assert saved.rows.get().values["contacts"] == 41


def test_submitted_form_lies_on_the_college_desk_with_a_receipt(world, cast, round):
    submission = submit_for(round, world["hnu-law-1201"], cast["secretary"])
    assert submission.status == SubmissionStatus.SUBMITTED
    assert submission.desk == world["hnu-law"]
    assert submission.receipt == f"20261118-{submission.pk:06d}"
    assert not submission.is_late
    assert [step.kind for step in submission.steps.all()] == ["submitted"]


def test_direct_unit_goes_to_the_province(world, cast, round):
    submission = submit_for(round, world["hnu"], cast["university"])
    assert submission.desk == world["hi"]


def test_same_key_twice_gives_the_same_receipt(world, cast, round):
    first = submit_for(round, world["hnu-law-1201"], cast["secretary"], key="k1")
    again = submit_for(round, world["hnu-law-1201"], cast["secretary"], key="k1")
    assert (again.pk, again.receipt, again.attempt) == (first.pk, first.receipt, 1)
    assert first.steps.count() == 1


def test_second_submission_with_another_key_is_refused(world, cast, round):
    submit_for(round, world["hnu-law-1201"], cast["secretary"], key="k1")
    with pytest.raises(IllegalMove):
        submit_for(round, world["hnu-law-1201"], cast["secretary"], key="k2")


def test_every_error_comes_at_once_and_the_draft_is_kept(world, cast, round):
    rows = [main_row(account_id="", contacts="很多", admin_mobile="1380000012")]
    with pytest.raises(FormInvalid) as refused:
        submit_for(round, world["hnu-law-1201"], cast["secretary"], rows=rows)
    found = {error.field: error.message for error in refused.value.errors}
    assert found == {
        "account_id": "请填写微信号",
        "contacts": "应为 0 到 1000000 的整数，请只填数字",
        "admin_mobile": "应为 11 位数字，现在只有 10 位",
    }
    assert Submission.objects.get(unit=world["hnu-law-1201"]).rows.get().values["contacts"] == "很多"


def test_after_the_deadline_the_form_is_taken_and_marked_late(world, cast, round):
    with clock.frozen(round.deadline_at + timedelta(minutes=1)):
        submission = submit_for(round, world["hnu-law-1201"], cast["secretary"])
    assert submission.is_late


def test_closed_round_refuses_and_keeps_the_draft(world, cast, round):
    rounds.close_round(round, by=cast["province"])
    with pytest.raises(RoundClosed):
        submit_for(round, world["hnu-law-1201"], cast["secretary"])
    assert Submission.objects.get(unit=world["hnu-law-1201"]).rows.count() == 1


def test_neighbour_may_not_fill_for_this_branch(world, cast, round):
    with pytest.raises(NotAllowed):
        submit_for(round, world["hnu-law-1201"], cast["outside_secretary"])


def test_unit_outside_the_round_may_not_fill(world, cast):
    only_villages = launch(world, cast, kinds=["village"])
    with pytest.raises(NotAllowed):
        submit_for(only_villages, world["hnu-law-1201"], cast["secretary"])


def test_foreign_account_id_in_a_row_is_dropped(world, cast, round):
    other = submit_for(round, world["qzu-sci-1201"], cast["outside_secretary"], key="o")
    entry.enter(other, by=cast["outsider"])
    foreign = Account.objects.get(unit=world["qzu-sci-1201"])
    submission = submit_for(
        round,
        world["hnu-law-1201"],
        cast["secretary"],
        rows=[main_row(linked=foreign.pk, account_id="own_1201")],
    )
    assert submission.rows.get().account_id is None


def test_returned_form_is_submitted_again_with_the_same_receipt_number(world, cast, round):
    unit = world["hnu-law-1201"]
    first = submit_for(round, unit, cast["secretary"], key="k1")
    review.return_submission(
        first.pk,
        version=first.version,
        by=cast["college"],
        cells=[review.CellRemark(0, "contacts", "请核对人数")],
    )
    again = submit_for(round, unit, cast["secretary"], key="k2", rows=[main_row(contacts=42)])
    assert (again.attempt, again.receipt) == (2, first.receipt)
    assert not again.cell_returns.filter(fixed_at__isnull=True).exists()


def test_whole_chain_enters_the_registry(world, cast, round):
    rows = [main_row(), further_row(admin_name="王某乙", admin_mobile="13800000124")]
    submission = submit_for(round, world["hnu-law-1201"], cast["secretary"], rows=rows)
    submission = review.approve(submission.pk, version=submission.version, by=cast["college"])
    assert not Account.objects.filter(unit=world["hnu-law-1201"]).exists()
    review.approve(submission.pk, version=submission.version, by=cast["university"])
    account = Account.objects.get(unit=world["hnu-law-1201"])
    assert (account.identifier, account.contacts, account.declared_groups) == ("law_1201", 41, 1)
    assert Administratorship.objects.in_office().filter(account=account).count() == 2
    kinds = sorted(RegistryEvent.objects.filter(submission=submission).values_list("kind", flat=True))
    assert kinds == [EventKind.APPOINTED, EventKind.APPOINTED, EventKind.OPENED]


def test_expected_deadline_of_its_own_decides_what_is_late(world, cast, round):
    Expected.objects.filter(round=round, unit=world["hnu-law-1201"]).update(
        deadline_at=clock.now() - timedelta(days=1)
    )
    assert submit_for(round, world["hnu-law-1201"], cast["secretary"]).is_late
