"""What units are told about their self-assessment: begun, put off, soon over; each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from orgs.models import Notification
from scoring import tasks
from scoring.choices import SheetState
from scoring.models import Sheet
from scoring.operations import finalising, rounds, self_notices
from tests.scoring.round_steps import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, cast, scheme_files):
    return opened(world, cast)


def told(kind):
    """Unit code and link of each message of the kind."""
    return sorted(Notification.objects.filter(kind=kind).values_list("unit__code", "link"))


def links(round):
    return sorted((each.unit.code, each.get_absolute_url()) for each in round.sheets.select_related("unit"))


def test_every_unit_is_told_that_its_self_assessment_has_begun_and_none_twice(round, cast):
    assert told("assessment_opened") == links(round)
    assert "2026年12月31日 24:00" in Notification.objects.filter(kind="assessment_opened")[0].text
    rounds.add_units(round, by=cast["province"])
    assert len(told("assessment_opened")) == 2


def test_who_has_handed_in_is_not_told_of_more_time(round, cast):
    first, second = round.sheets.order_by("pk")
    finalising.waive_self_assessment(first, reason="换届", version=first.version, by=cast["province"])
    until = round.self_until + timedelta(days=3)
    rounds.extend(round, rounds.SELF, until, reason="节假日", version=round.version, by=cast["province"])
    assert told("assessment_extended") == [(second.unit.code, second.get_absolute_url())]


def test_units_that_wait_for_their_result_are_told_that_scoring_takes_longer(round, cast):
    first, second = round.sheets.order_by("pk")
    finalising.waive_self_assessment(first, reason="换届", version=first.version, by=cast["province"])
    Sheet.objects.filter(pk=second.pk).update(state=SheetState.OBJECTION)  # told already
    later = {"reason": "节假日", "version": round.version, "by": cast["province"]}
    rounds.extend(round, rounds.SCORING, round.scoring_until + timedelta(days=3), **later)
    assert told("assessment_extended") == [(first.unit.code, first.get_absolute_url())]
    assert "考评延期到2027年2月3日 24:00" in Notification.objects.get(kind="assessment_extended").text


def test_a_week_before_and_on_the_last_day_who_is_silent_is_reminded_once(round, cast):
    end = round.self_until
    with clock.frozen(end - timedelta(days=8)):
        assert self_notices.remind_due() == 0
    with clock.frozen(end - timedelta(days=6)):
        assert [self_notices.remind_due(), self_notices.remind_due()] == [2, 0]
    first = round.sheets.order_by("pk")[0]
    finalising.waive_self_assessment(first, reason="换届", version=first.version, by=cast["province"])
    with clock.frozen(end - timedelta(hours=15)):
        tasks.remind_self_assessments()
        assert self_notices.remind_due() == 0
    with clock.frozen(end + timedelta(hours=1)):
        assert self_notices.remind_due() == 0
    assert len(told("self_assessment_due")) == 3
