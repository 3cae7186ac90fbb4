"""A month's table filled in in a spreadsheet: looked through, each wrong cell named with its remedy, the rest recorded."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from reporting.models import DailyRecord
from tests.reporting.activity_scene import account_of, days_ago, group_of, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def channels(world):
    return account_of(world["hnu"]), group_of(world["hnu"])


def address(world, step: str, month: str = "2026-11", code: str = "hnu") -> str:
    return f"{reverse(f'reporting:{step}-activity', args=[world.ids[code]])}?m={month}"


def downloaded(client, world) -> Workbook:
    return load_workbook(io.BytesIO(client.get(address(world, "download")).content))


def uploaded(client, world, book: Workbook | bytes, month: str = "2026-11"):
    content = book
    if isinstance(book, Workbook):
        file = io.BytesIO()
        book.save(file)
        content = file.getvalue()
    return client.post(address(world, "upload", month), {"file": SimpleUploadedFile("表.xlsx", content)})


def test_downloaded_filled_in_looked_through_and_recorded(world, cast, sign_in, channels):
    account, _group = channels
    recorded(account, {days_ago(1): 2}, by=cast["university"])
    client = sign_in("university")
    book = downloaded(client, world)
    sheet = book.active
    assert [sheet.cell(row, 1).value for row in (3, 4)] == [f"{'a'}{account.pk}", f"g{_group.pk}"]
    assert sheet.cell(3, 2 + 17).value == 2
    assert sheet.cell(3, 2 + 16).value is None  # missing is not zero
    sheet.cell(3, 2 + 16, 5)
    sheet.cell(3, 2 + 17, 3)
    sheet.cell(4, 2 + 18, 0)
    answer = uploaded(client, world, book)
    found = answer.context["found"]
    assert (found.n_new, found.n_changed, found.n_unchanged, found.errors) == (2, 1, 0, [])
    assert DailyRecord.objects.count() == 1  # nothing is written before it is confirmed
    client.post(address(world, "confirm"), {"sealed": answer.context["sealed"]})
    assert sorted(DailyRecord.objects.values_list("day", "posts")) == [
        (date(2026, 11, 16), 5), (date(2026, 11, 17), 3), (date(2026, 11, 18), 0),
    ]  # fmt: skip


def test_each_wrong_cell_is_named_and_the_others_can_be_recorded(world, cast, sign_in, channels):
    account, group = channels
    recorded(account, {date(2026, 11, 3): 4}, by=cast["university"])
    client = sign_in("university")
    book = downloaded(client, world)
    sheet = book.active
    sheet.cell(3, 2 + 3, 9)  # settled
    sheet.cell(3, 2 + 20, 1)  # to come
    sheet.cell(3, 2 + 16, "三条")
    sheet.cell(4, 2 + 17, 6)
    sheet.cell(5, 1, "a999999")
    sheet.cell(5, 3, 1)
    sheet.cell(6, 1, f"a{account.pk}")
    sheet.cell(6, 3, 1)
    answer = uploaded(client, world, book)
    wrong = {(error.row, error.column): error.message for error in answer.context["found"].errors}
    assert wrong == {
        (3, "3日"): "已计入以前的周报，不能再改，请改回 4。",
        (3, "16日"): "不是整数，请填写数字；没有发布填 0。",
        (3, "20日"): "日期还没有到，请填写今天或以前的日期。",
        (5, "编号"): "本单位没有这个编号的账号、群，请照下载的表填写编号。",
        (6, "编号"): "与第 3 行重复，请只留一行。",
    }
    client.post(address(world, "confirm"), {"sealed": answer.context["sealed"]})
    assert DailyRecord.objects.get(group=group).posts == 6
    assert DailyRecord.objects.count() == 2


def test_a_table_of_another_month_or_none_at_all_is_refused_in_words(world, sign_in, channels):
    client = sign_in("university")
    answer = uploaded(client, world, downloaded(client, world), month="2026-10")
    assert answer.status_code == 422
    assert "这是2026年11月的表" in answer.text
    answer = uploaded(client, world, b"no workbook")
    assert answer.status_code == 422
    assert "不是 Excel" in answer.text


def test_what_was_looked_through_is_for_this_person_unit_and_month_only(world, sign_in, channels):
    client = sign_in("university")
    book = downloaded(client, world)
    book.active.cell(3, 2 + 17, 6)
    sealed = uploaded(client, world, book).context["sealed"]
    sign_in("province").post(address(world, "confirm"), {"sealed": sealed})
    client.post(address(world, "confirm", "2026-10"), {"sealed": sealed})
    client.post(address(world, "confirm"), {"sealed": f"{sealed}x"})
    assert not DailyRecord.objects.exists()


def test_a_channel_that_has_gone_since_refuses_the_whole_in_words(world, sign_in, channels):
    account, _group = channels
    client = sign_in("university")
    book = downloaded(client, world)
    book.active.cell(3, 2 + 17, 6)
    sealed = uploaded(client, world, book).context["sealed"]
    type(account).objects.filter(pk=account.pk).update(unit=world["qzu"])
    answer = client.post(address(world, "confirm"), {"sealed": sealed}, follow=True)
    assert "检查以后账号、群有变动" in answer.text
    assert not DailyRecord.objects.exists()
