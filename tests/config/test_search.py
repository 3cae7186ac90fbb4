"""搜索: units, accounts, groups, notices, contributions and bulletins, each as far as the person may read it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import GroupKind
from accounts.operations.registry import open_account, open_group
from config.search import MOST_OF_A_KIND
from orgs.models import OrgUnit
from reporting.operations import contributions
from reporting.operations.passages import Passage
from tests.reporting.bulletin_steps import published as published_bulletin
from tests.reporting.bulletin_steps import two_weeks
from tests.reporting.notice_steps import published

pytestmark = pytest.mark.django_db

SEARCH = reverse("search")


@pytest.fixture
def everywhere(sign_in, world, cast):
    """Something of each kind that bears the word 青春."""
    two_weeks(world)
    unit, client = world["hnu-law"], sign_in("province")
    open_account(unit, platform="wechat_personal", identifier="wx_qingchun", nickname="青春法学院", by=None)
    open_group(unit, kind=GroupKind.BRANCH, name="青春微信群", by=None)
    published(client, title="青春通知", kinds=["university"])
    contributions.send(unit, world["hnu"], Passage("青春报送", "正文"), by=cast["college"])
    published_bulletin(client, world)


def found(client, text: str) -> dict[str, set[str]]:
    sections = client.get(SEARCH, {"q": text}).context["sections"]
    return {section.key: {each.label for each in section.results} for section in sections}


def test_everything_is_found_in_groups_and_opens(everywhere, sign_in):
    client = sign_in("province")
    answer = client.get(SEARCH, {"q": "青春"})
    assert found(client, "青春") == {
        "accounts": {"青春法学院"},
        "groups": {"青春微信群"},
        "notices": {"青春通知"},
        "contributions": {"青春报送"},
    }
    for section in answer.context["sections"]:
        assert section.title in answer.text
        for each in section.results:
            assert client.get(each.url).status_code == 200
    assert set(found(client, "46 周")) == {"bulletins"}


def test_everybody_finds_what_they_may_read_and_nothing_else(everywhere, sign_in):
    assert set(found(sign_in("college"), "青春")) == {"accounts", "groups", "contributions"}
    assert set(found(sign_in("university"), "青春")) == {"accounts", "groups", "notices", "contributions"}
    assert set(found(sign_in("outsider"), "青春")) == {"notices"}
    assert set(found(sign_in("city"), "青春")) == set()
    assert set(found(sign_in("secretary"), "青春")) == set()
    assert set(found(sign_in("nobody"), "青春")) == set()


def test_drafts_are_not_found(sign_in):
    client = sign_in("province")
    given = {"title": "还没写完", "text": "正文", "must_sign": "on", "version": 0}
    client.post(reverse("reporting:new-notice"), given)
    assert found(client, "还没写完") == {}
    assert "没有符合条件的内容" in client.get(SEARCH, {"q": "还没写完"}).text


def test_a_result_names_its_unit_and_the_one_above(everywhere, sign_in):
    sections = sign_in("province").get(SEARCH, {"q": "青春微信群"}).context["sections"]
    assert [each.unit for section in sections for each in section.results] == ["法学院团委　海南大学团委"]


def test_of_each_kind_some_are_shown_and_the_rest_is_one_click_away(sign_in, world):
    for n in range(MOST_OF_A_KIND + 1):
        open_group(world["hnu"], kind=GroupKind.BRANCH, name=f"青春{n}群", by=None)
    client = sign_in("province")
    [section] = client.get(SEARCH, {"q": "青春"}).context["sections"]
    assert len(section.results) == MOST_OF_A_KIND
    assert client.get(section.more_url).context["listing"].totals["n"] == MOST_OF_A_KIND + 1


def test_a_unit_that_was_closed_is_found_and_marked(sign_in):
    OrgUnit.objects.filter(code="hnu-law-1202").update(is_open=False, closed_on="2026-11-01")
    page = sign_in("province").get(SEARCH, {"q": "法学2012级"}).text
    assert page.partition("法学2012级2班团支部")[2].partition("</tr>")[0].count("已撤销") == 1
    assert "已撤销" not in page.partition("法学2012级1班团支部")[2].partition("</tr>")[0]
    assert "只显示前" not in page


def test_more_units_than_are_shown_are_said(sign_in, monkeypatch):
    monkeypatch.setattr("config.search.MOST_RESULTS", 2)
    answer = sign_in("province").get(SEARCH, {"q": "团支部"})
    assert len(answer.context["units"]) == 2
    assert "只显示前 2 条" in answer.text


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "'", "x" * 500, "\\", "青春 '; --"])
def test_whatever_is_typed_is_answered(sign_in, text):
    answer = sign_in("province").get(SEARCH, {"q": text})
    assert answer.status_code == 200
    assert answer.context["sections"] == []


def test_it_takes_few_statements(everywhere, sign_in):
    for key in ("province", "schools", "college"):
        client = sign_in(key)
        with CaptureQueriesContext(connection) as captured:
            client.get(SEARCH, {"q": "青春"})
        assert len(captured) <= 15, key
