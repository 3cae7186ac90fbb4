"""People in office: stand-ins, the hand-over list, the yearly confirmation, accounts switched off and on."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.operations.desks import Desks
from orgs import leaving, tasks
from orgs.choices import Department, Role
from orgs.exceptions import InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Notification, OrgUnit, User
from orgs.operations import confirmation, invitations, people, stand_ins, throttle
from tests import cast as cast_module
from tests.accounts.test_fill_races import at_once
from tests.architecture.round_subjects import submission
from tests.cast import PASSWORD
from tests.world import TODAY

pytestmark = pytest.mark.django_db

AFTER_SEPTEMBER = datetime(2027, 9, 20, 10, 0, tzinfo=clock.SHANGHAI)
SIX_MONTHS_LATER = datetime(2028, 3, 1, 10, 0, tzinfo=clock.SHANGHAI)
UNTIL = date(2026, 12, 18)


def term(cast, key: str) -> Appointment:
    return cast[key].appointments.select_related("unit", "user").get()


def stand_in(cast, *, mobile: str = "13800000008", name: str = "", until: date = UNTIL) -> stand_ins.StandIn:
    return stand_ins.appoint_stand_in(
        term(cast, "college"), name=name, mobile=mobile, until=until, by=cast["university"]
    )


def test_a_stand_in_acts_until_the_day_and_no_longer(cast, world):
    stand_in(cast)
    seen = {"code": "hnu-law-1202"}
    assert OrgUnit.objects.visible_to(cast["secretary"]).filter(**seen).exists()
    with clock.frozen(TODAY + timedelta(days=31)):
        assert not OrgUnit.objects.visible_to(cast["secretary"]).filter(**seen).exists()
    assert AuditEntry.objects.filter(verb="appointment.stand_in").exists()


def test_the_desk_counts_as_occupied_by_a_stand_in(cast, world):
    people.end_appointment(
        term(cast, "college"), ends_on=date(2026, 11, 17), reason="病休", by=cast["university"]
    )
    assert not Desks().reviewers_at(world["hnu-law"].pk)
    Appointment.objects.filter(user=cast["college"]).update(ends_on=None)
    stand_in(cast)
    Appointment.objects.filter(user=cast["college"]).update(ends_on=date(2026, 11, 17))
    assert Desks().reviewers_at(world["hnu-law"].pk) == {cast["secretary"].pk}


def test_a_stand_in_without_an_account_gets_an_initial_password_once(sign_in, cast):
    data = {"mobile": "13800000555", "name": "代理人", "until": "2026-12-18"}
    url = reverse("orgs:stand-in", args=[term(cast, "college").pk])
    html = sign_in("university").post(url, data).content.decode()
    password = re.search(r'id="initial-password" value="([^"]+)"', html)[1]
    visitor = Client()
    visitor.post(reverse("orgs:login"), {"username": "13800000555", "password": password})
    assert visitor.get(reverse("home")).url == reverse("orgs:change-password")


def test_a_stand_in_is_shown_with_name_and_day(sign_in, cast):
    stand_in(cast)
    html = sign_in("university").get(reverse("orgs:list-people")).content.decode()
    assert "临时代理院团委陈" in html
    assert "到 2026年12月18日" in html


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until": date(2026, 11, 17)}, "半年之内"),
        ({"until": date(2027, 11, 17)}, "半年之内"),
        ({"mobile": "1380000"}, "11位"),
        ({"mobile": "13800000555"}, "姓名"),
        ({"mobile": "13800000007"}, "不需要代理"),
    ],
)
def test_a_stand_in_that_makes_no_sense_is_refused_in_words(cast, changes, words):
    with pytest.raises(InvalidUnit, match=words):
        stand_in(cast, **changes)


def test_nobody_below_appoints_a_stand_in_above(cast):
    with pytest.raises(NotAllowed):
        stand_ins.appoint_stand_in(
            term(cast, "university"), name="", mobile="13800000014", until=UNTIL, by=cast["college"]
        )


@pytest.mark.parametrize("mobile", ["13800000014", "13800000010", "13800000555"])
def test_without_a_name_a_mobile_from_elsewhere_and_an_unknown_one_get_the_same_answer(cast, mobile):
    with pytest.raises(InvalidUnit, match="该手机号不是您管理范围内现任人员的，请填写姓名"):
        stand_in(cast, mobile=mobile)


def test_nobody_from_elsewhere_is_made_a_stand_in_unasked_nor_named(sign_in, cast):
    data = {"mobile": "13800000010", "name": "某人", "until": "2026-12-18"}
    url = reverse("orgs:stand-in", args=[term(cast, "college").pk])
    answer = sign_in("university").post(url, data)
    assert answer.status_code == 422
    assert "用邀请码请本人接受任职" in answer.content.decode()
    assert cast["outside_secretary"].name not in answer.content.decode()
    assert cast["outside_secretary"].appointments.count() == 1


@pytest.mark.parametrize("last_day", [date(2026, 11, 17), date(2026, 11, 18), date(2026, 12, 1)])
def test_nobody_stands_in_for_an_office_that_has_ended(cast, last_day):
    found = stand_in(cast).appointment
    people.end_appointment(term(cast, "college"), ends_on=last_day, reason="调离", by=cast["university"])
    found.refresh_from_db()
    assert found.ends_on == max(last_day, TODAY.date())
    assert AuditEntry.objects.filter(verb="appointment.ended", object_id=str(found.pk)).exists()


def test_a_stand_in_ends_with_who_left_or_was_never_confirmed(cast):
    with clock.frozen(AFTER_SEPTEMBER):
        left = stand_in(cast, until=AFTER_SEPTEMBER.date() + timedelta(days=30)).appointment
        confirmation.mark_left([term(cast, "college").pk], by=cast["university"])
    left.refresh_from_db()
    assert left.ends_on == AFTER_SEPTEMBER.date()
    Appointment.objects.filter(pk=term(cast, "college").pk).update(ends_on=None)
    with clock.frozen(SIX_MONTHS_LATER - timedelta(days=2)):
        late = stand_in(cast, mobile="13800000555", name="代理人", until=date(2028, 3, 20)).appointment
    with clock.frozen(SIX_MONTHS_LATER):
        confirmation.end_unconfirmed()
    late.refresh_from_db()
    assert late.ends_on == date(2028, 2, 29)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_taps_appoint_a_new_person_once(transactional_world):
    cast = cast_module.build(transactional_world)

    def tap() -> object:
        return stand_in(cast, mobile="13800000555", name="代理人")

    results = at_once(tap, tap)
    assert sorted(type(each).__name__ for each in results) == ["InvalidUnit", "StandIn"]


def test_the_stand_in_ends_when_the_successor_arrives(cast):
    found = stand_in(cast)
    invited = invitations.hand_over(
        term(cast, "college"), name="接任者", mobile="13800000777", by=cast["university"]
    )
    invitations.accept_invitation(invited.code, mobile_tail="0777", password="green-tea-66")
    found.appointment.refresh_from_db()
    assert found.appointment.ends_on == TODAY.date()


def test_the_hand_over_list_counts_what_lies_with_the_office(sign_in, cast, world):
    submission(world["hnu-law-1201"], cast)
    invitations.invite(world["hnu-law-1202"], name="新支书", mobile="13800000123", by=cast["college"])
    html = (
        sign_in("university")
        .get(reverse("orgs:show-leaving", args=[term(cast, "college").pk]))
        .content.decode()
    )
    assert "法学2012级1班团支部：微信及管理员信息收集（待审核）" in html
    assert "法学2012级2班团支部 新**" in html
    assert reverse("orgs:hand-over", args=[term(cast, "college").pk]) in html
    assert "13800000123" not in html


def test_a_department_reads_no_hand_over_list_beyond_its_lines(sign_in, cast, world):
    client = sign_in("schools")
    for key, status in (("college", 200), ("province", 403), ("sysadmin", 403)):
        url = reverse("orgs:show-leaving", args=[term(cast, key).pk])
        assert client.get(url).status_code == status, key


def test_the_hand_over_list_of_a_department_counts_its_own_lines(cast, world):
    for code in ("hnu-law-1202", "qh-hs-jl"):
        invitations.invite(world[code], name="新支书", mobile="13800000123", by=cast["province"])
    own = Appointment.objects.create(
        user=cast["nobody"],
        unit=world["hi"],
        role=Role.PROVINCE,
        department=Department.SCHOOL,
        starts_on=date(2026, 10, 5),
    )
    lines = {line for section in leaving.sections(own, cast["province"]) for line in section.lines}
    assert "法学2012级2班团支部 新**" in lines
    assert "加略村团支部 新**" not in lines
    whole = {
        line for each in leaving.sections(term(cast, "province"), cast["schools"]) for line in each.lines
    }
    assert "加略村团支部 新**" not in whole


def test_the_year_begins_on_the_set_day(settings):
    assert confirmation.year_start(date(2026, 11, 18)) == date(2026, 9, 1)
    assert confirmation.year_start(date(2026, 8, 31)) == date(2025, 9, 1)
    settings.CONFIRMATION_STARTS = "03-15"
    assert confirmation.year_start(date(2026, 3, 15)) == date(2026, 3, 15)


def test_who_came_after_the_day_is_not_asked_about(cast):
    assert not confirmation.waiting_for(cast["university"]).exists()


def test_the_superior_confirms_many_at_one_tap(sign_in, cast):
    with clock.frozen(AFTER_SEPTEMBER):
        client, url = sign_in("college"), reverse("orgs:confirm-people")
        assert "年度确认" in client.get(reverse("home")).content.decode()
        html = client.get(url).content.decode()
        assert "支书张" in html
        pks = re.findall(r'name="pk" value="(\d+)"', html)
        client.post(url, {"pk": pks, "confirm": "1"})
        assert term(cast, "secretary").confirmed_on == AFTER_SEPTEMBER.date()
        assert not confirmation.waiting_for(cast["college"]).exists()
        assert "年度确认" not in client.get(reverse("home")).content.decode()
    assert AuditEntry.objects.filter(verb="appointment.confirmed").count() == len(pks)


def test_left_ends_the_term_today(sign_in, cast):
    with clock.frozen(AFTER_SEPTEMBER):
        sign_in("college").post(reverse("orgs:confirm-people"), {"left": term(cast, "secretary").pk})
        assert term(cast, "secretary").ends_on == AFTER_SEPTEMBER.date()
    assert AuditEntry.objects.get(verb="appointment.ended").reason == "年度确认：已离任"


@pytest.mark.parametrize("actor", ["secretary", "outsider", "college"])
def test_nobody_confirms_beside_or_above(cast, actor):
    with clock.frozen(AFTER_SEPTEMBER):
        assert (
            confirmation.confirm([term(cast, "university").pk, term(cast, "college").pk], by=cast[actor]) == 0
        )
        assert confirmation.mark_left([term(cast, "university").pk], by=cast[actor]) == 0


def test_one_message_a_year_to_each_superior_with_people(cast, world):
    with clock.frozen(AFTER_SEPTEMBER):
        tasks.watch_appointments()
        tasks.watch_appointments()
        told = Notification.objects.filter(kind=confirmation.MESSAGE)
        assert sorted(told.values_list("unit__code", flat=True)) == ["hi", "hnu", "hnu-law", "qh", "qh-hs"]
        assert not Appointment.objects.filter(ends_on=AFTER_SEPTEMBER.date()).exists()
    with clock.frozen(AFTER_SEPTEMBER + timedelta(days=366)):
        assert confirmation.remind() == 5


def test_what_nobody_confirms_ends_after_the_set_time(cast, settings):
    with clock.frozen(AFTER_SEPTEMBER):
        confirmation.confirm([term(cast, "secretary").pk], by=cast["college"])
    with clock.frozen(SIX_MONTHS_LATER):
        ended = confirmation.end_unconfirmed()
        assert confirmation.end_unconfirmed() == 0
        assert term(cast, "college").ends_on == date(2028, 2, 29)
    assert term(cast, "secretary").ends_on is None
    assert term(cast, "province").ends_on is None
    assert term(cast, "sysadmin").ends_on is None
    assert AuditEntry.objects.filter(verb="appointment.ended", by=None).count() == ended


def test_nothing_ends_by_itself_where_the_setting_says_never(cast, settings):
    settings.END_UNCONFIRMED_AFTER_DAYS = 0
    with clock.frozen(SIX_MONTHS_LATER):
        assert confirmation.end_unconfirmed() == 0
        assert term(cast, "college").ends_on is None


def test_ending_takes_the_same_statements_for_one_and_for_many(cast, world, django_assert_max_num_queries):
    Appointment.objects.bulk_create(
        Appointment(user=cast["nobody"], unit=world[code], role=Role.SECRETARY, starts_on=date(2026, 10, 5))
        for code in ("hnu-law-1202", "hnu-law-1301", "hnu-tour-1201", "qzu-sci-1201")
    )
    # Lines of the ledger and their bodies are two statements, however many there are.
    with clock.frozen(SIX_MONTHS_LATER), django_assert_max_num_queries(7):
        assert confirmation.end_unconfirmed() >= 5


def test_switching_an_account_off_ends_its_open_session_at_once(sign_in, cast):
    open_session = sign_in("secretary")
    assert open_session.get(reverse("home")).status_code == 200
    url = reverse("orgs:deactivate-user", args=[term(cast, "secretary").pk])
    sign_in("college").post(url, {"reason": "手机遗失"})
    answer = open_session.get(reverse("home"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("orgs:login"))
    signed_in = Client().post(reverse("orgs:login"), {"username": "secretary", "password": PASSWORD})
    assert signed_in.status_code == 200
    assert AuditEntry.objects.get(verb="user.deactivated").reason == "手机遗失"


def test_an_account_switched_on_again_does_not_bring_its_sessions_back(sign_in, cast):
    open_session, superior = sign_in("secretary"), sign_in("college")
    pk = term(cast, "secretary").pk
    superior.post(reverse("orgs:deactivate-user", args=[pk]), {"reason": "手机遗失"})
    html = superior.post(reverse("orgs:reactivate-user", args=[pk])).content.decode()
    password = re.search(r'id="initial-password" value="([^"]+)"', html)[1]
    assert open_session.get(reverse("home")).status_code == 302
    visitor = Client()
    visitor.post(reverse("orgs:login"), {"username": "secretary", "password": password})
    assert visitor.get(reverse("home")).url == reverse("orgs:change-password")


def test_an_account_is_switched_off_only_by_whoever_is_above_all_its_offices(cast, world):
    Appointment.objects.create(
        user=cast["secretary"], unit=world["qzu-sci-1201"], role=Role.SECRETARY, starts_on=date(2026, 10, 5)
    )
    office = cast["secretary"].appointments.get(unit=world["hnu-law-1201"])
    with pytest.raises(NotAllowed):
        people.deactivate_user(office, reason="x", by=cast["university"])
    people.deactivate_user(office, reason="x", by=cast["sysadmin"])
    assert not User.objects.get(pk=cast["secretary"].pk).is_active


@pytest.mark.parametrize(("actor", "target"), [("college", "college"), ("college", "university")])
def test_nobody_switches_off_the_own_account_or_one_above(cast, actor, target):
    with pytest.raises(NotAllowed):
        people.deactivate_user(term(cast, target), reason="x", by=cast[actor])


def test_the_end_of_an_office_takes_effect_at_the_next_request(sign_in, cast, world):
    client, page = sign_in("secretary"), reverse("orgs:show-unit", args=[world["hnu-law-1201"].pk])
    assert client.get(page).status_code == 200
    people.end_appointment(
        term(cast, "secretary"), ends_on=date(2026, 11, 17), reason="毕业", by=cast["college"]
    )
    assert client.get(page).status_code == 404


def test_a_change_of_role_takes_effect_at_the_next_request(sign_in, cast):
    client = sign_in("college")
    assert client.get(reverse("orgs:list-people")).status_code == 200
    Appointment.objects.filter(pk=term(cast, "college").pk).update(role=Role.SECRETARY)
    assert client.get(reverse("orgs:list-people")).status_code == 403


def test_a_new_password_from_the_superior_lifts_the_pause(cast):
    for n in range(10):
        throttle.note_failure(cast["secretary"].mobile, f"10.0.1.{n}")
    password = people.reset_password(term(cast, "secretary"), by=cast["college"])
    signed_in = Client().post(
        reverse("orgs:login"), {"username": "secretary", "password": password}, REMOTE_ADDR="10.9.9.9"
    )
    assert signed_in.status_code == 302
