"""更多指标: persons, cadres, followers and requirements on the page of a unit's week and on their rows pages."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.urls import reverse

from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.choices import Measure
from orgs.kernel import clock, triggers
from orgs.models import UnitBaseVersion
from reporting.figures import NOT_IN_FIRST_DIGEST
from reporting.models import Campaign, CampaignVersion, ClosedWeek, Judgement, Requirement, WeekUnit
from reporting.pages.more_figures import SHOWN
from tests.reporting.closed_weeks import LAST, close

BRANCH = "hnu-law-1201"
PERSON = PersonalData("林某甲", mobile="13800000123")

pytestmark = pytest.mark.django_db


def unit_url(world, code):
    return reverse("reporting:show-unit-week", args=[LAST, world.ids[code]])


def rows_url(world, code, figure):
    return reverse("reporting:show-rows", args=[LAST, world.ids[code], figure])


def record(world, code, measure, count):
    facts = {"measure": measure, "count": count, "year": 2026, "source": "本单位自愿填报"}
    UnitBaseVersion.objects.create(unit_id=world.ids[code], valid_from=LAST.starts_at, **facts)


def ask(world, code, standings):
    facts = {"unit": world["hi"], "launched_at": LAST.starts_at}
    campaign = Campaign.objects.create(code="uni-2013", **facts)
    version = CampaignVersion.objects.create(
        campaign=campaign, number=1, title="高校部署", issued_on=LAST.starts_on, loaded_at=LAST.starts_at
    )
    for n, (title, deadline) in enumerate((("每班建群", LAST.ends_at), ("报送方案", None)), start=1):
        Requirement.objects.create(
            version=version, position=n, code=f"r{n}", title=title, kind="figure", deadline_at=deadline
        )
    unit = world.ids[code]
    Judgement.objects.create(version=version, unit_id=unit, standings=standings, valid_from=LAST.starts_at)


@pytest.fixture
def closed(world):
    """One person administers two classes; a class has recorded cadres; another is asked for two things."""
    with clock.frozen(LAST.starts_at):
        for code in (BRANCH, "hnu-law-1202"):
            registry.appoint_administrator(world[code], person=PERSON, by=None)
    record(world, BRANCH, Measure.CADRES, 5)
    record(world, "hnu-law-1202", Measure.CADRES_WITH_ACCOUNT, 0)
    ask(world, BRANCH, "01")
    return close()


def table(page):
    """{label: texts of the cells} of 更多指标."""
    body = re.search(r'aria-labelledby="more-figures".*?<tbody>(.*?)</tbody>', page, re.S)[1]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.S):
        label, *cells = [
            re.sub(r"<.*?>", "", each) for each in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)
        ]
        found[label] = cells
    return found


def test_the_page_shows_own_and_subtree_and_what_is_missing_in_words(sign_in, world, closed):
    found = table(sign_in("college").get(unit_url(world, "hnu-law")).text)
    assert len(found) == len(SHOWN)
    assert found["在任管理员"] == ["0", "2"]
    assert found["在任管理员（每人计一次）"] == ["0", "1"]
    assert found["团干部数（自愿填报）"] == ["未报", "5"]
    assert found["已使用微信的团干部数（自愿填报）"] == ["未报", "0"]
    assert found["联系青年达到 20 人的团干部数（自愿填报）"] == ["未报", "未报"]
    assert found["部署要求"] == ["0", "2"]
    assert (found["已达到的部署要求"], found["已逾期的部署要求"]) == (["0", "1"], ["0", "1"])


def test_a_unit_without_subordinates_shows_one_number(sign_in, world, closed):
    found = table(sign_in("college").get(unit_url(world, BRANCH)).text)
    assert found["团干部数（自愿填报）"] == ["5"]


def test_a_week_closed_before_the_figures_were_there_shows_a_dash(sign_in, world, closed):
    names = {f"{side}_{name}": None for name in NOT_IN_FIRST_DIGEST for side in ("own", "sub")}
    with triggers.without_triggers(connection):
        WeekUnit.objects.for_week(closed.pk).update(**names)
        ClosedWeek.objects.filter(pk=closed.pk).update(digest_form=1)
    client = sign_in("college")
    found = table(client.get(unit_url(world, "hnu-law")).text)
    assert found["团干部数（自愿填报）"] == found["部署要求"] == ["—", "—"]
    assert found["在任管理员"] == ["0", "2"]
    page = client.get(rows_url(world, "hnu-law", "requirements")).text
    assert "没有明细：这一项没有数字" in page
    assert "未报</b>" not in page


def test_persons_of_several_units_are_explained_in_their_rows(sign_in, world, closed):
    page = sign_in("university").get(rows_url(world, "hnu-law", "admin_persons")).text
    assert "同一人只计一次" in page
    assert ">-1<" in page
    assert "<b>1</b>" in page


def test_who_sees_some_lines_only_gets_no_total_of_persons(sign_in, world, closed):
    client = sign_in("schools")
    page = client.get(rows_url(world, "hi", "admin_persons")).text
    assert "各行不能相加" in page
    assert "更多指标" not in client.get(unit_url(world, "hi")).text


def test_units_without_a_number_are_counted_beside_and_not_as_0(sign_in, world, closed):
    page = sign_in("college").get(rows_url(world, "hnu-law", "cadres")).text
    assert "另有 2 个下级没有数字" in page
    page = sign_in("college").get(rows_url(world, "hnu-law", "cadres_with_account")).text
    assert "另有 1 个下级为 0" in page


def test_the_rows_end_at_what_was_recorded_and_at_the_requirements(sign_in, world, closed):
    client = sign_in("college")
    page = client.get(rows_url(world, BRANCH, "cadres")).text
    assert "本单位自愿填报" in page
    assert "账号、群（结周时）" not in page
    for figure, shown in (
        ("requirements", {"每班建群", "报送方案"}),
        ("requirements_met", {"报送方案"}),
        ("requirements_overdue", {"每班建群"}),
    ):
        page = client.get(rows_url(world, BRANCH, figure)).text
        assert {title for title in ("每班建群", "报送方案") if title in page} == shown


def test_under_todays_tree_they_are_not_shown(sign_in, world, closed):
    page = sign_in("college").get(unit_url(world, "hnu-law"), {"tree": "now"}).text
    assert "更多指标" not in page
