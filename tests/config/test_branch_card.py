"""The card for branch secretaries: what is on it comes from the data, for the own subtree only, and nothing personal."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import CollectionRound, Expected
from orgs.kernel import clock
from orgs.models import UnitContact
from tests.architecture import subjects

pytestmark = pytest.mark.django_db

BRANCH = "hnu-law-1201"


def card(client, unit, **given):
    return client.get(reverse("show-card", args=[unit.pk]), given)


@pytest.fixture
def asked(world, cast):
    """A round that asks the branch, and an office above it with a telephone."""
    subjects.round(world["hnu"], cast)
    UnitContact.objects.create(unit=world["hnu-law"], telephone="0898-66270001", updated_at=clock.now())
    return Expected.objects.get(unit=world[BRANCH], round=CollectionRound.objects.latest("pk"))


def test_it_says_what_until_when_how_and_whom_to_ask(asked, world, sign_in):
    answer = card(sign_in("secretary"), world[BRANCH])
    (shown,) = answer.context["cards"]
    text = answer.content.decode()
    assert shown.due == [asked]
    assert asked.round.title in text
    assert "微信群（讨论组）个数" in text
    assert world["hnu-law"].name in text
    assert "0898-66270001" in text
    assert f"http://testserver{reverse('accounts:start')}" in text
    assert answer.context["qr_code"].startswith("data:image/svg+xml")


def test_a_mobile_in_place_of_the_office_telephone_is_not_printed(asked, world, sign_in):
    UnitContact.objects.filter(unit=world["hnu-law"]).update(telephone="13800000123")
    assert "13800000123" not in card(sign_in("secretary"), world[BRANCH]).content.decode()


def test_what_is_closed_exempt_or_always_open_is_no_deadline(asked, world, sign_in):
    Expected.objects.filter(pk=asked.pk).update(exempt_reason="在外实习")
    (shown,) = card(sign_in("college"), world[BRANCH]).context["cards"]
    assert shown.due == []
    assert dict(shown.asked)["官方微信"], "the usual form still stands there"


def test_a_superior_prints_those_of_all_child_units_two_on_a_page(asked, world, sign_in):
    answer = card(sign_in("college"), world["hnu-law"], below="1")
    below = [each.unit for each in answer.context["cards"]]
    assert world[BRANCH] in below
    assert {each.parent_id for each in below} == {world["hnu-law"].pk}
    assert "card-halves" in answer.content.decode()
    assert next(each for each in answer.context["cards"] if each.unit == world[BRANCH]).due == [asked]


def test_a_branch_has_nobody_below_and_says_so(world, sign_in):
    answer = card(sign_in("secretary"), world[BRANCH], below="1")
    assert answer.context["cards"] == []
    assert "没有所属团组织" in answer.content.decode()


def test_many_cards_take_as_many_statements_as_one(asked, world, sign_in):
    client = sign_in("university")
    counts = []
    for code in ("hnu-law", "hnu"):
        with CaptureQueriesContext(connection) as captured:
            card(client, world[code], below="1")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_neighbours_do_not_see_it_and_auditors_are_refused(asked, world, sign_in):
    assert card(sign_in("outsider"), world[BRANCH]).status_code == 404
    assert card(sign_in("auditor"), world["hnu"]).status_code == 403


def test_the_page_of_a_unit_leads_to_its_card(world, sign_in):
    address = reverse("show-card", args=[world[BRANCH].pk])
    unit = reverse("orgs:show-unit", args=[world[BRANCH].pk])
    assert address in sign_in("secretary").get(unit).content.decode()
