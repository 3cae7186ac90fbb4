"""What no database takes never reaches a page: PostgreSQL refuses NUL in a text, SQLite would hide it."""

from __future__ import annotations

import pytest
from django.urls import reverse

LISTS = ["orgs:list-people", "accounts:list-accounts", "orgs:list-units", "orgs:list-audit", "accounts:chase"]


@pytest.mark.parametrize("name", LISTS)
def test_nul_in_an_address_is_dropped(name, sign_in):
    answer = sign_in("university").get(reverse(name), {"q": "海\0南", "unit_q": "海\0南", "page": "1\0"})
    assert answer.status_code == 200


def test_nul_in_a_form_is_dropped(sign_in, cast):
    sign_in("college").post(reverse("orgs:set-mail-address"), {"email": "office\0@example.com"})
    assert cast["college"].email == "office@example.com"


def test_nul_in_a_path_leads_nowhere(client):
    assert client.get("/i/a%00b/").status_code == 404
