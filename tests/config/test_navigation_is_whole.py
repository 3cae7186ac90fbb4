"""Every line of the menu leads somewhere, and everybody sees only what they may open."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from config.navigation import MENU
from tests.cast import PEOPLE

ITEMS = [item for group in MENU for item in group.items]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.url_name + (item.verb or ""))
def test_every_item_has_an_address(item):
    assert reverse(item.url_name)


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(PEOPLE))
def test_whatever_the_menu_offers_opens(key, sign_in):
    client = sign_in(key)
    nav = re.search(r'<nav class="side".*?</nav>', client.get(reverse("home")).content.decode(), re.DOTALL)[0]
    for url in re.findall(r'href="([^"]+)"', nav):
        assert client.get(url, follow=True).status_code == 200, url
