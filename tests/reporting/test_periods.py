"""Days, weeks and months on the clocks of Shanghai."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from orgs.kernel import clock
from reporting.judging import periods

TICK = timedelta(microseconds=1)


def moment(month, day, hour=0):
    return clock.day_start(date(2026, month, day)) + timedelta(hours=hour)


@pytest.mark.parametrize(("recurs", "key", "last"), [
    ("daily", "2026-11-17", "2026-11-17"), ("weekly", "2026-11-09", "2026-11-15"), ("monthly", "2026-10-01", "2026-10-31"),
])  # fmt: skip
def test_the_period_that_ended_last(recurs, key, last):
    found = periods.ended_last(recurs, moment(11, 18, 10))
    assert (found.key, found.last.isoformat()) == (key, last)
    assert periods.parse(recurs, key) == found
    assert found.next().previous() == found


def test_a_period_that_ends_at_the_very_moment_has_ended():
    end = moment(12, 1)
    assert periods.ended_last("monthly", end).key == "2026-11-01"
    assert periods.ended_last("monthly", end - TICK).key == "2026-10-01"


@pytest.mark.parametrize(("at", "key"), [
    (moment(11, 30), None), (moment(12, 1), "2026-11-01"), (moment(12, 31, 24), "2026-12-01"), (moment(12, 31, 24) + timedelta(days=99), "2026-12-01"),
])  # fmt: skip
def test_the_first_is_the_month_it_begins_in_and_the_last_that_of_the_deadline(at, key):
    found = periods.judged("monthly", at, since=moment(11, 20), until=moment(12, 20, 12))
    assert (found and found.key) == key


@pytest.mark.parametrize("text", ["", "2026-11", "2026-11-02", "2026-13-01", "0001-01-99", "x"])
def test_no_key_of_a_month(text):
    assert periods.parse("monthly", text) is None


def test_february_and_december():
    february = periods.of_day("monthly", date(2028, 2, 29))
    assert (february.last.day, february.next().key) == (29, "2028-03-01")
    assert periods.of_day("monthly", date(2026, 12, 31)).next().key == "2027-01-01"


def test_nobody_knows_other_recurrences():
    with pytest.raises(ValueError, match="yearly"):
        periods.of_day("yearly", date(2026, 1, 1))
