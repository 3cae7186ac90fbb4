"""日常记录 of a month as a grid: who fills it in, what may still change, what came late, the records as a file."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from orgs.kernel import clock
from reporting.models import DailyRecord
from tests.reporting.activity_scene import TODAY, account_of, at_noon, days_ago, group_of, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(world):
    return account_of(world["hnu"])


def url(world, code: str = "hnu", month: str = "") -> str:
    return reverse("reporting:show-activity-month", args=[world.ids[code]]) + (f"?m={month}" if month else "")


def test_a_row_for_each_channel_and_a_field_for_each_day_that_may_be_written(world, sign_in, account):
    group_of(world["hnu"])
    page = sign_in("university").get(url(world)).context["page"]
    assert [len(row.cells) for row in page.rows] == [30, 30]
    assert sum(cell.is_editable for cell in page.rows[0].cells) == TODAY.day


def test_the_form_names_its_month_for_who_sends_it_in_the_next(world, sign_in, account):
    client = sign_in("university")
    assert f'method="post" action="?m={TODAY:%Y-%m}"' in client.get(url(world)).text


def test_what_is_typed_is_recorded_and_what_stays_is_not_written_again(world, cast, sign_in, account):
    recorded(account, {days_ago(1): 2}, by=cast["university"])
    typed = {f"c-a{account.pk}-16": "3", f"c-a{account.pk}-17": "2", f"c-a{account.pk}-18": "0"}
    answer = sign_in("university").post(url(world), typed, follow=True)
    assert "已保存2格" in answer.text
    assert dict(DailyRecord.objects.values_list("day", "posts")) == {
        days_ago(2): 3, days_ago(1): 2, TODAY: 0,
    }  # fmt: skip


def test_one_wrong_cell_is_named_and_the_others_keep_what_was_typed(world, sign_in, account):
    answer = sign_in("university").post(url(world), {f"c-a{account.pk}-16": "三", f"c-a{account.pk}-17": "4"})
    assert answer.status_code == 422
    assert f'href="#id_c-a{account.pk}-16"' in answer.text
    assert 'value="三"' in answer.text
    assert 'value="4"' in answer.text
    assert not DailyRecord.objects.exists()


def test_a_number_of_an_earlier_week_stays(world, cast, sign_in, account):
    recorded(account, {date(2026, 11, 10): 2}, by=cast["university"])
    client = sign_in("university")
    cell = client.get(url(world)).context["page"].rows[0].cells[9]
    assert not cell.is_editable
    client.post(url(world), {cell.name: "9"})
    assert DailyRecord.objects.get().posts == 2


def test_a_day_entered_after_its_week_is_shown_as_late(world, cast, sign_in, account):
    client = sign_in("university")
    client.post(url(world), {f"c-a{account.pk}-10": "2", f"c-a{account.pk}-17": "1"})
    cells = client.get(url(world)).context["page"].rows[0].cells
    assert [each.day.is_late for each in (cells[9], cells[16])] == [True, False]
    with clock.frozen(at_noon(date(2026, 11, 24))):
        cells = client.get(url(world)).context["page"].rows[0].cells
        assert not any(each.is_editable for each in (cells[9], cells[16]))  # the week of entry is over


def test_those_above_read_and_those_without_the_right_change_nothing(world, sign_in, account):
    page = sign_in("auditor").get(url(world))
    assert page.status_code == 200
    assert 'name="c-a' not in page.text
    assert sign_in("auditor").post(url(world), {f"c-a{account.pk}-17": "1"}).status_code == 403
    assert sign_in("outsider").get(url(world)).status_code == 404
    assert not DailyRecord.objects.exists()


def test_who_recorded_is_named_and_stands_in_the_file(world, cast, sign_in, account):
    recorded(account, {days_ago(1): 2}, by=cast["province"])
    client = sign_in("university")
    assert cast["province"].display_name in client.get(url(world)).text
    text = client.get(url(world), {"export": "csv"}).getvalue().decode("utf-8-sig")
    *_head, row = csv.reader(io.StringIO(text))
    assert row[2:6] == ["2026-11-17", "2", "", cast["province"].display_name]


@pytest.mark.parametrize("month", ["2026-12", "2026-13", "1999-01", "nonsense"])
def test_a_month_that_cannot_be_is_this_month(world, sign_in, account, month):
    assert sign_in("university").get(url(world, month=month)).context["page"].first == date(2026, 11, 1)


def test_a_month_before_the_channel_was_opened_has_no_row(world, sign_in, account):
    page = sign_in("university").get(url(world, month="2026-08"))
    assert page.context["page"].rows == []
    assert "这个月没有在用的账号、群" in page.text
