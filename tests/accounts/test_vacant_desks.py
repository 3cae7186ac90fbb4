"""代为审核: a form on a desk that has become vacant is seen and decided by the next occupied level, and named so (F8)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import StepKind, SubmissionStatus
from accounts.exceptions import NotOnYourDesk
from accounts.models import Account, ReviewStep, Submission
from accounts.operations import review
from accounts.operations.desks import acting_for_desks
from orgs.choices import Department, Line, Role
from orgs.exceptions import NotAllowed
from orgs.models import Appointment, AuditEntry, User
from tests.accounts.forms import fresh, launch, submitted

CLASS = "hnu-law-1201"
PAGE = reverse("accounts:list-review")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def form(round, world, cast):
    return submitted(round, world[CLASS], by=cast["secretary"])


def leave(*users) -> None:
    Appointment.objects.filter(user__in=users).update(ends_on=date(2026, 11, 1))


def queue_of(user) -> set[int]:
    return set(Submission.objects.reviewable_by(User.objects.get(pk=user.pk)).values_list("pk", flat=True))


def test_while_somebody_is_there_the_level_above_has_no_say(form, cast):
    assert queue_of(cast["college"]) == {form.pk}
    assert queue_of(cast["university"]) == set()
    with pytest.raises(NotOnYourDesk):
        review.approve(form.pk, version=form.version, by=cast["university"])


def test_a_form_on_a_desk_that_has_become_vacant_comes_to_the_next_level(form, world, cast, sign_in):
    leave(cast["college"])
    assert queue_of(cast["university"]) == {form.pk}
    assert queue_of(cast["province"]) == set(), "an occupied level is not skipped"
    page = sign_in("university").get(PAGE, {"id": form.pk}).content.decode()
    assert "法学院团委的审核岗位空缺，由您代为审核" in page
    assert "仍然通过" in page or "通过" in page
    done = review.approve(form.pk, version=form.version, by=cast["university"])
    assert done.status == SubmissionStatus.APPROVED, "the university's own turn is done with it"
    assert Account.objects.filter(unit=world[CLASS]).exists()
    step = ReviewStep.objects.get(submission=form, kind=StepKind.APPROVED)
    assert (step.unit, step.remark, step.is_final) == (world["hnu"], "法学院团委审核岗位空缺，代为审核", True)
    lines = AuditEntry.objects.for_object("accounts.submission", form.pk)
    assert lines.get(verb="submission.approve").detail["stands_in"] == world["hnu-law"].pk


def test_the_secretary_reads_in_the_time_line_who_stood_in(form, round, cast, sign_in):
    leave(cast["college"])
    review.approve(form.pk, version=form.version, by=cast["university"])
    expected = round.expected.get(unit_id=form.unit_id)
    receipt = sign_in("secretary").get(reverse("accounts:show-receipt", args=[expected.pk]))
    assert "法学院团委审核岗位空缺，代为审核" in receipt.content.decode()


def test_a_return_by_who_stands_in_says_so_and_can_be_taken_back(form, world, cast):
    leave(cast["college"])
    review.return_submission(form.pk, version=form.version, by=cast["university"], reasons=["nickname"])
    step = ReviewStep.objects.get(submission=form, kind=StepKind.RETURNED)
    assert step.remark == "法学院团委审核岗位空缺，代为审核；昵称不规范"
    review.undo(form.pk, by=cast["university"])
    assert fresh(form).desk == world["hnu"]
    assert queue_of(cast["university"]) == {form.pk}


def test_two_vacant_levels_come_to_the_province(form, cast):
    leave(cast["college"], cast["university"])
    assert queue_of(cast["province"]) == {form.pk}
    review.approve(form.pk, version=form.version, by=cast["province"])
    assert fresh(form).status == SubmissionStatus.APPROVED


def test_a_department_takes_over_only_within_its_lines(form, round, world, cast):
    village = submitted(round, world["qh-hs-jl"], by=cast["villager"])
    leave(cast["college"], cast["university"], cast["township"], cast["city"])
    assert queue_of(cast["schools"]) == {form.pk}
    assert queue_of(cast["province"]) == {form.pk, village.pk}


def test_a_department_occupies_a_desk_within_its_lines_only(round, world, cast):
    """SUP-1.0: what the school department of a city may not decide comes to the level above."""
    leave(cast["township"], cast["city"])
    clerk = User.objects.create_user("clerk", None, name="学校部蒋")
    office = Appointment.objects.create(
        user=clerk,
        unit=world["qh"],
        role=Role.COMMITTEE,
        department=Department.SCHOOL,
        starts_on=date(2026, 10, 5),
    )
    village = submitted(round, world["qh-hs-jl"], by=cast["villager"])
    assert village.desk == world["hi"]
    Appointment.objects.filter(pk=office.pk).update(department="")
    other = submitted(round, world["qh-hs"], by=clerk)
    assert other.desk == world["hi"], "the filler alone"
    Submission.objects.filter(pk=village.pk).update(desk=world["qh"])
    assert queue_of(cast["province"]) == {other.pk}
    Appointment.objects.filter(pk=office.pk).update(department=Department.SCHOOL)
    assert queue_of(cast["province"]) == {other.pk, village.pk}
    line = village.unit.line
    assert acting_for_desks([(world["qh"].pk, line), (world["qh"].pk, Line.SCHOOL)]) == {
        (world["qh"].pk, line): world["hi"].pk
    }
    done = review.approve(village.pk, version=village.version, by=cast["province"])
    assert done.status == SubmissionStatus.APPROVED


def test_a_level_that_is_occupied_again_has_its_desk_back(form, cast):
    leave(cast["college"])
    Appointment.objects.filter(user=cast["college"]).update(ends_on=None)
    assert queue_of(cast["college"]) == {form.pk}
    assert queue_of(cast["university"]) == set()


def test_a_desk_with_nobody_but_the_filler_is_vacant_for_this_form(round, world, cast):
    colleague = User.objects.create_user("colleague", None, name="同事蒋")
    Appointment.objects.create(
        user=colleague, unit=world["hnu-law"], role=Role.REVIEWER, starts_on=date(2026, 10, 5)
    )
    form = submitted(round, world[CLASS], by=cast["college"])
    other = submitted(round, world["hnu-law-1202"], by=cast["university"])
    assert form.desk == world["hnu-law"]
    leave(colleague)
    assert queue_of(cast["university"]) == {form.pk}
    assert queue_of(cast["college"]) == {form.pk, other.pk}
    with pytest.raises(NotAllowed, match="本人填报"):
        review.approve(form.pk, version=form.version, by=cast["college"])
    review.approve(form.pk, version=form.version, by=cast["university"])


def test_a_neighbour_never_takes_over(form, cast, sign_in):
    leave(cast["college"], cast["university"])
    assert queue_of(cast["outsider"]) == set()
    assert sign_in("outsider").get(PAGE, {"id": form.pk}).status_code == 404


def test_taking_over_costs_no_statement_per_form(round, world, cast, sign_in):
    submitted(round, world[CLASS], by=cast["secretary"])
    leave(cast["college"])
    university = sign_in("university")
    one = statements(university)
    for code in ("hnu-law-1202", "hnu-law-1301"):
        submitted(round, world[code], by=cast["province"])
    assert statements(university) == one
    assert one <= 15


def statements(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PAGE).status_code == 200
    return len(captured)
