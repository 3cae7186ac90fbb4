"""Tokens of the read interface: who gets one, what it may read, when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from orgs.choices import Role
from orgs.exceptions import InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.models import ApiToken, AuditEntry
from orgs.operations import people, tokens
from tests.config.api_tokens import token_of

pytestmark = pytest.mark.django_db


def test_a_token_ends_with_time_office_and_will(world, cast):
    def status(text: str) -> int:
        return (
            Client().get(reverse("api:list-weeks"), headers={"Authorization": f"Bearer {text}"}).status_code
        )

    text = token_of(cast["college"])
    assert status(text) == 200
    token = ApiToken.objects.get()
    assert token.last_used_on == clock.today()
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert status(text) == 401
    term = cast["college"].appointments.in_force().get()
    term.ends_on = clock.today() - timedelta(days=1)
    term.save()
    assert status(text) == 401
    term.ends_on = None
    term.save()
    assert status(text) == 200
    tokens.revoke(token.pk, by=cast["college"])
    assert status(text) == 401


@pytest.mark.parametrize("end", ["deactivate", "reset", "change"])
def test_a_token_ends_with_what_ends_the_sessions_for_good(cast, end):
    text, college = token_of(cast["college"]), cast["college"]
    term = college.appointments.in_force().get()
    if end == "deactivate":
        people.deactivate_user(term, reason="离任", by=cast["university"])
        people.reactivate_user(term, by=cast["university"])
    elif end == "reset":
        people.reset_password(term, by=cast["university"])
    else:
        people.change_password(college, password="another-horse-2026")
    answer = Client().get(reverse("api:list-weeks"), headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 401


def test_what_one_may_only_see_is_not_read_by_a_token(world, cast):
    """学校部, and system administrator as well: the token reads the lines of the department, no more."""
    user = cast["schools"]
    user.appointments.create(
        unit=world["hi"], role=Role.SYSADMIN, title="", department="", starts_on=clock.today()
    )
    answer = Client().get(
        reverse("api:list-units"), {"limit": 500}, headers={"Authorization": f"Bearer {token_of(user)}"}
    )
    codes = {each["code"] for each in answer.json()["items"]}
    assert "hnu" in codes
    assert "qh" not in codes


def test_the_same_form_sent_twice_makes_one_token(world, cast, sign_in):
    client, address = sign_in("university"), reverse("orgs:list-tokens")
    given = {"title": "周报表格", "days": "30", "idempotency_key": "k" * 32}
    assert client.post(address, given).status_code == 200
    again = client.post(address, given)
    assert again.status_code == 422
    assert "刚才已经生成" in again.content.decode()
    assert ApiToken.objects.count() == 1


def test_a_token_ends_with_the_persons_account(cast):
    text = token_of(cast["college"])
    people.deactivate_user(
        cast["college"].appointments.in_force().get(), reason="离任", by=cast["university"]
    )
    answer = Client().get(reverse("api:list-weeks"), headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 401


def test_the_token_is_kept_as_a_hash_and_never_logged(cast):
    text = token_of(cast["college"])
    token = ApiToken.objects.get()
    assert text not in str(vars(token))
    assert text.startswith(token.prefix)
    (entry,) = AuditEntry.objects.filter(verb="token.issued")
    assert text not in str(entry.detail)


def test_who_may_not_export_there_gets_no_token(world, cast):
    for key, code in (("secretary", "hnu-law-1201"), ("college", "hnu"), ("outsider", "hnu")):
        with pytest.raises(NotAllowed):
            tokens.issue(world[code], title="表格", days=30, by=cast[key])
    with pytest.raises(InvalidUnit):
        tokens.issue(world["hnu"], title=" ", days=30, by=cast["university"])
    with pytest.raises(InvalidUnit):
        tokens.issue(world["hnu"], title="表格", days=400, by=cast["university"])
    for _n in range(tokens.MOST):
        tokens.issue(world["hnu"], title="表格", days=30, by=cast["university"])
    with pytest.raises(InvalidUnit, match="停用"):
        tokens.issue(world["hnu"], title="表格", days=30, by=cast["university"])


def test_the_page_shows_a_new_token_once_and_stops_it(cast, sign_in):
    client, address = sign_in("university"), reverse("orgs:list-tokens")
    assert "还没有令牌" in client.get(address).content.decode()
    answer = client.post(address, {"title": "周报表格", "days": "30"})
    token = ApiToken.objects.get()
    text = answer.context["issued"].text
    assert text in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert text not in client.get(address).content.decode()
    assert sign_in("college").post(reverse("orgs:revoke-token", args=[token.pk])).status_code == 404
    client.post(reverse("orgs:revoke-token", args=[token.pk]))
    assert "已停用" in client.get(address).content.decode()
    assert client.post(address, {"title": "", "days": "900"}).status_code == 422
