"""The table of subordinates on a unit's page: who has reported and the coverage of the newest closed week."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.reporting.bulletin_steps import two_weeks
from tests.reporting.closed_weeks import LAST

pytestmark = pytest.mark.django_db


def cells(page: str) -> dict[str, list[str]]:
    """Subordinate → the words of its cells."""
    rows = re.findall(r"<tr>\s*<td class=\"name\">(.*?)</tr>", page, re.DOTALL)
    plain = [
        [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", cell)).strip() for cell in row.split("</td>")]
        for row in rows
    ]
    return {each[0].split(" ")[0]: each[1:] for each in plain}


def shown(client, world, code: str) -> str:
    return client.get(reverse("orgs:show-unit", args=[world.ids[code]])).content.decode()


def test_the_newest_closed_week_stands_beside_each_subordinate(world, sign_in):
    client = sign_in("university")
    assert "已报 / 应报" not in shown(client, world, "hnu")  # no week is closed
    two_weeks(world)
    page = shown(client, world, "hnu")
    assert f"覆盖率（第{LAST.number}周）" in page
    found = cells(page)
    assert "3 / 3" in found["法学院团委"][2]
    # 20 of 43, 45 of 45 and 30 of 48 people of three classes.
    assert "69.8%" in found["法学院团委"][3]
    assert reverse("reporting:show-unit-week", args=[LAST, world.ids["hnu-law"]]) in page


def test_who_reported_nothing_is_said_to_have_reported_nothing(world, sign_in):
    two_weeks(world)
    found = cells(shown(sign_in("province"), world, "hi"))
    assert "未报" in found["共青团万宁市委"][3]


def test_a_department_sees_figures_of_its_own_units_only(world, sign_in):
    two_weeks(world)
    found = cells(shown(sign_in("schools"), world, "hi"))
    assert "%" in found["海南大学团委"][3]
    assert "共青团琼海市委" not in found or "%" not in "".join(found["共青团琼海市委"])


def test_one_statement_more_however_many_there_are(world, sign_in):
    client = sign_in("province")

    def counted(code: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client, world, code)
        return len(captured)

    before = counted("hi")
    two_weeks(world)
    assert counted("hi") == before
    assert counted("qh") == before
