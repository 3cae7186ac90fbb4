"""Two people at once: a day is recorded once, a switch is set once, a topic is not deleted under an answer."""

from __future__ import annotations

import pytest
from django.db import connection

from orgs.exceptions import OrgsError
from orgs.models import AuditEntry
from reporting.models import DailyDuty, DailyRecord, Outreach
from reporting.operations import activity, outreach
from reporting.operations.daily_duty import set_duty
from reporting.operations.outreach import Facts
from tests import cast as cast_module
from tests.reporting.activity_scene import TODAY, account_of, days_ago, group_of
from tests.reporting.test_bulletin_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


@pytest.fixture
def channels(transactional_world):
    return account_of(transactional_world["hnu"]), group_of(transactional_world["hnu"])


def test_the_same_cells_saved_by_three_are_recorded_once(cast, channels):
    account, group = channels
    cells = {group: {days_ago(1): 2, TODAY: 3}, account: {days_ago(1): 4}}
    results = at_once(*[lambda: activity.record_cells(cells, by=cast["university"])] * 3)
    assert results == [3, 3, 3]
    assert sorted(DailyRecord.objects.values_list("posts", flat=True)) == [2, 3, 4]


def test_a_tap_and_a_grid_at_once_leave_one_record_a_day(cast, channels):
    cells = {channel: {TODAY: 7} for channel in channels}
    results = at_once(
        lambda: activity.record_today(by=cast["university"]),
        lambda: activity.record_cells(cells, by=cast["university"]),
        lambda: activity.record_today(by=cast["university"]),
    )
    assert None not in results  # nobody was refused by the database
    assert DailyRecord.objects.count() == 2


def test_a_switch_pressed_by_three_is_set_once(cast, transactional_world):
    unit_id = transactional_world.ids["hnu"]
    results = at_once(*[lambda: set_duty(unit_id, asks_below=True, by=cast["university"])] * 3)
    assert sorted(results) == [False, False, True]
    assert DailyDuty.objects.count() == AuditEntry.objects.filter(verb="daily_duty.set").count() == 1


def test_an_activity_sent_three_times_at_once_is_registered_once(cast, transactional_world):
    unit, facts = transactional_world["hnu"], Facts("poll", "微投票", TODAY)
    results = at_once(*[lambda: outreach.register(unit, facts, by=cast["university"])] * 3)
    assert sum(isinstance(each, Outreach) for each in results) == 1
    assert sum(isinstance(each, OrgsError) for each in results) == 2


def test_a_topic_is_answered_or_deleted_and_never_both(cast, transactional_world):
    world = transactional_world
    facts = Facts("topic", "我的中国梦", TODAY, is_expected_below=True)
    topic = outreach.register(world["hnu"], facts, by=cast["university"])
    answer = Facts("topic", "法学院的中国梦", TODAY)

    def answered() -> Outreach | str:
        try:
            return outreach.register(world["hnu-law"], answer, answers=topic.pk, by=cast["college"])
        except Outreach.DoesNotExist:
            return "gone"

    made, deleted = at_once(
        answered,
        lambda: outreach.discard(topic.pk, by=cast["university"]),
    )
    if isinstance(made, Outreach):
        assert isinstance(deleted, OrgsError)
    else:
        assert made == "gone"
        assert not Outreach.objects.exists()
