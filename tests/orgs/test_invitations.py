"""Invitation links: made by a superior, used once by the right person, handed over with the history kept."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from orgs.choices import Department, Role
from orgs.exceptions import InvalidUnit, InvitationUnusable, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Invitation, OrgUnit, User
from orgs.operations import invitations, people
from tests.cast import PASSWORD
from tests.world import TODAY

pytestmark = pytest.mark.django_db

MOBILE = "13800000123"


@pytest.fixture
def invited(cast, world):
    return invitations.invite(world["hnu-law-1202"], name="新支书", mobile=MOBILE, by=cast["college"])


def accept(code: str, **changes: str) -> User:
    return invitations.accept_invitation(
        code, **({"mobile_tail": "0123", "password": "green-tea-66"} | changes)
    )


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
    code = invitations.invite(
        world["hnu-law-1202"], name="支书张", mobile="13800000008", by=cast["college"]
    ).code
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
        invitations.invite(world[unit], name="某某", mobile=MOBILE, by=cast[actor], role=role)


def test_a_bad_mobile_is_named(cast, world):
    with pytest.raises(InvalidUnit, match="11位"):
        invitations.invite(world["hnu-law-1202"], name="某某", mobile="1380000", by=cast["college"])


def test_a_hand_over_ends_the_term_when_the_successor_accepts(cast, world):
    term = cast["secretary"].appointments.get()
    invited = invitations.hand_over(term, name="接任者", mobile=MOBILE, by=cast["college"])
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
    assert "138********" in landing
    assert MOBILE[-4:] not in landing.partition("<dl")[2].partition("</dl>")[0]
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


def test_a_limited_office_gives_no_more_than_its_own_department(cast, world):
    code = invitations.invite(world["hi"], name="新同事", mobile=MOBILE, by=cast["schools"]).code
    user = accept(code)
    assert user.appointments.get().department == Department.SCHOOL
    assert not OrgUnit.objects.visible_to(user).filter(code="qh-hs").exists()


@pytest.mark.parametrize("department", [Department.RURAL, Department.ORGANISATION])
def test_a_limited_office_gives_no_other_department(cast, world, department):
    with pytest.raises(NotAllowed):
        invitations.invite(world["hi"], name="某某", mobile=MOBILE, by=cast["schools"], department=department)


def test_a_limited_office_appoints_below_in_its_own_line_without_a_department(cast, world):
    invited = invitations.invite(world["hnu"], name="某某", mobile=MOBILE, by=cast["schools"])
    assert invited.invitation.department == ""


def test_a_hand_over_keeps_the_department(cast):
    term = cast["schools"].appointments.get()
    code = invitations.hand_over(term, name="接任者", mobile=MOBILE, by=cast["province"]).code
    assert accept(code).appointments.get().department == Department.SCHOOL


def test_a_limited_office_touches_no_office_for_all_lines(cast):
    term = cast["province"].appointments.get()
    with pytest.raises(NotAllowed):
        invitations.hand_over(term, name="接任者", mobile=MOBILE, by=cast["schools"])
    with pytest.raises(NotAllowed):
        people.end_appointment(term, ends_on=date(2026, 11, 18), reason="x", by=cast["schools"])


def test_an_office_above_the_own_role_is_neither_ended_nor_its_invitation_revoked(cast, world):
    boss = Appointment.objects.create(
        user=cast["nobody"], unit=world["hnu-law"], role=Role.COMMITTEE, starts_on=date(2026, 10, 5)
    )
    with pytest.raises(NotAllowed):
        people.end_appointment(boss, ends_on=date(2026, 11, 18), reason="x", by=cast["college"])
    invitation = invitations.invite(
        world["hnu-law"], name="某某", mobile=MOBILE, by=cast["university"], role=Role.COMMITTEE
    ).invitation
    with pytest.raises(NotAllowed):
        invitations.revoke_invitation(invitation, by=cast["college"])


def test_an_ended_term_is_not_prolonged(cast):
    term = cast["departed"].appointments.get()
    with pytest.raises(InvalidUnit):
        people.end_appointment(term, ends_on=date(2026, 12, 31), reason="x", by=cast["university"])


def guess(code: str, tail: str, *, address: str = "10.0.0.1", **changes: str) -> tuple[int, str]:
    answer = Client().post(
        reverse("orgs:accept-invitation", args=[code]),
        {"mobile_tail": tail, "password": "green-tea-66"} | changes,
        REMOTE_ADDR=address,
    )
    html = answer.content.decode()
    return answer.status_code, html.partition('class="error-summary"')[2].partition("</div>")[0]


def test_guessing_the_mobile_of_a_link_is_slowed_down_and_reads_the_same(invited):
    wrong = guess(invited.code, "9999")
    for _ in range(4):
        guess(invited.code, "9999")
    assert guess(invited.code, "0123") == wrong
    with clock.frozen(TODAY + timedelta(seconds=61)):
        assert guess(invited.code, "0123")[0] == 302


def test_guessing_from_many_addresses_pauses_the_link_for_a_quarter(invited):
    for n in range(10):
        guess(invited.code, "9999", address=f"10.0.1.{n}")
    assert guess(invited.code, "0123", address="10.9.9.9")[0] == 422


def test_guessing_the_password_behind_a_link_counts_as_guessing_at_the_sign_in(cast, world):
    mobile = cast["secretary"].mobile
    code = invitations.invite(world["hnu-law-1202"], name="支书张", mobile=mobile, by=cast["college"]).code
    wrong = guess(code, mobile[-4:])
    for _ in range(4):
        guess(code, mobile[-4:])
    assert guess(code, mobile[-4:], password=PASSWORD) == wrong
    signed_in = Client().post(
        reverse("orgs:login"), {"username": mobile, "password": PASSWORD}, REMOTE_ADDR="10.0.0.1"
    )
    assert signed_in.status_code == 200


def test_a_registered_number_reads_like_any_other_before_the_mobile_is_right(cast, world, invited):
    mobile = cast["secretary"].mobile
    known = invitations.invite(world["hnu-law-1202"], name="支书张", mobile=mobile, by=cast["college"]).code
    assert guess(known, "9999") == guess(invited.code, "9999")


def test_a_hand_over_is_in_the_ledger_and_hands_over_who_answers_for_the_unit(cast, invited):
    term = cast["university"].appointments.get()
    code = invitations.hand_over(term, name="接任者", mobile="13800000777", by=cast["province"]).code
    successor = accept(code, mobile_tail="0777").appointments.get()
    assert successor.is_principal
    ended = AuditEntry.objects.for_object("orgs.appointment", term.pk).filter(verb="appointment.ended")
    assert ended.get().detail == {"successor": successor.pk}


def test_a_hand_over_does_not_prolong_a_term_that_ended_meanwhile(cast):
    term = cast["secretary"].appointments.get()
    code = invitations.hand_over(term, name="接任者", mobile=MOBILE, by=cast["college"]).code
    people.end_appointment(term, ends_on=date(2026, 11, 2), reason="毕业", by=cast["college"])
    accept(code)
    term.refresh_from_db()
    assert term.ends_on == date(2026, 11, 2)
    assert term.succeeded_by is not None


@pytest.mark.parametrize("page", ["orgs:invite", "orgs:hand-over"])
def test_a_second_tap_makes_no_second_link(sign_in, cast, world, page):
    pk = {"orgs:invite": world["hnu-law-1202"].pk, "orgs:hand-over": cast["secretary"].appointments.get().pk}[
        page
    ]
    client, url = sign_in("college"), reverse(page, args=[pk])
    key = client.get(url).context["form"]["idempotency_key"].value()
    data = {"name": "某某", "mobile": MOBILE, "role": Role.SECRETARY, "idempotency_key": key}
    first, second = client.post(url, data), client.post(url, data)
    assert "invitation-link" in first.content.decode()
    assert second.status_code == 409
    assert "已经生成" in second.content.decode()
    assert Invitation.objects.count() == 1


def test_the_code_of_a_refused_link_is_in_no_log(invited, caplog):
    handler = next(each for each in logging.getLogger().handlers if each.filters)
    with caplog.at_level(logging.WARNING):
        guess(invited.code, "9999")
        guess("no-such-code", "9999")
    refused = [record for record in caplog.records if record.name == "django.request"]
    assert len(refused) == 2
    lines = [handler.format(record) for record in refused if handler.filter(record)]
    assert not [line for line in lines if invited.code in line or "no-such-code" in line]
