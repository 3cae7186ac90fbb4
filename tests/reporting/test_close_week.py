"""The weekly close: when it may run, what it reads, and that repeating it changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from orgs.kernel.clock import Week
from reporting.choices import WeekState
from reporting.exceptions import WeekNotOver
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import weekly

WEEK = Week(2026, 46)

pytestmark = pytest.mark.django_db


def test_the_running_week_cannot_be_closed(world):
    with pytest.raises(WeekNotOver):
        weekly.close_week(Week(2026, 47))
    assert not ClosedWeek.objects.exists()


def test_a_week_is_over_at_sunday_24_and_not_before(world):
    with clock.frozen(WEEK.ends_at - timedelta(microseconds=1)), pytest.raises(WeekNotOver):
        weekly.close_week(WEEK)
    with clock.frozen(WEEK.ends_at):
        assert weekly.close_week(WEEK).state == WeekState.CLOSED


def test_every_unit_in_operation_has_one_row(world):
    closed = weekly.close_week(WEEK)
    rows = WeekUnit.objects.for_week(closed.pk)
    assert closed.n_units == rows.count() == len(world.ids)
    assert set(rows.values_list("unit_id", flat=True)) == set(world.ids.values())
