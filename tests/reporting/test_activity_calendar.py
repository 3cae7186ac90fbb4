"""At least one item a day: what each day is, streaks, gaps, and the clock since the last item (SUP-2.1.3, UNI-1.3.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.operations.registry import change_account, transfer_account
from orgs.kernel import clock
from reporting import daily, tracks
from reporting.daily import DayState
from tests.reporting.activity_scene import SINCE, TODAY, account_of, at_noon, days_ago, group_of, recorded

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 1)


@pytest.fixture
def account(world):
    return account_of(world["hnu"])


def states(track: tracks.Track) -> str:
    signs = {
        DayState.POSTED: "+", DayState.NONE: "0", DayState.MISSING: "?", DayState.CLOSED: "-", DayState.FUTURE: ".",
    }  # fmt: skip
    return "".join(signs[each.state] for each in track.within(FIRST, date(2026, 11, 30)))


def track_of(channel) -> tracks.Track:
    return tracks.of_channel(channel, FIRST, date(2026, 11, 30))


def test_missing_is_not_zero_and_days_before_and_after_use_are_neither(account, cast):
    recorded(account, {date(2026, 11, 2): 3, date(2026, 11, 3): 0}, by=cast["university"])
    with clock.frozen(at_noon(date(2026, 11, 10))):
        change_account(account, by=None, reason="停更", status="dormant")
    account.refresh_from_db()
    assert states(track_of(account)) == "?+0" + "?" * 7 + "-" * 8 + "." * 12


def test_today_lengthens_a_streak_and_breaks_none_before_it_is_over(account, cast):
    recorded(account, {days_ago(n): 1 for n in (1, 2, 3)}, by=cast["university"])
    assert track_of(account).streak == 3
    recorded(account, {TODAY: 2}, by=cast["university"])
    assert track_of(account).streak == 4
    with clock.frozen(at_noon(TODAY + timedelta(days=2))):
        assert track_of(account).streak == 0


def test_a_zero_ends_a_streak(account, cast):
    recorded(account, {days_ago(3): 1, days_ago(2): 0, days_ago(1): 1}, by=cast["university"])
    assert track_of(account).streak == 1


def test_gaps_name_the_days_that_nobody_recorded(account, cast):
    recorded(account, {days_ago(6): 1, days_ago(5): 0, days_ago(3): 2, days_ago(1): 1}, by=cast["university"])
    gaps = track_of(account).gaps(days_ago(6), TODAY)
    assert [(each.first, each.n, each.n_missing) for each in gaps] == [
        (days_ago(2), 1, 1),
        (days_ago(5), 2, 1),
    ]
    assert gaps[1].words == "11月13日—11月14日，2天，其中1天没有记录"
    assert gaps[0].words == "11月16日，1天，没有记录"


@pytest.mark.parametrize(("n", "limit"), [(0, 0), (13, 0), (14, 14), (29, 14), (30, 30), (59, 30), (60, 60)])
def test_the_clock_says_14_30_and_60_days(account, cast, n, limit):
    recorded(account, {days_ago(n): 1}, by=cast["university"])
    if n:
        recorded(account, {TODAY: 0}, by=cast["university"])  # a zero is no item: the clock runs on
    silence = track_of(account).silence
    assert (silence.days, silence.limit) == (n, limit)


def test_without_an_item_known_there_is_no_clock(account):
    assert track_of(account).silence == daily.Silence(None, None, 0)


def test_a_unit_has_posted_where_every_channel_in_use_has(world, cast, account):
    group = group_of(world["hnu"])
    recorded(account, {days_ago(n): 1 for n in (1, 2, 3)}, by=cast["university"])
    recorded(group, {days_ago(1): 1, days_ago(2): 0}, by=cast["university"])
    rows = [
        each.within(days_ago(3), days_ago(1)) for each in tracks.of_unit(world["hnu"], days_ago(3), TODAY)
    ]
    assert [each.state for each in daily.of_unit(rows)] == [DayState.MISSING, DayState.NONE, DayState.POSTED]


def test_days_of_another_unit_before_a_transfer_stay_with_that_unit(world, cast, account):
    recorded(account, {days_ago(5): 9}, by=cast["university"])
    with clock.frozen(at_noon(days_ago(3))):
        transfer_account(account, world["qzu"], reason="划转", by=cast["province"])
    account.refresh_from_db()
    assert states(track_of(account))[: TODAY.day] == "-" * 14 + "?" * 4
    assert tracks.of_unit(world["hnu"], FIRST, TODAY) == []


def test_the_page_of_a_channel_shows_the_calendar_with_its_basis(account, cast, sign_in):
    recorded(account, {days_ago(20): 4}, by=cast["university"])
    page = sign_in("university").get(reverse("accounts:show-account", args=[account.pk])).text
    assert "20 天未发布" in page
    assert "SUP-2.1.3、UNI-1.3.3" in page
    assert 'class="posted"' in page
    assert days_ago(28) > SINCE
