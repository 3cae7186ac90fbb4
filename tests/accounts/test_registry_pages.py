"""The account list and one account's page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.operations import registry
from accounts.operations.registry import PersonalData

LIST = reverse("accounts:list-accounts")


@pytest.fixture
def open_in(world, cast):
    def _open(code: str, identifier: str, who: str):
        unit, by = world[code], cast[who]
        account = registry.open_account(
            unit,
            platform="wechat_personal",
            identifier=identifier,
            nickname=f"{unit.name}微信群",
            contacts=41,
            by=by,
        )
        person = PersonalData("林某甲", "lin_moujia", "小林", "354120768", "13800000123")
        registry.appoint_administrator(unit, account=account, person=person, by=by)
        return account

    return _open


def test_each_side_sees_its_own_accounts_only(sign_in, open_in):
    open_in("hnu-law-1201", "law_1201", "college")
    open_in("qzu-sci-1201", "sci_1201", "outsider")
    ours = sign_in("university").get(LIST).content.decode()
    theirs = sign_in("outsider").get(LIST).content.decode()
    assert ("law_1201" in ours, "sci_1201" in ours) == (True, False)
    assert ("law_1201" in theirs, "sci_1201" in theirs) == (False, True)


def test_filter_by_text_kind_and_status(sign_in, cast, open_in):
    account = open_in("hnu-law-1201", "law_1201", "college")
    open_in("hnu-law-1202", "law_1202", "college")
    client = sign_in("college")
    assert "law_1202" not in client.get(LIST, {"q": "2012级1班"}).content.decode()
    assert "law_1202" in client.get(LIST, {"kind": "personal", "q": "LAW_"}).content.decode()
    assert "没有符合条件的内容" in client.get(LIST, {"kind": "weibo"}).content.decode()
    registry.close_account(account, reason="停用", by=cast["college"])
    page = client.get(LIST, {"status": "closed"}).content.decode()
    assert ("law_1201" in page, "law_1202" in page) == (True, False)


def test_page_of_an_account_is_masked_in_its_source(sign_in, open_in):
    account = open_in("hnu-law-1201", "law_1201", "college")
    page = sign_in("college").get(reverse("accounts:show-account", args=[account.pk])).content.decode()
    assert "138****0123" in page
    for secret in ("林某甲", "lin_moujia", "小林", "354120768", "13800000123"):
        assert secret not in page


def test_page_of_an_account_exists_for_its_own_side_only(sign_in, open_in):
    address = reverse("accounts:show-account", args=[open_in("hnu-law-1201", "law_1201", "college").pk])
    status = {
        who: sign_in(who).get(address).status_code for who in ("secretary", "province", "outsider", "city")
    }
    assert status == {"secretary": 200, "province": 200, "outsider": 404, "city": 404}


def test_list_takes_the_same_number_of_statements_with_one_and_thirty_rows(sign_in, open_in):
    client = sign_in("university")
    open_in("hnu-law-1201", "law_0", "college")
    few = _count(client)
    for at in range(1, 30):
        open_in("hnu-law-1202", f"law_{at}", "college")
    assert _count(client) == few


def _count(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LIST).status_code == 200
    return len(captured)
