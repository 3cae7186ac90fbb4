"""Invitation links: made by a superior, used once by the right person, handed over with the history kept."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from orgs.choices import Role
from orgs.exceptions import InvalidUnit, InvitationUnusable, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Invitation, OrgUnit, User
from orgs.operations import people
from tests.cast import PASSWORD
from tests.world import TODAY

pytestmark = pytest.mark.django_db

MOBILE = "13800000123"


@pytest.fixture
def invited(cast, world):
    return people.invite(world["hnu-law-1202"], name="新支书", mobile=MOBILE, by=cast["college"])


def accept(code: str, **changes: str) -> User:
    return people.accept_invitation(code, **({"mobile_tail": "0123", "password": "green-tea-66"} | changes))


def test_the_invited_person_gets_the_appointment_and_the_scope(invited, world):
    user = accept(invited.code)
    assert set(OrgUnit.objects.visible_to(user)) == {world["hnu-law-1202"]}
    assert user.appointments.get().role == Role.SECRETARY


def test_a_link_works_once(invited):
    accept(invited.code)
    with pytest.raises(InvitationUnusable):
        accept(invited.code)


def test_a_link_ends_after_twenty_days(invited):
    with clock.frozen(TODAY + timedelta(days=20)), pytest.raises(InvitationUnusable):
        accept(invited.code)


def test_a_wrong_end_of_the_mobile_is_refused_and_the_link_stays_usable(invited):
    with pytest.raises(NotAllowed):
        accept(invited.code, mobile_tail="9999")
    assert accept(invited.code)


def test_a_weak_password_is_refused(invited):
    with pytest.raises(ValidationError):
        accept(invited.code, password="12345678")
    assert not User.objects.filter(name__isnull=True).exists()


def test_whoever_has_an_account_proves_it_with_its_password(cast, world):
    code = people.invite(world["hnu-law-1202"], name="支书张", mobile="13800000008", by=cast["college"]).code
    with pytest.raises(NotAllowed):
        accept(code, mobile_tail="0008", password="green-tea-66")
    assert accept(code, mobile_tail="0008", password=PASSWORD) == cast["secretary"]


def test_the_code_is_stored_only_as_a_hash(invited):
    assert invited.code not in str(Invitation.objects.filter(pk=invited.invitation.pk).values().get())


@pytest.mark.parametrize(
    ("actor", "unit", "role"),
    [
        ("college", "hnu-tour-1201", Role.SECRETARY),
        ("college", "hnu-law", Role.COMMITTEE),
        ("secretary", "hnu-law-1201", Role.SECRETARY),
        ("auditor", "hnu-law-1201", Role.SECRETARY),
        ("university", "hnu", Role.PROVINCE),
    ],
)
def test_nobody_invites_outside_the_own_subtree_or_above_the_own_role(cast, world, actor, unit, role):
    with pytest.raises(NotAllowed):
        people.invite(world[unit], name="某某", mobile=MOBILE, by=cast[actor], role=role)


def test_a_bad_mobile_is_named(cast, world):
    with pytest.raises(InvalidUnit, match="11位"):
        people.invite(world["hnu-law-1202"], name="某某", mobile="1380000", by=cast["college"])


def test_a_hand_over_ends_the_term_when_the_successor_accepts(cast, world):
    term = cast["secretary"].appointments.get()
    invited = people.hand_over(term, name="接任者", mobile=MOBILE, by=cast["college"])
    term.refresh_from_db()
    assert term.ends_on is None
    successor = accept(invited.code)
    term.refresh_from_db()
    assert term.ends_on == date(2026, 11, 17)
    assert term.succeeded_by.user == successor
    assert not OrgUnit.objects.visible_to(cast["secretary"]).exists()


def test_a_term_ends_with_a_reason_in_the_ledger(cast):
    term = cast["secretary"].appointments.get()
    people.end_appointment(term, ends_on=date(2026, 11, 17), reason="毕业", by=cast["college"])
    entry = AuditEntry.objects.for_object("orgs.appointment", term.pk).get()
    assert entry.reason == "毕业"
    assert not OrgUnit.objects.visible_to(cast["secretary"]).exists()


def test_nobody_ends_the_own_term(cast):
    with pytest.raises(NotAllowed):
        people.end_appointment(
            cast["college"].appointments.get(), ends_on=date(2026, 11, 18), reason="x", by=cast["college"]
        )


def test_from_the_invite_page_to_the_first_task(sign_in, world):
    page = sign_in("college").post(
        reverse("orgs:invite", args=[world["hnu-law-1202"].pk]),
        {"name": "新支书", "mobile": MOBILE, "role": Role.SECRETARY, "title": "团支部书记"},
    )
    link = re.search(r'value="http://testserver([^"]+)"', page.content.decode())[1]
    visitor = Client()
    landing = visitor.get(link).content.decode()
    assert "新**" in landing
    assert "138****0123" in landing
    assert MOBILE not in landing
    answer = visitor.post(link, {"mobile_tail": "0123", "password": "green-tea-66"})
    assert answer.status_code == 302
    assert visitor.get(reverse("home")).status_code == 200


def test_a_used_link_says_what_to_do(invited):
    accept(invited.code)
    page = Client().get(reverse("orgs:accept-invitation", args=[invited.code]))
    assert page.status_code == 410
    assert "联系上级团委" in page.content.decode()


def test_a_revoked_link_is_unusable(sign_in, invited):
    sign_in("college").post(reverse("orgs:revoke-invitation", args=[invited.invitation.pk]))
    with pytest.raises(InvitationUnusable):
        accept(invited.code)


def test_the_people_list_shows_the_own_subtree_only(sign_in, cast):
    html = sign_in("university").get(reverse("orgs:list-people")).content.decode()
    assert "院团委陈" in html
    assert "邻区吴" not in html
    assert "离任周" not in html
    assert Appointment.objects.filter(user=cast["departed"]).exists()
