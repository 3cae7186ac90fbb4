"""Whose desk a form lies on: the next occupied level above, no occupied one skipped (F3, F8)."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Submission
from accounts.operations import desks
from orgs.choices import Kind, Role
from orgs.models import Appointment
from tests.accounts.forms import launch


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def form_of(round, world, code: str, filled_by=None, desk=None) -> Submission:
    return Submission(round=round, unit=world[code], filled_by=filled_by, desk=world[desk] if desk else None)


def test_a_branch_goes_to_its_college(round, world, cast):
    assert desks.first_desk(form_of(round, world, "hnu-law-1201", cast["secretary"])) == world["hnu-law"]


def test_a_vacant_college_is_passed_over(round, world):
    assert desks.first_desk(form_of(round, world, "hnu-tour-1201")) == world["hnu"]


def test_a_term_that_has_ended_does_not_occupy_a_desk(round, world, cast):
    Appointment.objects.filter(user=cast["college"]).update(ends_on=date(2026, 11, 17))
    assert desks.first_desk(form_of(round, world, "hnu-law-1201")) == world["hnu"]


def test_a_disabled_person_does_not_occupy_a_desk(round, world, cast):
    college = cast["college"]
    college.is_active = False
    college.save()
    assert desks.first_desk(form_of(round, world, "hnu-law-1201")) == world["hnu"]


def test_a_secretary_does_not_occupy_a_desk(round, world, cast):
    Appointment.objects.create(
        user=cast["nobody"], unit=world["hnu-tour"], role=Role.SECRETARY, starts_on=date(2026, 10, 5)
    )
    assert desks.first_desk(form_of(round, world, "hnu-tour-1201")) == world["hnu"]


def test_from_the_college_it_goes_to_the_university_and_no_further(round, world):
    assert desks.next_desk(form_of(round, world, "hnu-law-1201", desk="hnu-law")) == world["hnu"]
    assert desks.next_desk(form_of(round, world, "hnu-law-1201", desk="hnu")) is None


def test_a_direct_unit_is_reviewed_by_the_province(round, world):
    assert desks.first_desk(form_of(round, world, "hnu")) == world["hi"]
    assert desks.next_desk(form_of(round, world, "hnu", desk="hi")) is None


def test_with_nobody_in_between_the_province_reviews(round, world):
    assert desks.first_desk(form_of(round, world, "wn-xl-nl")) == world["hi"]


def test_whoever_filled_the_form_does_not_count_as_its_reviewer(round, world, cast):
    assert desks.first_desk(form_of(round, world, "hnu-law-1201", cast["college"])) == world["hnu"]


def test_a_round_may_let_data_in_at_a_lower_level(world, cast):
    round = launch(world, cast, entry_kind=Kind.COLLEGE)
    assert desks.next_desk(form_of(round, world, "hnu-law-1201", desk="hnu-law")) is None
