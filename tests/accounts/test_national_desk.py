"""A province with departments alone: a form of another line is nobody's there, so the national office decides (SUP-1.0)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from accounts.exceptions import NotOnYourDesk
from accounts.models import Account, ReviewStep, Submission
from accounts.operations import reminders, review
from accounts.operations.desks import acting_for_desks
from accounts.operations.vacancies import who_appoints
from orgs.choices import Department, Line, NotificationKind
from orgs.models import Appointment, Notification, User
from tests.accounts.forms import fresh, launch, submitted

pytestmark = pytest.mark.django_db

VILLAGE = "qh-hs-jl"
REVIEW_PAGE, CHASE = reverse("accounts:list-review"), reverse("accounts:chase")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def form(round, world, cast):
    """A village's form, at a province in which the school department alone is left."""
    found = submitted(round, world[VILLAGE], by=cast["villager"])
    leave(cast["township"], cast["city"], cast["province"])
    return found


def leave(*users) -> None:
    Appointment.objects.filter(user__in=users).update(ends_on=date(2026, 11, 1))


def queue_of(user) -> set[int]:
    return set(Submission.objects.reviewable_by(User.objects.get(pk=user.pk)).values_list("pk", flat=True))


def test_the_national_office_stands_in_where_no_department_has_the_line(form, world, cast, sign_in):
    assert queue_of(cast["schools"]) == set()
    assert queue_of(cast["national"]) == {form.pk}
    with pytest.raises(Submission.DoesNotExist):
        review.approve(form.pk, version=form.version, by=cast["schools"])
    page = sign_in("national").get(REVIEW_PAGE, {"id": form.pk}).content.decode()
    assert "会山镇团委的审核岗位空缺，由您代为审核" in page
    done = review.approve(form.pk, version=form.version, by=cast["national"])
    assert done.status == "approved"
    assert Account.objects.filter(unit=world[VILLAGE]).exists()
    step = ReviewStep.objects.get(submission=form, is_final=True)
    assert (step.unit, step.remark) == (world["cn"], "会山镇团委审核岗位空缺，代为审核")


def test_a_form_handed_in_now_lies_at_the_province_and_is_not_stuck(round, world, cast):
    leave(cast["township"], cast["city"], cast["province"])
    form = submitted(round, world[VILLAGE], by=cast["villager"])
    assert form.desk == world["hi"]
    assert queue_of(cast["national"]) == {form.pk}
    review.return_submission(form.pk, version=form.version, by=cast["national"], reasons=["nickname"])
    review.undo(form.pk, by=cast["national"])
    assert fresh(form).desk == world["hi"], "it is the province's again, should somebody come"
    Appointment.objects.filter(user=cast["province"]).update(ends_on=None)
    assert queue_of(cast["province"]) == {form.pk}
    assert queue_of(cast["national"]) == set()


def test_a_line_that_somebody_has_stays_where_it_is(form, round, world, cast):
    other = submitted(round, world["hnu"], by=cast["university"])
    assert queue_of(cast["schools"]) == {other.pk}
    with pytest.raises(NotOnYourDesk):
        review.approve(other.pk, version=other.version, by=cast["national"])
    assert acting_for_desks([(world["hi"].pk, Line.UNIVERSITY)]) == {}


def test_a_department_of_the_national_office_takes_over_its_lines_only(form, cast):
    Appointment.objects.filter(user=cast["national"]).update(department=Department.SCHOOL)
    assert queue_of(cast["national"]) == set()
    Appointment.objects.filter(user=cast["national"]).update(department=Department.RURAL)
    assert queue_of(cast["national"]) == {form.pk}


def test_the_list_says_who_stands_in(form, world, sign_in):
    page = sign_in("national").get(CHASE, {"unit": world["hi"].pk}).content.decode()
    assert "审核岗位空缺，由团中央代为审核" in page


@pytest.fixture
def lost(round, world, cast):
    """On the county's desk, and neither there nor above is anybody left for a village."""
    form = submitted(round, world[VILLAGE], by=cast["villager"])
    form = review.approve(form.pk, version=form.version, by=cast["township"])
    assert form.desk == world["qh"]
    leave(cast["city"], cast["province"], cast["national"])
    return form


def test_where_nobody_is_left_the_list_says_who_can_appoint_somebody(lost, world, cast, sign_in):
    key = (world["qh"].pk, world[VILLAGE].line)
    assert acting_for_desks([key]) == {key: None}
    page = sign_in("township").get(CHASE).content.decode()
    assert "审核岗位无人在任，可由共青团海南省委系统管理员任命审核人" in page
    leave(cast["sysadmin"])
    assert who_appoints([world["qh"]]) == {}, "the school department gives no office for every line"
    assert "请联系系统管理员任命审核人" in sign_in("township").get(CHASE).content.decode()


def test_the_nearest_level_that_may_is_named_before_the_system_administrator(lost, world, cast):
    Appointment.objects.filter(user=cast["national"]).update(ends_on=None)
    found = who_appoints([world["qh"]])[world["qh"].pk]
    assert (found.unit, found.is_sysadmin) == (world["cn"], False)
    Appointment.objects.filter(user=cast["province"]).update(ends_on=None)
    assert who_appoints([world["qh"]])[world["qh"].pk].unit == world["hi"]


def test_a_reminder_goes_to_those_who_can_appoint_somebody(lost, round, world, cast):
    done = reminders.remind(round, world["qh-hs"], by=cast["township"])
    told = Notification.objects.filter(kind=NotificationKind.REMINDED)
    assert told.get(unit=world["hi"]).text.startswith("审核岗位无人在任，收集表没有人审核，请尽快任命审核人")
    assert not told.filter(unit=world["qh"]).exists()
    assert done.sent == told.count()
