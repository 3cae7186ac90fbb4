"""Approve, return, approve many, undo: who may, when, once, and what follows (C3, C4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import ReturnReason, StepKind, SubmissionStatus
from accounts.exceptions import AccountsError, NotOnYourDesk, RoundClosed
from accounts.models import Account, CellReturn, ReviewStep, Submission
from accounts.operations import collection, review, rounds
from accounts.operations.review import CellRemark
from orgs.choices import Role
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Notification, User
from orgs.operations import tree
from tests.accounts.forms import fresh, launch, row, submitted

CLASS = "hnu-law-1201"


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def form(round, world, cast):
    return submitted(round, world[CLASS], by=cast["secretary"])


def approve(form: Submission, by) -> Submission:
    return review.approve(form.pk, version=fresh(form).version, by=by)


def send_back(form: Submission, by, **why) -> Submission:
    given = {"reasons": [ReturnReason.NICKNAME]} | why
    return review.return_submission(form.pk, version=fresh(form).version, by=by, **given)


def test_the_college_passes_a_form_on_to_the_university(form, world, cast):
    approve(form, cast["college"])
    form = fresh(form)
    assert (form.status, form.desk) == (SubmissionStatus.SUBMITTED, world["hnu"])
    assert form.on_desk_since == clock.now()
    assert not Account.objects.filter(unit=world[CLASS]).exists()


def test_whoever_has_no_such_form_locks_no_tree(form, cast):
    """Else anybody could make a province wait with ids that are not theirs."""
    asked = (
        lambda by: review.undo_many([form.pk], by=by),
        lambda by: review.approve_many([(form.pk, form.version)], by=by),
    )
    for ask in asked:
        statements = {}
        for key in ("outsider", "college"):
            with CaptureQueriesContext(connection) as captured:
                ask(cast[key])
            statements[key] = [each["sql"] for each in captured if '"parent_id" IS NULL' in each["sql"]]
        assert (len(statements["outsider"]), len(statements["college"])) == (0, 1)
    assert fresh(form).desk.code == "hnu"


def test_the_universitys_approval_enters_the_registry(form, world, cast):
    approve(form, cast["college"])
    approve(form, cast["university"])
    form = fresh(form)
    assert (form.status, form.desk, form.approved_at) == (SubmissionStatus.APPROVED, None, clock.now())
    account = Account.objects.get(unit=world[CLASS])
    assert account.identifier == "wx_hnu_law_1201_1"
    assert Notification.objects.filter(unit=world[CLASS], kind=review.APPROVED).count() == 1


def test_each_decision_is_one_step_and_one_audit_line(form, cast):
    approve(form, cast["college"])
    approve(form, cast["university"])
    decided = ReviewStep.objects.filter(submission=form, kind=StepKind.APPROVED)
    assert [step.by for step in decided] == [cast["college"], cast["university"]]
    lines = AuditEntry.objects.for_object("accounts.submission", form.pk).filter(verb="submission.approve")
    assert lines.count() == 2


def test_a_returned_form_says_why_and_comes_back_corrected(form, round, world, cast):
    send_back(form, cast["college"], remark="请写全称", cells=[CellRemark(0, "account_nickname", "缺校名")])
    form = fresh(form)
    assert (form.status, form.remark) == (SubmissionStatus.RETURNED, "请写全称")
    assert form.return_reasons == [ReturnReason.NICKNAME]
    assert CellReturn.objects.get(submission=form).field == "account_nickname"
    assert "昵称不规范；请写全称" in Notification.objects.get(unit=world[CLASS], kind=review.RETURNED).text
    form = submitted(round, world[CLASS], by=cast["secretary"])
    assert (form.status, form.attempt, form.desk) == (SubmissionStatus.SUBMITTED, 2, world["hnu-law"])


def test_the_university_returns_to_the_branch_and_the_way_up_begins_anew(form, round, world, cast):
    approve(form, cast["college"])
    send_back(form, cast["university"])
    form = submitted(round, world[CLASS], by=cast["secretary"])
    assert form.desk == world["hnu-law"]


def test_a_return_needs_a_reason(form, cast):
    with pytest.raises(AccountsError, match="理由"):
        send_back(form, cast["college"], reasons=[])
    assert fresh(form).status == SubmissionStatus.SUBMITTED


def test_who_comes_second_is_told_who_decided(form, cast):
    version = form.version
    approve(form, cast["college"])
    with pytest.raises(Conflict, match="院团委陈"):
        review.return_submission(form.pk, version=version, by=cast["college"], reasons=["nickname"])
    assert ReviewStep.objects.filter(submission=form).exclude(kind=StepKind.SUBMITTED).count() == 1


def test_only_the_desk_may_decide(form, cast):
    with pytest.raises(NotOnYourDesk):
        approve(form, cast["university"])
    with pytest.raises(NotOnYourDesk):
        approve(form, cast["province"])
    with pytest.raises(NotOnYourDesk):
        approve(form, cast["secretary"])


def test_for_an_outsider_the_form_does_not_exist(form, cast):
    with pytest.raises(Submission.DoesNotExist):
        approve(form, cast["outsider"])


def test_nobody_reviews_what_they_filled(round, world, cast):
    form = submitted(round, world[CLASS], by=cast["college"])
    Submission.objects.filter(pk=form.pk).update(desk=world["hnu-law"])
    with pytest.raises(NotAllowed, match="本人填报"):
        approve(form, cast["college"])


def test_after_the_round_is_closed_nothing_moves(form, round, cast):
    rounds.close_round(round, by=cast["province"])
    with pytest.raises(RoundClosed):
        approve(form, cast["college"])


@pytest.mark.parametrize("decide", [approve, send_back])
def test_after_the_round_is_closed_no_decision_is_taken_back(form, round, cast, decide):
    decide(form, cast["college"])
    stands = fresh(form).status, fresh(form).desk, fresh(form).version
    rounds.close_round(round, by=cast["province"])
    with pytest.raises(RoundClosed):
        review.undo(form.pk, by=cast["college"])
    assert (fresh(form).status, fresh(form).desk, fresh(form).version) == stands


def test_bulk_approval_takes_the_clean_ones_and_names_the_others(round, world, cast):
    clean = submitted(round, world[CLASS], by=cast["secretary"])
    doubtful = submitted(round, world["hnu-law-1202"], by=cast["university"], contacts=400)
    changed = submitted(round, world["hnu-law-1301"], by=cast["university"])
    picked = [(each.pk, each.version) for each in (clean, doubtful, changed)]
    send_back(changed, cast["college"])
    result = review.approve_many(picked, by=cast["college"])
    assert result.approved == [clean.pk]
    assert {each.unit_name for each in result.skipped} == {"法学2012级2班团支部", "法学2013级1班团支部"}
    assert fresh(doubtful).desk == world["hnu-law"]


def test_an_approval_can_be_taken_back_for_a_moment(form, world, cast):
    since = form.on_desk_since
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        approve(form, cast["college"])
        review.undo(form.pk, by=cast["college"])
    form = fresh(form)
    assert (form.status, form.desk, form.on_desk_since) == (
        SubmissionStatus.SUBMITTED,
        world["hnu-law"],
        since,
    )
    approve(form, cast["college"])


def test_a_return_can_be_taken_back_with_its_message_and_cells(form, world, cast):
    send_back(form, cast["college"], cells=[CellRemark(0, "contacts", "请核对")])
    review.undo(form.pk, by=cast["college"])
    form = fresh(form)
    assert (form.status, form.desk, form.return_reasons) == (SubmissionStatus.SUBMITTED, world["hnu-law"], [])
    assert not CellReturn.objects.filter(submission=form).exists()
    assert not Notification.objects.filter(unit=world[CLASS], kind=review.RETURNED).exists()


def test_what_was_undone_cannot_be_undone_again(form, cast):
    approve(form, cast["college"])
    review.undo(form.pk, by=cast["college"])
    with pytest.raises(Conflict):
        review.undo(form.pk, by=cast["college"])


def test_undo_is_over_after_eight_seconds(form, cast):
    approve(form, cast["college"])
    with clock.frozen(clock.now() + timedelta(seconds=9)), pytest.raises(NotAllowed, match="时间"):
        review.undo(form.pk, by=cast["college"])


def test_undo_is_refused_once_the_next_level_has_acted(form, cast):
    approve(form, cast["college"])
    send_back(form, cast["university"])
    with pytest.raises(Conflict, match="校团委何"):
        review.undo(form.pk, by=cast["college"])


def test_undo_is_refused_once_the_branch_has_begun_to_correct(form, round, world, cast):
    send_back(form, cast["college"])
    with clock.frozen(clock.now() + timedelta(seconds=2)):
        collection.save_draft(
            round, world[CLASS], [row(world[CLASS])], version=fresh(form).version, by=cast["secretary"]
        )
        with pytest.raises(Conflict, match="开始修改"):
            review.undo(form.pk, by=cast["college"])


def test_what_has_entered_the_registry_stays(form, world, cast):
    approve(form, cast["college"])
    approve(form, cast["university"])
    with pytest.raises(NotAllowed, match="入库"):
        review.undo(form.pk, by=cast["university"])
    assert Account.objects.filter(unit=world[CLASS]).exists()


def test_who_no_longer_reviews_cannot_undo(form, cast):
    send_back(form, cast["college"])
    Appointment.objects.filter(user=cast["college"]).update(role=Role.SECRETARY)
    with pytest.raises(NotAllowed):
        review.undo(form.pk, by=User.objects.get(pk=cast["college"].pk))


@pytest.mark.parametrize("page", ["approve", "return-form", "undo-review"])
def test_a_unit_that_is_moved_away_under_ones_hands_is_nobodys_error(form, world, cast, sign_in, page):
    """The page was opened while the branch was the college's; the tree changes before the decision has its lock."""
    if page == "undo-review":
        send_back(form, cast["college"])
    college, moved = sign_in("college"), []

    def move(execute, sql, params, many, context):
        if "DISTINCT" in sql and '"tree_id"' in sql and not moved:
            moved.append(CLASS)
            tree.move_unit(world[CLASS], world["hnu-tour"], reason="调整", by=None)
        return execute(sql, params, many, context)

    data = {"version": fresh(form).version, "reasons": ["nickname"]}
    with connection.execute_wrapper(move):
        answer = college.post(reverse(f"accounts:{page}", args=[form.pk]), data)
    assert moved
    assert (answer.status_code, answer.url) == (302, reverse("accounts:list-review"))
    assert "已不归您审核" in college.get(answer.url).content.decode()
    assert not ReviewStep.objects.filter(submission=form, kind=StepKind.APPROVED).exists()
