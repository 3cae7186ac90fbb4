"""提醒: who holds a form back, where it lies, and one message a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Expected
from accounts.operations import chase, extensions, reminders, review, rounds
from accounts.pages.superiors import contact_of
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Notification
from orgs.operations import stand_ins
from tests.accounts.forms import fresh, launch, submitted

PAGE = reverse("accounts:chase")


@pytest.fixture
def round(world, cast):
    return launch(world, cast, kinds=["class_branch"])


@pytest.fixture
def waiting(round, world, cast):
    return submitted(round, world["hnu-law-1201"], by=cast["secretary"])


def test_each_child_shows_how_far_it_has_come(waiting, round, world, cast):
    law, tour = chase.by_child(round, world["hnu"], reader=cast["university"])
    assert (law.unit, law.expected, law.waiting, law.untouched) == (world["hnu-law"], 3, 1, 2)
    assert (tour.unit, tour.expected, tour.untouched) == (world["hnu-tour"], 1, 1)


def test_the_page_says_on_whose_desk_a_form_lies_and_since_when(waiting, sign_in):
    with clock.frozen(clock.now() + timedelta(days=3)):
        page = sign_in("university").get(PAGE).content.decode()
    assert "法学院团委　院团委陈，已等 3 天" in page.replace("\xa0", " ")
    assert "旅游2012级1班团支部" in page
    assert "数学2012级1班团支部" not in page


def test_the_desk_names_who_stands_in_and_for_whom(waiting, cast, sign_in):
    office = cast["college"].appointments.select_related("unit", "user").get()
    until = clock.today() + timedelta(days=2)
    found = stand_ins.appoint_stand_in(
        office, name="", mobile="13800000008", until=until, by=cast["university"]
    )
    assert "支书张（临时代理院团委陈）" in sign_in("university").get(PAGE).content.decode()
    assert contact_of(waiting.unit).person == "支书张（临时代理院团委陈）"
    with clock.frozen(clock.now() + timedelta(days=3)):
        page = sign_in("university").get(PAGE).content.decode()
    assert "临时代理" not in page
    assert "院团委陈" in page
    assert found.appointment.ends_on == until


def test_approved_forms_are_off_the_list(waiting, round, world, cast):
    review.approve(waiting.pk, version=waiting.version, by=cast["college"])
    review.approve(waiting.pk, version=fresh(waiting).version, by=cast["university"])
    assert waiting.unit not in [
        each.unit for each in chase.late_below(round, world["hnu"], reader=cast["university"])
    ]


def test_a_reminder_goes_to_who_holds_it_back_and_once_a_day(waiting, round, world, cast):
    done = reminders.remind(round, world["hnu"], by=cast["university"])
    assert (done.sent, done.already) == (4, 0)
    told = Notification.objects.filter(kind=reminders.REMINDED)
    assert {each.unit.code for each in told} == {"hnu-law", "hnu-law-1202", "hnu-law-1301", "hnu-tour-1201"}
    assert "请尽快审核" in told.get(unit=world["hnu-law"]).text
    again = reminders.remind(round, world["hnu"], by=cast["university"])
    assert (again.sent, again.already) == (0, 4)
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert reminders.remind(round, world["hnu"], by=cast["university"]).sent == 4


def test_only_who_may_remind_reminds_and_only_below(round, world, cast, sign_in):
    for key in ("outsider", "secretary", "auditor"):
        with pytest.raises(NotAllowed):
            reminders.remind(round, world["hnu"], by=cast[key])
    answer = sign_in("outsider").post(
        reverse("accounts:remind"), {"round": round.pk, "unit": world["hnu"].pk}
    )
    assert answer.status_code == 404
    assert sign_in("secretary").get(PAGE).status_code == 403


def test_the_button_reminds_and_says_how_many(waiting, round, world, sign_in):
    answer = sign_in("university").post(
        reverse("accounts:remind"), {"round": round.pk, "unit": world["hnu-law"].pk}, follow=True
    )
    assert "已提醒 3 个团组织" in answer.content.decode()


def test_there_is_text_to_paste_for_each_child_unit(waiting, sign_in):
    page = sign_in("university").get(reverse("accounts:reminder-texts")).content.decode()
    assert "【填报提醒】" in page
    assert "法学2012级2班团支部" in page


def test_without_a_running_round_the_page_says_so(sign_in):
    assert "现在没有进行中的填报任务" in sign_in("university").get(PAGE).content.decode()


def test_the_next_push_reaches_those_behind_the_slice(waiting, round, world, cast):
    first = reminders.remind(round, world["hnu"], by=cast["university"], most=2)
    assert (first.sent, first.left) == (3, 1)
    second = reminders.remind(round, world["hnu"], by=cast["university"], most=2)
    assert (second.sent, second.already, second.left) == (1, 3, 0)
    assert Notification.objects.filter(kind=reminders.REMINDED).values("unit_id").distinct().count() == 4


def test_a_reminder_leads_to_the_form_or_to_the_review_list(waiting, round, world, cast):
    reminders.remind(round, world["hnu"], by=cast["university"])
    told = Notification.objects.filter(kind=reminders.REMINDED)
    assert told.get(unit=world["hnu-law-1202"]).link == reverse("accounts:fill", args=[round.pk])
    assert told.get(unit=world["hnu-law"]).link.startswith(reverse("accounts:list-review"))


def test_a_reminder_of_one_round_does_not_stand_in_the_way_of_another(waiting, round, world, cast):
    other = launch(world, cast, kinds=["class_branch"], title="第二轮")
    submitted(other, world["hnu-law-1201"], by=cast["secretary"])
    reminders.remind(round, world["hnu"], by=cast["university"])
    assert reminders.remind(other, world["hnu"], by=cast["university"]).sent == 4


def test_after_a_reminder_the_same_units_page_is_shown(waiting, round, world, sign_in):
    data = {"round": round.pk, "unit": world["hnu-law"].pk, "shown": world["hnu"].pk}
    answer = sign_in("university").post(reverse("accounts:remind"), data)
    assert answer.url == f"{PAGE}?round={round.pk}&unit={world['hnu'].pk}"
    assert sign_in("university").get(PAGE, {"unit": "²", "round": "²"}).status_code == 200


def test_a_unit_is_exempted_from_the_list_with_a_reason(round, world, sign_in):
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1202"])
    page = reverse("accounts:exempt", args=[expected.pk])
    college = sign_in("college")
    assert page in college.get(PAGE).content.decode()
    assert college.post(page, {"reason": " "}).status_code == 422
    done = college.post(page, {"reason": "本学期在外实习"}, follow=True).content.decode()
    assert "法学2012级2班团支部本次免报" in done
    assert page not in done
    assert sign_in("secretary").get(page).status_code == 404
    assert sign_in("outsider").get(page).status_code == 404


def test_nobody_exempts_the_own_unit(world, cast, sign_in):
    round = launch(world, cast)
    expected = Expected.objects.get(round=round, unit=world["hnu-law"])
    page = reverse("accounts:exempt", args=[expected.pk])
    college = sign_in("college")
    assert page not in college.get(PAGE).content.decode()
    assert college.post(page, {"reason": "不报"}).status_code == 403
    with pytest.raises(NotAllowed):
        rounds.exempt(expected, reason="不报", by=cast["college"])
    expected.refresh_from_db()
    assert not expected.exempt_reason
    assert rounds.exempt(expected, reason="合署办公", by=cast["university"]).exempt_reason


def test_an_exemption_keeps_the_deadline_granted_meanwhile(round, world, cast):
    stale = Expected.objects.select_related("unit", "round").get(round=round, unit=world["hnu-law-1201"])
    until = stale.deadline_at + timedelta(days=3)
    asked = extensions.ask_extension(stale, reason="外出实习", until=until, by=cast["secretary"])
    extensions.decide_extension(asked, grants=True, remark="", by=cast["college"])
    rounds.exempt(stale, reason="毕业班", by=cast["college"])
    version = stale.versions.current().get()
    assert (version.deadline_at, version.is_due) == (until, False)


def test_a_department_reminds_only_within_its_lines(world, cast):
    round = launch(world, cast, kinds=["class_branch", "village"])
    late = chase.late_below(round, world["hi"], reader=cast["schools"])
    assert {each.unit.kind_id for each in late} == {"class_branch"}
    everything = chase.late_below(round, world["hi"], reader=cast["province"])
    assert {each.unit.kind_id for each in everything} == {"class_branch", "village"}
