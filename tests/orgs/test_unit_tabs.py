"""Every tab of a unit's page: the same head above it, its own tab marked, the tabs in one order."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from orgs.operations import tree

pytestmark = pytest.mark.django_db
TABS = ["下级组织", "账号与群", "管理员", "周报", "抽查", "考评", "变更"]
PAGES = {
    "下级组织": ("orgs:show-unit", ""),
    "账号与群": ("accounts:list-accounts", "unit"),
    "管理员": ("accounts:list-administrators", "unit"),
    "周报": ("reporting:show-latest-week", ""),
    "抽查": ("reporting:list-unit-checks", ""),
    "考评": ("scoring:list-unit-sheets", ""),
    "变更": ("accounts:list-unit-changes", ""),
}


def page_of(client, tab: str, pk: int) -> str:
    name, parameter = PAGES[tab]
    url = f"{reverse(name)}?{parameter}={pk}" if parameter else reverse(name, args=[pk])
    return client.get(url).content.decode()


def tabs_in(page: str) -> list[tuple[str, bool]]:
    bar = re.search(r'<nav class="tabs" aria-label="组织页签">(.*?)</nav>', page, re.DOTALL)
    found = re.findall(r"<a href=\"[^\"]*\"( aria-current=\"page\")?>([^<]*)</a>", bar[1] if bar else "")
    return [(words, bool(current)) for current, words in found if words in TABS]


@pytest.mark.parametrize("tab", PAGES)
def test_each_tab_has_the_head_of_the_unit_and_marks_itself(world, sign_in, tab):
    tree.rename_unit(world["hnu-law"], name="法学部团委", by=None)
    page = page_of(sign_in("university"), tab, world.ids["hnu-law"])
    assert "<h1>法学部团委</h1>" in page
    assert "曾用名：法学院团委" in page
    assert reverse("orgs:show-unit", args=[world.ids["hnu"]]) in page
    assert tabs_in(page) == [(words, words == tab) for words in TABS]


@pytest.mark.parametrize("code", ["hi", "hnu", "hnu-law", "hnu-law-1201"])
def test_the_tabs_are_there_from_the_province_to_the_class(world, sign_in, code):
    page = page_of(sign_in("province"), "下级组织", world.ids[code])
    assert [words for words, _is_current in tabs_in(page)] == TABS


def test_the_sheets_are_a_tab_for_those_who_may_see_them(world, sign_in):
    client, pk = sign_in("sysadmin"), world.ids["hnu-law-1201"]
    assert "考评" not in dict(tabs_in(page_of(client, "下级组织", pk)))
    assert client.get(reverse("scoring:list-unit-sheets", args=[pk])).status_code == 403


def test_accounts_and_groups_are_two_lists_of_one_tab(world, sign_in):
    pk = world.ids["hnu-law"]
    page = page_of(sign_in("college"), "账号与群", pk)
    groups = f"{reverse('accounts:list-groups')}?unit={pk}"
    assert groups in page
    answer = sign_in("college").get(groups)
    assert dict(tabs_in(answer.content.decode()))["账号与群"]


def test_the_list_of_everything_has_no_head_of_a_unit(world, sign_in):
    page = sign_in("college").get(reverse("accounts:list-accounts")).content.decode()
    assert tabs_in(page) == []
    assert "<h1>登记的账号</h1>" in page


@pytest.mark.parametrize("tab", ["账号与群", "管理员"])
def test_a_foreign_unit_in_the_address_shows_neither_its_head_nor_its_rows(world, sign_in, tab):
    page = page_of(sign_in("outsider"), tab, world.ids["hnu-law"])
    assert "法学院" not in page


def test_the_number_of_children_in_the_head_does_not_follow_the_search_below(world, sign_in):
    url = reverse("orgs:show-unit", args=[world.ids["hnu-law"]])
    page = sign_in("university").get(url, {"q": "1班"}).content.decode()
    assert "所属直接下级 3 个" in page
    assert "法学2012级2班" not in page
