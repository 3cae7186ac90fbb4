"""Pages of the registry lead on: 登记变更 for who fills, 登记管理员 for who edits, nothing for who only reads."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import CollectionRound, Expected, FieldList
from accounts.operations import registry, standing
from accounts.operations.registry import PersonalData

pytestmark = pytest.mark.django_db

NO_CHANGE = "信息有变化的，请联系上级团委更正"


@pytest.fixture
def account(world):
    return registry.open_account(
        world["hnu-law-1201"], platform="wechat_personal", identifier="law_1201", by=None
    )


@pytest.fixture
def standing_round(world, cast) -> CollectionRound:
    fields = FieldList.objects.get(code="UNI-A")
    return standing.open_standing(world["hi"], field_list=fields, by=cast["province"])


def change_url(round: CollectionRound, unit) -> str:
    return reverse("accounts:start-change", args=[round.pk, unit.pk])


def html(client, name: str, pk: int) -> str:
    return client.get(reverse(f"accounts:{name}", args=[pk])).content.decode()


def test_who_fills_starts_a_change_on_the_account_s_page(account, standing_round, world, sign_in):
    client = sign_in("secretary")
    url = change_url(standing_round, world["hnu-law-1201"])
    page = html(client, "show-account", account.pk)
    assert f'action="{url}"' in page
    assert "请登记变更" in page
    expected = client.post(url)
    assert expected.url == reverse("accounts:fill-form", args=[Expected.objects.get(round=standing_round).pk])


def test_a_group_and_an_administrator_lead_to_the_change_too(account, standing_round, world, sign_in):
    group = registry.open_group(world["hnu-law-1201"], kind="branch", name="一班微信群", by=None)
    term = registry.appoint_administrator(
        world["hnu-law-1201"], account=account, person=PersonalData("林某甲"), by=None
    )
    url = change_url(standing_round, world["hnu-law-1201"])
    for name, pk in (("show-group", group.pk), ("show-administrator", term.pk)):
        assert url in html(sign_in("secretary"), name, pk)
        assert url not in html(sign_in("college"), name, pk)


def test_without_an_open_standing_round_the_page_says_whom_to_ask(account, sign_in):
    page = html(sign_in("secretary"), "show-account", account.pk)
    assert NO_CHANGE in page
    assert "collect/changes" not in page


def test_a_round_of_other_kinds_of_units_takes_no_change(account, standing_round, sign_in):
    CollectionRound.objects.filter(pk=standing_round.pk).update(kinds=["college"])
    assert NO_CHANGE in html(sign_in("secretary"), "show-account", account.pk)


@pytest.mark.parametrize(("key", "is_there"), [("college", True), ("secretary", False), ("auditor", False)])
def test_an_administrator_is_appointed_from_the_account_s_page_by_who_edits(account, sign_in, key, is_there):
    url = reverse("accounts:appoint-to-account", args=[account.pk])
    page = html(sign_in(key), "show-account", account.pk)
    assert (url in page) == is_there


def test_of_a_closed_account_nothing_is_offered(account, standing_round, cast, sign_in):
    registry.close_account(account, reason="合并建群", by=cast["college"])
    for key in ("college", "secretary"):
        page = html(sign_in(key), "show-account", account.pk)
        assert reverse("accounts:appoint-to-account", args=[account.pk]) not in page
        assert "collect/changes" not in page
