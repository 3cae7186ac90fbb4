from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from orgs.kernel import clock
from orgs.kernel.clock import Week

NOON = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at():
    """Here the clock runs: it is what is tested."""


@pytest.fixture
def shiftable(settings, db):
    settings.CLOCK_MAY_BE_SHIFTED = True
    clock.forget_offset()
    yield
    clock.forget_offset()


@pytest.fixture
def real_time(settings):
    settings.CLOCK_MAY_BE_SHIFTED = False


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2024, 12, 30), "2025-W01"),
        (date(2026, 12, 27), "2026-W52"),
        (date(2026, 12, 28), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2021, 1, 3), "2020-W53"),
    ],
)
def test_week_at_the_turn_of_the_year_is_the_iso_week(day, week):
    assert str(Week.containing(day)) == week
    assert Week.parse(week) == Week.containing(day)


def test_week_is_that_of_shanghai_not_of_utc():
    moment = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    assert moment.date().isocalendar().week == 47
    assert str(Week.containing(moment)) == "2026-W48"


def test_sunday_midnight_belongs_to_the_next_week():
    week = Week(2026, 46)
    assert Week.containing(week.ends_at - timedelta(microseconds=1)) == week
    assert Week.containing(week.ends_at) == week.next()
    assert week.ends_at == week.next().starts_at == datetime(2026, 11, 15, 16, 0, tzinfo=UTC)


@given(st.integers(0, 110 * 366 * 86400))
def test_every_instant_is_in_exactly_one_week(seconds):
    moment = datetime(1990, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
    week = Week.containing(moment)
    assert week.starts_at <= moment < week.ends_at
    assert week.previous().ends_at == week.starts_at


def test_week_knows_its_days_and_words():
    week = Week.parse("2026-W46")
    assert (week.starts_on, week.ends_on) == (date(2026, 11, 9), date(2026, 11, 15))
    assert week.label == "第46周 11月9日—11月15日"
    assert Week(2026, 53).next() == Week(2027, 1)
    assert Week(2027, 1).previous(2) == Week(2026, 52)
    assert Week(2026, 53) < Week(2027, 1)


@pytest.mark.parametrize(
    "text",
    [
        "9999-W52",
        "9999-W51",
        "0001-W01",
        "0000-W01",
        "2025-W53",
        "2026-W54",
        "2026-W00",
        "2026W46",
        "2026-W4",
        "２０２６-W46",
        " 2026-W46",
        "",
    ],
)
def test_what_is_no_week_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for developers
        Week.parse(text)


def test_naive_datetime_has_no_week():
    with pytest.raises(ValueError, match="naive"):
        Week.containing(datetime(2026, 11, 9))  # noqa: DTZ001 - the point of the test


def test_day_ends_when_the_next_begins():
    assert clock.day_end(date(2026, 2, 28)) == clock.day_start(date(2026, 3, 1))


def test_today_is_the_date_in_shanghai(real_time):
    with time_machine.travel(datetime(2026, 11, 22, 16, 30, tzinfo=UTC), tick=False):
        assert clock.today() == date(2026, 11, 23)
        assert clock.now() == datetime(2026, 11, 22, 16, 30, tzinfo=UTC)


def test_real_clock_asks_no_database(real_time, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        clock.now()


def test_real_clock_cannot_be_moved(real_time):
    with pytest.raises(clock.ClockIsReal):
        clock.shift_by(timedelta(days=1))
    with pytest.raises(clock.ClockIsReal), clock.frozen(NOON):
        pass


def test_shifted_clock_goes_on_from_there(shiftable):
    with time_machine.travel(NOON, tick=False) as traveller:
        clock.shift_to(NOON + timedelta(days=9))
        traveller.shift(timedelta(hours=1))
        assert clock.now() == NOON + timedelta(days=9, hours=1)
        clock.shift_by(timedelta(days=1))
        assert clock.now() == NOON + timedelta(days=10, hours=1)
        clock.reset()
        assert clock.now() == NOON + timedelta(hours=1)


def test_shift_of_another_process_is_seen_after_a_second(shiftable):
    with time_machine.travel(NOON, tick=False):
        assert clock.now() == NOON
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM orgs_clockoffset")
            cursor.execute("INSERT INTO orgs_clockoffset (id, seconds) VALUES (1, 3600)")
        assert clock.now() == NOON
        clock._Offset.read_at -= 1.0
        assert clock.now() == NOON + timedelta(hours=1)


def test_reading_the_offset_counts_as_no_query(shiftable, django_assert_num_queries):
    with django_assert_num_queries(0):
        clock.now()


def test_frozen_clock_stands_still_in_this_context_only(settings):
    settings.CLOCK_MAY_BE_SHIFTED = True
    with clock.frozen(NOON):
        assert clock.now() == NOON
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.today() == date(2026, 11, 12)
        assert clock.now() == NOON


def test_week_is_over_at_its_last_midnight(settings):
    settings.CLOCK_MAY_BE_SHIFTED = True
    week = Week(2026, 46)
    with clock.frozen(week.ends_at - timedelta(microseconds=1)):
        assert Week.current() == week
        assert not week.is_over
    with clock.frozen(week.ends_at):
        assert week.is_over
