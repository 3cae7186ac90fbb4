"""常用视图: a list as somebody has set it up, under a name, for that person alone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.models import SavedView

LIST = reverse("accounts:list-accounts")
VIEWS = reverse("orgs:list-views")


def test_a_view_is_saved_without_the_search_text_and_opened_again(sign_in):
    client = sign_in("university")
    address = f"{LIST}?q=林某甲&kind=weibo&sort=-contacts&col=status&page=3"
    client.post(VIEWS, {"from": address, "title": " 微博　按粉丝 "})
    view = SavedView.objects.get()
    assert (view.page, view.title, view.columns) == ("accounts:list-accounts", "微博 按粉丝", ["status"])
    assert view.query == "kind=weibo&sort=-contacts&col=status"
    page = client.get(VIEWS, {"from": LIST}).content.decode()
    assert f"{LIST}?kind=weibo&amp;sort=-contacts&amp;col=status" in page
    assert client.get(f"{LIST}?{view.query}").status_code == 200


def test_the_same_title_replaces_and_others_see_and_delete_nothing(sign_in):
    client, other = sign_in("university"), sign_in("outsider")
    for query in ("kind=weibo", "kind=public"):
        client.post(VIEWS, {"from": f"{LIST}?{query}", "title": "粉丝多的"})
    view = SavedView.objects.get()
    assert view.query == "kind=public"
    assert "粉丝多的" not in other.get(VIEWS).content.decode()
    other.post(VIEWS, {"delete": view.pk})
    assert SavedView.objects.exists()
    client.post(VIEWS, {"delete": view.pk})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("https://evil.example/accounts/", "外站"),
        ("//evil.example/accounts/", "外站"),
        ("http://[x", "坏地址"),
        ("/no/such/page/", "没有"),
        ("", "没有"),
        (LIST, "  "),
        (f"{LIST}?{'col=status&' * 200}", "太长"),
    ],
)
def test_what_is_no_view_of_a_list_is_refused_in_words(sign_in, address, title):
    answer = sign_in("university").post(VIEWS, {"from": address, "title": title}, follow=True)
    assert answer.status_code == 200
    assert "alert-error" in answer.content.decode()
    assert not SavedView.objects.exists()
