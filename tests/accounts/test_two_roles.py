"""People with more than one appointment, and rounds of the whole nation: a right ends where its own unit ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import CollectionRound, FieldList
from accounts.operations import chase, rounds
from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment
from tests.accounts.factories import launch
from tests.accounts.forms import submitted


def launch_for_the_nation(world, cast) -> CollectionRound:
    return rounds.launch_round(
        world["cn"],
        title="全国登记",
        field_list=FieldList.objects.get(code="UNI-A"),
        kinds=["university", "county"],
        opens_at=clock.now() - timedelta(days=1),
        deadline_at=clock.now() + timedelta(days=5),
        by=cast["national"],
    )


@pytest.fixture
def reviewer_and_secretary(world, cast):
    """Reviews for the neighbouring university, and fills for one class of ours."""
    person = cast["outsider"]
    Appointment.objects.create(
        user=person, unit=world["hnu-law"], role=Role.SECRETARY, starts_on=clock.today()
    )
    return person


def test_reviewing_elsewhere_opens_no_form_here(client, world, cast, reviewer_and_secretary):
    form = submitted(launch(world, cast), world["hnu-law-1201"], by=cast["secretary"])
    client.force_login(reviewer_and_secretary)
    assert client.get(reverse("accounts:list-review"), {"id": form.pk}).status_code == 404
    answer = client.post(reverse("accounts:approve", args=[form.pk]), {"version": form.version})
    assert answer.status_code == 404


def test_round_of_the_nation_concerns_every_unit(world, cast):
    launch_for_the_nation(world, cast)
    for code in ("hi", "hnu", "hnu-law-1201", "aq"):
        assert CollectionRound.objects.concerning(world[code]).count() == 1


def test_nation_reads_the_progress_of_its_round_by_province(world, cast):
    round = launch_for_the_nation(world, cast)
    lines = chase.by_child(round, world["cn"], reader=cast["national"])
    assert {(line.unit.code, line.expected) for line in lines} == {("hi", 4), ("ah", 1)}
