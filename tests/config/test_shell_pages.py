"""The frame of every page: navigation by role, error pages, theme."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from config import navigation
from orgs.models import OrgUnit


def labels(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return [str(link.label) for _title, links in navigation.menu(request)["menu"] for link in links]


@pytest.fixture
def two_items(monkeypatch):
    """A menu of two pages that exist, so that these tests don't hang on which pages are built."""
    items = (
        navigation.MenuItem("工作台", "home", "home"),
        navigation.MenuItem("搜索", "search", "search", navigation.permissions.MANAGE_PEOPLE, "found"),
        navigation.MenuItem("未建", "nowhere:at-all", "x"),
    )
    monkeypatch.setattr(navigation, "MENU", (navigation.MenuGroup("", items),))


def test_a_visitor_has_no_menu(two_items, client):
    request = RequestFactory().get("/")
    assert navigation.menu(request)["menu"] == []


def test_each_role_sees_the_pages_its_verbs_open(two_items, cast):
    assert labels(cast["college"]) == ["工作台", "搜索"]
    assert labels(cast["secretary"]) == ["工作台"]


def test_a_page_that_does_not_exist_yet_is_left_out(two_items, cast):
    assert "未建" not in labels(cast["college"])


def test_the_page_under_the_longest_address_is_marked(two_items, cast):
    request = RequestFactory().get("/search/?q=x")
    request.user = cast["college"]
    [(_title, links)] = navigation.menu(request)["menu"]
    assert [link.is_current for link in links] == [False, True]


def test_counters_are_asked_for_visible_items_only(two_items, cast, monkeypatch):
    asked = []
    monkeypatch.setitem(
        navigation.COUNTERS, "found", lambda user: asked.append(user) or OrgUnit.objects.all()
    )
    labels(cast["secretary"])
    assert asked == []
    labels(cast["college"])
    assert asked == [cast["college"]]


def test_the_menu_costs_the_province_and_one_statement_for_all_counters(cast, django_assert_num_queries):
    user = cast["province"]
    user.remember_scope()
    with django_assert_num_queries(2):
        labels(user)


@pytest.mark.parametrize(("key", "place"), [("national", "全国"), ("nobody", ""), ("departed", "")])
def test_the_masthead_says_where_the_person_works(two_items, cast, key, place):
    request = RequestFactory().get("/")
    request.user = cast[key]
    assert navigation.menu(request)["province_name"] == place


def test_the_masthead_names_the_province(two_items, cast):
    request = RequestFactory().get("/")
    request.user = cast["secretary"]
    assert navigation.menu(request)["province_name"] == "共青团海南省委"


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("<script>", "auto"), (None, "auto")]
)
def test_the_theme_comes_from_the_cookie_and_only_known_ones_count(cookie, theme):
    request = RequestFactory().get("/")
    if cookie is not None:
        request.COOKIES["theme"] = cookie
    assert navigation.menu(request)["theme"] == theme


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "413.html", "500.html", "503.html"])
def test_the_last_resort_pages_need_nothing(name):
    page = render_to_string(name)
    assert "请" in page
    assert "{%" not in page
    assert 'lang="zh-CN"' in page


def test_a_missing_page_says_in_chinese_what_to_do(client, db):
    response = client.get("/there-is-no-such-page/")
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()
    assert "按名称查找" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/orgs/0/", 404, "没有找到"), ("/log/", 403, "您没有办理这项工作的权限，请联系上级团委。")],
)
def test_who_asks_for_no_page_is_told_in_a_line(sign_in, path, status, words):
    answer = sign_in("secretary").get(path, headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert answer.content.decode() == words
    assert "<html" in sign_in("secretary").get(path, headers={"accept": "*/*"}).content.decode()


def test_a_refusal_shows_its_reason():
    page = render_to_string("403.html", {"exception": "只有上级团委可以退回"})
    assert "只有上级团委可以退回" in page


def test_the_page_begins_with_a_skip_link_and_sends_the_csrf_token(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    page = render_to_string("base.html", request=request)
    assert page.index('class="skip"') < page.index("<header")
    assert 'hx-headers=\'{"X-CSRFToken": "' in page
    assert '"allowEval":false' in page
    assert '"historyCacheSize":0' in page
