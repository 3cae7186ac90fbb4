"""今天发布了吗: who is asked, one tap on the home page, numbers by hand, corrections in the same week (SUP-2.1.3)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.models import AuditEntry
from reporting.models import DailyRecord
from reporting.operations.daily_duty import set_duty
from tests.reporting.activity_scene import TODAY, account_of, days_ago, group_of, recorded

pytestmark = pytest.mark.django_db
URL = "/activity/"
ASKED = "今天发布了吗"


@pytest.fixture
def channels(world):
    return account_of(world["hnu"]), group_of(world["hnu"])


def numbers() -> list[tuple[str, int]]:
    return sorted((str(each.account or each.group), each.posts) for each in DailyRecord.objects.all())


def todos(client) -> dict[str, int | None]:
    return {todo.label: todo.count for todo in client.get(reverse("home")).context["todos"]}


def test_a_direct_unit_is_asked_and_what_stands_below_is_not(world, sign_in, channels):
    account_of(world["hnu-law"])
    account_of(world["hnu-law-1201"])
    assert todos(sign_in("university"))[ASKED] == 2
    assert ASKED not in todos(sign_in("college"))
    assert ASKED not in todos(sign_in("secretary"))
    assert "没有要求本单位每日记录" in sign_in("college").get(URL).text


def test_a_committee_that_asks_makes_those_below_it_be_asked(world, cast, sign_in):
    account_of(world["hnu-law-1201"])
    account_of(world["qh-hs"])
    set_duty(world.ids["hnu"], asks_below=True, by=cast["university"])
    assert todos(sign_in("secretary"))[ASKED] == 1
    assert ASKED not in todos(sign_in("township"))  # another committee's subtree
    set_duty(world.ids["hnu"], asks_below=False, by=cast["university"])
    assert ASKED not in todos(sign_in("secretary"))


def test_one_tap_on_the_home_page_records_one_for_each_and_pressed_twice_nothing_more(sign_in, channels):
    client = sign_in("university")
    assert f'action="{URL}all/"' in client.get(reverse("home")).text
    page = client.post(f"{URL}all/", follow=True)
    assert "已为2个账号、群各登记 1 条" in page.text
    assert [posts for _name, posts in numbers()] == [1, 1]
    assert "今天没有待登记的账号、群" in client.post(f"{URL}all/", follow=True).text
    assert ASKED not in todos(client)
    assert AuditEntry.objects.filter(verb="daily_record.recorded").count() == 2


def test_a_number_that_is_there_stays_when_the_rest_is_tapped(cast, sign_in, channels):
    account, group = channels
    recorded(account, {TODAY: 7}, by=cast["university"])
    sign_in("university").post(f"{URL}all/")
    assert numbers() == sorted([(str(account), 7), (str(group), 1)])


def test_numbers_by_hand_a_button_for_none_and_a_correction(sign_in, channels):
    account, group = channels
    client, fields = sign_in("university"), {"day": str(TODAY)}
    client.post(URL, fields | {f"a{account.pk}-posts": "5", "none": f"g{group.pk}"})
    assert numbers() == sorted([(str(account), 5), (str(group), 0)])
    page = client.post(URL, fields | {f"a{account.pk}-posts": "6", f"g{group.pk}-posts": "0"}, follow=True)
    assert "已登记1个账号、群" in page.text
    assert numbers() == sorted([(str(account), 6), (str(group), 0)])


def test_a_wrong_number_is_said_and_nothing_of_the_form_is_lost(sign_in, channels):
    account, group = channels
    answer = sign_in("university").post(URL, {f"a{account.pk}-posts": "很多", f"g{group.pk}-posts": "3"})
    assert answer.status_code == 422
    assert "不是整数，请填写数字；没有发布填 0。" in answer.text
    assert 'value="很多"' in answer.text
    assert 'value="3"' in answer.text
    assert not DailyRecord.objects.exists()


def test_an_earlier_day_of_the_week_is_recorded_and_one_of_last_week_is_not_offered(sign_in, channels):
    account, _group = channels
    client, monday, sunday = sign_in("university"), days_ago(2), days_ago(3)
    client.post(URL, {"day": str(monday), "one": f"a{account.pk}"})
    assert DailyRecord.objects.get().day == monday
    page = client.get(URL, {"day": str(sunday)}).context["page"]
    assert page.day == TODAY
    assert len(page.chips) == 3  # Monday to Wednesday


def test_a_form_sent_after_the_week_has_ended_is_about_the_day_it_showed(sign_in, channels):
    account, _group = channels
    sunday = days_ago(3)  # the page stood open over midnight
    sign_in("university").post(URL, {"day": str(sunday), f"a{account.pk}-posts": "4"})
    assert DailyRecord.objects.values_list("day", "posts").get() == (sunday, 4)


def test_nobody_records_for_a_unit_of_another_subtree(world, sign_in, channels):
    assert sign_in("outsider").get(URL, {"unit": world.ids["hnu"]}).status_code == 404
    assert sign_in("auditor").get(URL).status_code == 403
