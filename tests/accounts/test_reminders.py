"""提醒: by message, by mail and by words for a group chat; not at night, not too often, and what became of each."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core import mail as outbox_of
from django.urls import reverse

from accounts.models import RoundPhase
from accounts.operations import chase, reminders, review
from orgs.choices import DeliveryState, NotificationKind
from orgs.kernel import clock
from orgs.models import Appointment, MailDelivery, Notification, User
from orgs.operations import mail
from tests.accounts.forms import fresh, launch, submitted

PAGE, TEXTS, MAILS = (reverse(f"accounts:{name}") for name in ("chase", "reminder-texts", "list-deliveries"))
LAW, CLASS = "hnu-law", "hnu-law-1202"


@pytest.fixture
def round(world, cast):
    return launch(world, cast, kinds=["class_branch"])


@pytest.fixture
def waiting(round, world, cast):
    return submitted(round, world["hnu-law-1201"], by=cast["secretary"])


@pytest.fixture
def addresses(cast):
    User.objects.filter(username="college").update(email="chen@example.org")


def html(answer) -> str:
    return answer.content.decode()


def later(**span):
    return clock.frozen(clock.now() + timedelta(**span))


def test_a_reminder_goes_out_by_mail_too_where_there_is_an_address(waiting, round, world, cast, addresses):
    done = reminders.remind(round, world["hnu"], by=cast["university"])
    assert (done.sent, done.mails) == (4, 1)
    assert MailDelivery.objects.get().user == cast["college"]
    with later(minutes=2):
        mail.send_due()
    assert "请尽快审核" in outbox_of.outbox[0].body
    assert "法学2012级1班" not in outbox_of.outbox[0].body


def test_at_night_the_message_is_there_and_the_mail_waits_for_the_morning(
    waiting, round, world, cast, addresses
):
    with clock.frozen(datetime(2026, 11, 18, 22, 0, tzinfo=clock.SHANGHAI)):
        reminders.remind(round, world["hnu"], by=cast["university"])
    delivery = MailDelivery.objects.get()
    assert delivery.not_before == datetime(2026, 11, 19, 8, 0, tzinfo=clock.SHANGHAI)
    assert delivery.notification.created_at.hour == 14  # UTC: at once


def test_a_unit_is_reminded_three_times_a_week_at_most_and_it_is_said(round, world, cast, sign_in):
    with later(days=-2):  # Monday
        reminders.remind(round, world[LAW], by=cast["college"])
    with later(days=-1):
        reminders.remind(round, world[LAW], by=cast["university"])
    assert reminders.remind(round, world[LAW], by=cast["college"]).sent == 3
    with later(days=1):
        done = reminders.remind(round, world[LAW], by=cast["college"])
        assert (done.sent, done.capped) == (0, 3)
        answer = sign_in("college").post(
            reverse("accounts:remind"), {"round": round.pk, "unit": world[LAW].pk}, follow=True
        )
        assert "3 个本周已提醒 3 次，下周一以后再提醒" in html(answer)
    with later(days=5):  # the next Monday
        assert reminders.remind(round, world[LAW], by=cast["college"]).sent == 3


def test_the_cap_counts_the_reminders_of_every_round(round, world, cast, settings):
    settings.REMINDERS_PER_WEEK = 1
    other = launch(world, cast, kinds=["class_branch"], title="第二轮")
    reminders.remind(round, world[LAW], by=cast["college"])
    done = reminders.remind(other, world[LAW], by=cast["college"])
    assert (done.sent, done.capped) == (0, 3)


def test_where_a_desk_is_vacant_who_stands_in_is_reminded(waiting, round, world, cast):
    Appointment.objects.filter(user=cast["college"]).update(ends_on=date(2026, 11, 1))
    reminders.remind(round, world["hnu"], by=cast["university"])
    told = Notification.objects.filter(kind=NotificationKind.REMINDED, text__startswith="请尽快审核")
    assert [each.unit for each in told] == [world["hnu"]]


def test_standing_rounds_are_never_chased(round, world, sign_in):
    round.is_standing = True
    round.save(update_fields=["is_standing"])
    assert "现在没有进行中的填报任务" in html(sign_in("university").get(PAGE))
    assert "现在没有进行中的填报任务" in html(sign_in("university").get(TEXTS))
    answer = sign_in("university").post(
        reverse("accounts:remind"), {"round": round.pk, "unit": world["hnu"].pk}
    )
    assert answer.status_code == 404


def test_each_child_unit_has_a_text_with_its_missing_branches_and_a_code(waiting, round, world, sign_in):
    page = html(sign_in("university").get(TEXTS))
    law = page[page.index("法学院团委") : page.index("旅游学院团委")]
    assert "尚未提交：法学2012级2班团支部、法学2013级1班团支部。" in law
    assert "法学2012级1班" not in page, "who has handed in is left in peace"
    assert reverse("accounts:fill", args=[round.pk]) in law
    assert 'src="data:image/svg+xml' in page


def test_a_college_has_one_text_for_its_own_branches(waiting, round, world, cast):
    (only,) = chase.missing_by_child(round, world[LAW], reader=cast["college"])
    assert (only.unit, only.n, only.names) == (world[LAW], 2, ["法学2012级2班团支部", "法学2013级1班团支部"])


def test_a_long_list_of_names_is_cut_and_counted(round, world, cast, monkeypatch):
    monkeypatch.setattr(chase, "NAMES_IN_TEXT", 1)
    (only,) = chase.missing_by_child(round, world[LAW], reader=cast["college"])
    words = chase.ready_text(round, only, link="https://portal.example.org/")
    assert "法学2012级1班团支部等 3 个团组织" in words


def test_each_phase_has_figures_of_its_own(waiting, round, world, cast, sign_in):
    early = RoundPhase.objects.create(
        round=round,
        position=1,
        title="不含2013级",
        opens_at=round.opens_at,
        deadline_at=round.deadline_at - timedelta(days=5),
    )
    round.expected.exclude(unit__intake_year=2013).update(phase=early)
    (line,) = chase.by_phase(round, world["hnu"], reader=cast["university"])
    assert (line.title, line.expected, line.handed_in, line.approved) == ("不含2013级", 3, 1, 0)
    assert "分阶段进度" in html(sign_in("university").get(PAGE))


def test_a_person_is_named_to_the_direct_superior_only(waiting, round, sign_in):
    assert "法学院团委　院团委陈" in html(sign_in("university").get(PAGE))
    province = html(sign_in("province").get(PAGE))
    assert "法学院团委，已等" in province
    assert "院团委陈" not in province
    college = html(sign_in("college").get(PAGE))
    assert "本单位填报人" in college


def test_a_vacant_desk_is_named_with_who_stands_in(waiting, cast, sign_in):
    Appointment.objects.filter(user=cast["college"]).update(ends_on=date(2026, 11, 1))
    assert "审核岗位空缺，由海南大学团委代为审核" in html(sign_in("university").get(PAGE))


def test_the_sender_sees_what_became_of_each_mail_with_people_masked(
    waiting, round, world, cast, addresses, sign_in
):
    reminders.remind(round, world["hnu"], by=cast["university"])
    page = html(sign_in("university").get(MAILS))
    assert "待发送 <b>1</b>" in page
    assert "院**" in page
    for secret in ("院团委陈", "chen@example.org"):
        assert secret not in page[page.index("<main") :]
    MailDelivery.objects.update(state=DeliveryState.FAILED, error="SMTPRecipientsRefused")
    assert "对方邮箱不存在或拒收" in html(sign_in("university").get(MAILS))
    MailDelivery.objects.update(error="SMTPServerDisconnected")
    assert "邮件服务器没有响应" in html(sign_in("university").get(MAILS))
    assert "院**" not in html(sign_in("outsider").get(MAILS))
    assert sign_in("secretary").get(MAILS).status_code == 403


def test_a_returned_form_taken_back_leaves_no_mail(waiting, cast):
    User.objects.filter(username="secretary").update(email="zhang@example.org")
    review.return_submission(waiting.pk, version=waiting.version, by=cast["college"], reasons=["nickname"])
    assert MailDelivery.objects.count() == 1
    with later(seconds=7):
        review.undo(waiting.pk, by=cast["college"])
    with later(hours=1):
        assert mail.send_due() == 0
    assert fresh(waiting).status == "submitted"
