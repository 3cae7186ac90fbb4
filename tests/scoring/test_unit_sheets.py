"""考评 on the page of a unit: its sheets year by year, for those who may see sheets."""

from __future__ import annotations

import pytest
from django.urls import reverse

from scoring.operations.sheets import open_year

pytestmark = pytest.mark.django_db


def page_of(client, world, code: str):
    return client.get(reverse("scoring:list-unit-sheets", args=[world.ids[code]]))


def test_the_unit_reads_its_sheets_the_newest_year_first(world, sign_in, sheets):
    open_year(2025)
    answer = page_of(sign_in("city"), world, "qh")
    assert [line.sheet.year for line in answer.context["lines"]] == [2026, 2025]
    assert sheets["qh"].get_absolute_url() in answer.content.decode()
    assert "未评完" in answer.content.decode()


def test_only_the_sheets_of_this_unit_are_listed(world, sign_in, sheets):
    lines = page_of(sign_in("province"), world, "qh").context["lines"]
    assert {line.sheet.unit_id for line in lines} == {world.ids["qh"]}


def test_a_unit_without_sheets_is_told_why(world, sign_in, sheets):
    assert "还没有建立考评表" in page_of(sign_in("university"), world, "hnu-law").content.decode()


@pytest.mark.parametrize(("key", "code", "status"), [("sysadmin", "hnu", 403), ("city", "hnu", 404)])
def test_sheets_need_the_right_and_the_scope(world, sign_in, key, code, status):
    assert page_of(sign_in(key), world, code).status_code == status
