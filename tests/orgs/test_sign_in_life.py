"""A session begins anew at sign-in and ends when its time, the password, the account or the office is over (reliability A5)."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.conf import settings as real_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment
from orgs.operations import people, tokens
from orgs.sign_in_life import BEGUN, SEEN
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

HOME, LOGIN = reverse("home"), reverse("orgs:login")
COOKIE = real_settings.SESSION_COOKIE_NAME


def key_of(client: Client) -> str:
    return client.cookies[COOKIE].value


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def test_the_key_of_the_session_changes_at_sign_in_and_the_old_one_opens_nothing(cast):
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[COOKIE] = planted = session.session_key
    client.post(LOGIN, {"username": "college", "password": PASSWORD})
    assert key_of(client) != planted
    assert is_in(client)
    assert not Session.objects.filter(session_key=planted).exists()
    thief = Client()
    thief.cookies[COOKIE] = planted
    assert not is_in(thief)


def test_who_has_signed_out_is_out_with_the_same_cookie(cast):
    client = Client()
    client.post(LOGIN, {"username": "college", "password": PASSWORD})
    copied = Client()
    copied.cookies[COOKIE] = key_of(client)
    assert is_in(copied)
    client.post(reverse("orgs:logout"))
    assert not is_in(copied)


@pytest.mark.parametrize(
    ("who", "most"),
    [("auditor", 12 * 3600), ("province", 12 * 3600), ("sysadmin", 12 * 3600), ("secretary", 7 * 24 * 3600)],
)
@pytest.mark.parametrize(("seconds", "expected"), [(-60, True), (60, False)])
def test_the_longest_sign_in_ends_to_the_minute(sign_in, who, most, seconds, expected):
    """By writing the times of the session, as pretix does."""
    client, now = sign_in(who), int(time.time())
    session = client.session
    session[BEGUN], session[SEEN] = now - most - seconds, now
    session.save()
    assert is_in(client) is expected


def signed_in_twice(key: str, cast) -> tuple[Client, Client]:
    here, there = Client(), Client()
    for each in (here, there):
        each.post(LOGIN, {"username": key, "password": PASSWORD})
        assert is_in(each)
    return here, there


@pytest.mark.parametrize("what", ["deactivated", "password changed", "password reset"])
def test_whatever_ends_an_account_ends_its_sessions_and_tokens_with_the_next_request(cast, what):
    user, term = cast["university"], cast["university"].appointments.get()
    sessions = signed_in_twice("university", cast)
    token = tokens.issue(term.unit, title="表格", days=30, by=user).text
    program = {"headers": {"authorization": f"Bearer {token}"}}
    assert Client().get(reverse("api:list-units"), **program).status_code == 200
    if what == "deactivated":
        people.deactivate_user(term, reason="离岗", by=cast["province"])
    elif what == "password changed":
        people.change_password(user, password="another-long-one-9")
    else:
        people.reset_password(term, by=cast["province"])
    for each in sessions:
        assert each.get(HOME).url.startswith(LOGIN)
    assert Client().get(reverse("api:list-units"), **program).status_code == 401


def test_who_changes_the_own_password_stays_in_here_and_is_out_elsewhere(cast):
    here, there = signed_in_twice("college", cast)
    changed = {"new_password1": "blue-lake-77", "new_password2": "blue-lake-77"}
    before = key_of(here)
    assert here.post(reverse("orgs:change-password"), changed).status_code == 302
    assert is_in(here)
    assert key_of(here) != before
    assert not is_in(there)


def test_an_office_that_ends_or_changes_does_so_with_the_next_request(cast, world):
    """S2: the session goes on, what it opens does not."""
    client, _other = signed_in_twice("college", cast)
    people_list, law = reverse("orgs:list-people"), reverse("orgs:show-unit", args=[world["hnu-law"].pk])
    assert (client.get(people_list).status_code, client.get(law).status_code) == (200, 200)
    term = Appointment.objects.filter(user=cast["college"])
    term.update(role=Role.AUDITOR)
    assert (client.get(people_list).status_code, client.get(law).status_code) == (403, 200)
    term.update(unit=world["qzu"])
    assert client.get(law).status_code == 404
    term.update(unit=world["hnu-law"], ends_on=clock.today() - timedelta(days=1))
    assert (client.get(people_list).status_code, client.get(law).status_code) == (403, 404)


def test_an_office_of_more_power_shortens_the_session_at_once(cast, sign_in, world):
    client = sign_in("secretary")
    session = client.session
    session[SEEN] = int(time.time()) - 31 * 60
    session.save()
    Appointment.objects.filter(user=cast["secretary"]).update(role=Role.AUDITOR)
    assert not is_in(client)
