"""Spot checks and days recorded on the page of an account and of a group, in the scope of the reader."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.operations import registry
from orgs.kernel import clock
from reporting.operations import activity, inspection

pytestmark = pytest.mark.django_db

YESTERDAY = date(2026, 11, 17)


@pytest.fixture
def group(world, cast):
    return registry.open_group(world["hnu-law"], kind="link", name="法学院工作群", by=cast["university"])


@pytest.fixture
def account(world):
    return registry.open_account(
        world["hnu-law-1201"], platform="wechat_personal", identifier="law_1201", by=None
    )


def html(client, noun: str, channel) -> str:
    return client.get(reverse(f"accounts:show-{noun}", args=[channel.pk])).content.decode()


def checked(channel, cast, *, posts: int, day: date = YESTERDAY):
    return inspection.record_check(channel, draw="d1", counted_on=day, posts=posts, by=cast["province"])


def test_a_group_shows_its_last_checks_with_grade(group, cast, sign_in):
    checked(group, cast, posts=2)
    page = html(sign_in("college"), "group", group)
    assert "2026-11-17 发布 2 条" in page
    assert ">差</span>" in page.replace("</svg>", ">")
    assert "还没有抽查过" not in page


def test_an_account_shows_four_weeks_with_every_number_and_a_day_of_zero(account, cast, sign_in):
    for n in range(12):
        activity.record_day(account, YESTERDAY - timedelta(days=n), n, by=cast["college"])
    page = html(sign_in("secretary"), "account", account)
    assert page.count('<li class="posted">') == 11
    assert '<li class="none">11-17<b class="num">0</b></li>' in page


def test_without_any_the_page_says_that_nothing_is_known(group, sign_in):
    page = html(sign_in("college"), "group", group)
    assert "还没有抽查过" in page
    assert "没有记录不等于没有发布" in page


def test_a_voided_check_and_those_of_other_channels_are_not_shown(group, account, cast, sign_in):
    wrong = checked(group, cast, posts=2)
    inspection.void_check(wrong, "点错了群", by=cast["province"])
    checked(account, cast, posts=4)
    assert "还没有抽查过" in html(sign_in("college"), "group", group)


def test_a_check_from_before_a_transfer_is_shown_to_who_stands_above_both_units(
    account, world, cast, sign_in
):
    checked(account, cast, posts=4)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        registry.transfer_account(account, world["hnu-tour-1201"], reason="划转", by=cast["university"])
    assert "还没有抽查过" not in html(sign_in("university"), "account", account)
