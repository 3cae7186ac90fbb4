"""临时代理 by a link: somebody from elsewhere accepts once, acts until the day, and ends nobody's term."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from orgs.exceptions import InvalidUnit, InvitationUnusable, LinkAlreadyMade, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Invitation, OrgUnit, User
from orgs.operations import invitations, invitations_bulk, people, stand_ins
from tests.cast import PASSWORD
from tests.world import TODAY

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 11, 30)
# A secretary of another university: nobody there may be appointed unasked.
MOBILE, TAIL = "13800000010", "0010"
SEEN = {"code": "hnu-law-1202"}


def term(cast, key: str = "college") -> Appointment:
    return cast[key].appointments.select_related("unit", "user").get()


def asked(cast, **changes) -> invitations.Invited:
    facts = {"name": "邻班孔", "mobile": MOBILE, "until": UNTIL, "by": cast["university"]} | changes
    return stand_ins.invite_stand_in(term(cast), **facts)


def accept(invited, *, tail: str = TAIL, password: str = PASSWORD) -> User:
    return invitations.accept_invitation(invited.code, mobile_tail=tail, password=password)


def typed(**changes) -> dict[str, str]:
    return {"mobile": MOBILE, "name": "邻班孔", "until": UNTIL.isoformat()} | changes


def stand_in_page(cast) -> str:
    return reverse("orgs:stand-in", args=[term(cast).pk])


def test_accepting_gives_the_same_office_until_the_day_and_ends_nothing(cast):
    user = accept(asked(cast))
    acting = user.appointments.get(stands_in_for=term(cast))
    principal = term(cast)
    assert (acting.unit, acting.role, acting.ends_on) == (principal.unit, principal.role, UNTIL)
    assert (acting.is_principal, principal.ends_on, principal.succeeded_by) == (False, None, None)
    assert OrgUnit.objects.visible_to(user).filter(**SEEN).exists()
    with clock.frozen(TODAY + timedelta(days=13)):
        assert not OrgUnit.objects.visible_to(User.objects.get(pk=user.pk)).filter(**SEEN).exists()
    assert AuditEntry.objects.filter(verb="appointment.stand_in", object_id=str(acting.pk)).exists()


def test_a_person_without_an_account_makes_one_by_the_link(cast):
    user = accept(asked(cast, mobile="13800000555", name="代理人"), tail="0555", password="green-tea-66")
    assert user.name == "代理人"
    assert user.appointments.get().stands_in_for == term(cast)


def test_the_lines_of_the_office_are_kept(cast, world):
    found = stand_ins.invite_stand_in(
        term(cast, "schools"), name="邻班孔", mobile=MOBILE, until=UNTIL, by=cast["province"]
    )
    assert accept(found).appointments.get(unit=world["hi"]).department == term(cast, "schools").department


def test_a_link_works_once(cast):
    invited = asked(cast)
    accept(invited)
    with pytest.raises(InvitationUnusable):
        accept(invited)


def test_a_link_lasts_no_longer_than_the_day(cast):
    invited = asked(cast, until=date(2026, 11, 20))
    assert invited.invitation.expires_at == clock.day_end(date(2026, 11, 20))
    with clock.frozen(TODAY + timedelta(days=3)), pytest.raises(InvitationUnusable):
        accept(invited)


def test_once_the_office_has_ended_the_link_says_so(cast):
    invited = asked(cast)
    people.end_appointment(term(cast), ends_on=date(2026, 11, 17), reason="调离", by=cast["university"])
    page = Client().get(reverse("orgs:accept-invitation", args=[invited.code]))
    assert page.status_code == 410
    assert "您要代理的这一任职已经结束" in page.content.decode()
    with pytest.raises(InvitationUnusable, match="已经结束"):
        accept(invited)
    with pytest.raises(InvitationUnusable):
        invitations_bulk.renew(invited.invitation, by=cast["university"])


def test_whoever_accepts_after_the_end_was_set_acts_no_longer_than_the_office(cast):
    invited = asked(cast)
    people.end_appointment(term(cast), ends_on=date(2026, 11, 25), reason="毕业", by=cast["university"])
    assert accept(invited).appointments.get(stands_in_for=term(cast)).ends_on == date(2026, 11, 25)


def test_the_successor_makes_an_open_link_worthless(cast):
    invited = asked(cast)
    handed = invitations.hand_over(term(cast), name="接任者", mobile="13800000777", by=cast["university"])
    accept(handed, tail="0777", password="green-tea-66")
    with pytest.raises(InvitationUnusable, match="已经结束"):
        invitations.usable_invitation(invited.code)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until": date(2026, 11, 17)}, "半年之内"),
        ({"mobile": "1380000"}, "11位"),
        ({"name": " "}, "姓名"),
        ({"mobile": "13800000007"}, "不需要代理"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused_in_words(cast, changes, words):
    with pytest.raises(InvalidUnit, match=words):
        asked(cast, **changes)


def test_nobody_below_or_elsewhere_asks_anybody_to_stand_in(cast):
    for key in ("secretary", "outsider", "auditor"):
        with pytest.raises(NotAllowed):
            asked(cast, by=cast[key])


def test_a_second_tap_makes_no_second_link(cast):
    asked(cast, idempotency_key="tap")
    with pytest.raises(LinkAlreadyMade):
        asked(cast, idempotency_key="tap")
    assert Invitation.objects.count() == 1


def test_the_page_that_refuses_offers_the_link_and_makes_it(sign_in, cast):
    client = sign_in("university")
    key = client.get(stand_in_page(cast)).context["form"]["idempotency_key"].value()
    refused = client.post(stand_in_page(cast), typed(idempotency_key=key))
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "生成邀请链接，请本人接受" in html
    assert f'name="idempotency_key" value="{key}"' in html
    made = client.post(stand_in_page(cast), typed(link="1", idempotency_key=key)).content.decode()
    link = re.search(r'value="http://testserver([^"]+)"', made)[1]
    assert "本人接受后，代理院团委陈" in made
    assert "data:image/svg+xml" in made
    assert client.post(stand_in_page(cast), typed(link="1", idempotency_key=key)).status_code == 409
    landing = Client().get(link).content.decode()
    assert "您将临时代理法学院团委的" in landing
    assert "院**" in landing
    assert "院团委陈" not in landing
    assert "到 2026年11月30日" in landing
    assert Client().post(link, {"mobile_tail": TAIL, "password": PASSWORD}).status_code == 302
    assert term(cast).stand_ins.get().user == cast["outside_secretary"]


def test_what_is_wrong_with_a_link_is_said_with_what_was_typed(sign_in, cast):
    page = sign_in("university").post(stand_in_page(cast), typed(link="1", name=""))
    assert page.status_code == 422
    assert "请填写代理人姓名" in page.content.decode()
    assert MOBILE in page.content.decode()
    assert not Invitation.objects.exists()


def test_lists_of_unused_codes_and_of_the_hand_over_name_it(sign_in, cast, world):
    invited = asked(cast)
    invitations.invite(world["hnu-law-1202"], name="新支书", mobile="13800000123", by=cast["college"])
    client = sign_in("university")
    listed = client.get(reverse("orgs:list-invitations")).content.decode()
    assert listed.count("临时代理院团委陈，到 2026年11月30日") == 1
    leaving = client.get(reverse("orgs:show-leaving", args=[term(cast).pk])).content.decode()
    assert leaving.count("邻**（临时代理院团委陈，到2026-11-30）") == 1
    assert "还没有接受的临时代理邀请" in leaving
    renewed = client.post(reverse("orgs:renew-invitation", args=[invited.invitation.pk])).content.decode()
    assert "（临时代理，到11月30日）" in renewed


def test_an_outlived_link_is_listed_as_such_and_cannot_be_renewed(sign_in, cast):
    invited = asked(cast)
    people.end_appointment(term(cast), ends_on=date(2026, 11, 17), reason="调离", by=cast["university"])
    listed = sign_in("university").get(reverse("orgs:list-invitations")).content.decode()
    assert "代理已无需" in listed
    assert reverse("orgs:renew-invitation", args=[invited.invitation.pk]) not in listed
    assert reverse("orgs:revoke-invitation", args=[invited.invitation.pk]) in listed


def test_a_link_for_a_stand_in_does_not_fill_a_vacant_branch(cast, world):
    office = term(cast, "secretary")
    stand_ins.invite_stand_in(office, name="邻班孔", mobile=MOBILE, until=UNTIL, by=cast["college"])
    people.end_appointment(office, ends_on=date(2026, 11, 17), reason="毕业", by=cast["college"])
    assert world["hnu-law-1201"] in invitations_bulk.vacant_branches(world["hnu-law"])
