"""Signing in: by user name or mobile, slowed down for guessers, never locked for a whole campus (reliability A1)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from orgs.choices import Role
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, LoginThrottle
from orgs.operations import people
from tests.cast import PASSWORD
from tests.world import TODAY

pytestmark = pytest.mark.django_db

LOGIN = reverse("orgs:login")


def try_sign_in(username: str, password: str, address: str = "127.0.0.1") -> tuple[int, str]:
    response = Client().post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)
    return response.status_code, response.content.decode()


@pytest.mark.parametrize("account", ["college", "13800000007", "138 0000 0007", "+8613800000007"])
def test_a_person_signs_in_by_user_name_or_mobile(cast, account):
    assert try_sign_in(account, PASSWORD)[0] == 302


def test_a_departed_person_signs_in_but_sees_nothing(cast, sign_in, world):
    client = sign_in("departed")
    assert not client.get(reverse("search"), {"q": "法学"}).context["units"]


def test_a_deactivated_person_is_refused(cast):
    person = cast["college"]
    person.is_active = False
    person.save(update_fields=["is_active"])
    assert try_sign_in("college", PASSWORD)[0] == 200


def test_five_wrong_passwords_from_one_address_pause_it_for_a_minute(cast):
    for _ in range(5):
        try_sign_in("college", "wrong", "10.0.0.1")
    assert try_sign_in("college", PASSWORD, "10.0.0.1")[0] == 200
    assert try_sign_in("college", PASSWORD, "10.0.0.2")[0] == 302
    with clock.frozen(TODAY + timedelta(seconds=61)):
        assert try_sign_in("college", PASSWORD, "10.0.0.1")[0] == 302


def test_ten_wrong_passwords_from_anywhere_pause_the_account_for_a_quarter(cast):
    for n in range(10):
        try_sign_in("college", "wrong", f"10.0.0.{n}")
    assert try_sign_in("college", PASSWORD, "10.9.9.9")[0] == 200
    with clock.frozen(TODAY + timedelta(minutes=15, seconds=1)):
        assert try_sign_in("college", PASSWORD, "10.9.9.9")[0] == 302


def test_user_name_and_mobile_count_as_one_account(cast):
    for n in range(5):
        try_sign_in("college", "wrong", f"10.0.1.{n}")
        try_sign_in("13800000007", "wrong", f"10.0.2.{n}")
    assert try_sign_in("college", PASSWORD, "10.9.9.9")[0] == 200


def test_the_words_are_the_same_for_unknown_wrong_and_paused(cast):
    def words(html: str) -> str:
        return html.split('class="error-summary"')[1].split("</div>")[0]

    unknown = words(try_sign_in("nobody-here", "wrong")[1])
    wrong = words(try_sign_in("college", "wrong")[1])
    for _ in range(10):
        try_sign_in("college", "wrong")
    assert unknown == wrong == words(try_sign_in("college", PASSWORD)[1])


def test_the_throttle_stores_neither_name_nor_number(cast):
    try_sign_in("13800000007", "wrong")
    keys = LoginThrottle.objects.values_list("key", flat=True)
    assert keys
    assert all(len(key) == 64 and "13800000007" not in key for key in keys)


def test_an_initial_password_must_be_replaced_before_anything_else(cast, sign_in):
    person = cast["college"]
    person.must_change_password = True
    person.save(update_fields=["must_change_password"])
    client = sign_in("college")
    assert client.get(reverse("home")).url == reverse("orgs:change-password")
    answer = client.post(
        reverse("orgs:change-password"), {"new_password1": "blue-lake-77", "new_password2": "blue-lake-77"}
    )
    assert answer.status_code == 302
    assert client.get(reverse("home")).status_code == 200


def test_a_changed_password_ends_the_other_sessions(cast, sign_in):
    client = sign_in("college")
    people.change_password(cast["college"], password="another-long-one-9")
    assert client.get(reverse("home")).status_code == 302


def test_a_right_password_does_not_erase_guesses_from_elsewhere(cast):
    for n in range(9):
        try_sign_in("college", "wrong", f"10.0.0.{n}")
    assert try_sign_in("college", PASSWORD, "10.1.1.1")[0] == 302
    try_sign_in("college", "wrong", "10.0.0.99")
    assert try_sign_in("college", PASSWORD, "10.2.2.2")[0] == 200


def behind_proxy(forwarded: str, password: str) -> int:
    data = {"username": "college", "password": password}
    return Client().post(LOGIN, data, REMOTE_ADDR="172.18.0.5", HTTP_X_FORWARDED_FOR=forwarded).status_code


def test_behind_a_proxy_the_address_is_the_one_the_proxy_wrote(cast, settings):
    settings.BEHIND_PROXY = True
    for n in range(5):
        behind_proxy(f"10.7.7.{n}, 10.0.0.1", "wrong")
    assert behind_proxy("10.0.0.1", PASSWORD) == 200
    assert behind_proxy("10.0.0.1, 10.0.0.2", PASSWORD) == 302


def test_without_a_proxy_a_forwarded_address_is_not_believed(cast, settings):
    settings.BEHIND_PROXY = False
    for n in range(5):
        behind_proxy(f"10.7.7.{n}", "wrong")
    assert behind_proxy("10.0.0.2", PASSWORD) == 200


def reset(client: Client, term: Appointment) -> str:
    page = client.post(reverse("orgs:reset-password", args=[term.pk])).content.decode()
    return re.search(r'id="initial-password" value="([^"]+)"', page)[1]


def test_a_superior_resets_a_forgotten_password_shown_once(cast, sign_in):
    term, theirs, superior = cast["secretary"].appointments.get(), sign_in("secretary"), sign_in("college")
    assert (
        "initial-password"
        not in superior.get(reverse("orgs:reset-password", args=[term.pk])).content.decode()
    )
    password = reset(superior, term)
    assert theirs.get(reverse("home")).url.startswith(LOGIN)
    assert try_sign_in("secretary", PASSWORD)[0] == 200
    assert try_sign_in("secretary", password)[0] == 302
    assert cast["secretary"].must_change_password
    entry = AuditEntry.objects.get(verb="user.password_reset")
    assert entry.by == cast["college"]
    assert password not in str(entry.detail)


def test_nobody_resets_the_password_of_whoever_has_more_power_elsewhere(cast, world):
    term = cast["secretary"].appointments.get()
    Appointment.objects.create(
        user=cast["secretary"], unit=world["qzu"], role=Role.COMMITTEE, starts_on=date(2026, 10, 5)
    )
    with pytest.raises(NotAllowed):
        people.reset_password(term, by=cast["college"])


@pytest.mark.parametrize(("actor", "holder"), [("schools", "province"), ("college", "college")])
def test_nobody_resets_an_office_above_or_the_own_password(cast, actor, holder):
    with pytest.raises(NotAllowed):
        people.reset_password(cast[holder].appointments.get(), by=cast[actor])


def test_the_people_list_offers_a_reset_only_where_it_is_allowed(cast, sign_in):
    html = sign_in("schools").get(reverse("orgs:list-people")).content.decode()
    below, beside = (cast[key].appointments.get().pk for key in ("university", "province"))
    assert reverse("orgs:reset-password", args=[below]) in html
    assert reverse("orgs:reset-password", args=[beside]) not in html


def test_one_sets_an_own_mail_address_and_the_ledger_does_not_repeat_it(cast, sign_in):
    page = sign_in("college")
    address = reverse("orgs:set-mail-address")
    assert page.post(address, {"email": "nobody"}).status_code == 422
    assert page.post(address, {"email": "law@example.com"}).status_code == 302
    assert cast["college"].email == "law@example.com"
    assert "law@example.com" in page.get(address).content.decode()
    assert "law" not in str(AuditEntry.objects.get(verb="user.mail_address_set").detail)
