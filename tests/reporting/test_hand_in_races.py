"""Two people at once: one document stands, it is decided about once, one number is in force."""

from __future__ import annotations

import pytest
from django.db import connection

from orgs.exceptions import OrgsError
from reporting.models import HandIn, PlannedNumber
from reporting.operations import hand_ins, planned_numbers
from tests import cast as cast_module
from tests.reporting.paper_scene import PLAN, handed, papers
from tests.reporting.test_bulletin_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def cast(transactional_world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return cast_module.build(transactional_world)


def test_handed_in_twice_at_once_one_stands(transactional_world, cast):
    campaign, unit, by = papers(transactional_world), transactional_world["hnu"], cast["university"]
    same = at_once(*[lambda: handed(campaign, unit, by)] * 2)
    assert {each.pk for each in same} == {HandIn.objects.get().pk}
    other = transactional_world["qzu"]
    both = at_once(
        lambda: handed(campaign, other, cast["outsider"], text="甲"),
        lambda: handed(campaign, other, cast["outsider"], text="乙"),
    )
    assert sum(isinstance(each, OrgsError) for each in both) == 1
    assert HandIn.objects.filter(unit=other).count() == 1


def test_accepted_and_returned_at_once_one_of_them_wins(transactional_world, cast):
    found = handed(papers(transactional_world), transactional_world["hnu"], cast["university"])
    by = cast["province"]
    accepted, returned = at_once(
        lambda: hand_ins.accept(found.pk, by=by), lambda: hand_ins.send_back(found.pk, reason="重做", by=by)
    )
    assert isinstance(accepted, OrgsError) is not isinstance(returned, OrgsError)


def test_planned_twice_at_once_one_number_is_in_force(transactional_world, cast):
    campaign, unit, by = papers(transactional_world), transactional_world["hnu"], cast["university"]
    at_once(*[lambda n=n: planned_numbers.plan(campaign.pk, PLAN, unit.pk, planned=n, by=by) for n in (1, 2)])
    assert PlannedNumber.objects.in_force().count() == 1
    assert PlannedNumber.objects.count() == 2
