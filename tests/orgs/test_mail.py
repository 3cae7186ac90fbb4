"""Mails that carry a message: to whom, when, once, and what becomes of those that can't be delivered."""

from __future__ import annotations

from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail as outbox_of
from django.core.mail.backends.locmem import EmailBackend
from django.template.loader import get_template

from orgs.choices import MAILED_KINDS, DeliveryState, NotificationKind
from orgs.kernel import clock
from orgs.models import Appointment, MailDelivery, Notification, User
from orgs.operations import ledger, mail
from orgs.tasks import send_mails

pytestmark = pytest.mark.django_db
CLASS = "hnu-law-1201"


class RefusingBackend(EmailBackend):
    """A server that does not know anybody."""

    def send_messages(self, messages):
        raise SMTPRecipientsRefused({"zhang@example.org": (550, b"no such user")})


class SilentBackend(EmailBackend):
    """A server that hangs up."""

    def open(self):
        raise SMTPServerDisconnected("gone")


@pytest.fixture(autouse=True)
def addresses(cast):
    User.objects.filter(username__in=["secretary", "college"]).update(email="zhang@example.org")


@pytest.fixture
def message(world) -> Notification:
    return ledger.notify(
        world[CLASS], NotificationKind.REMINDED, "请尽快填报：秋季收集", link="/collect/round/1/"
    )


def at(hour: int, minute: int = 0, day: int = 18) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=clock.SHANGHAI)


def send_later(after: timedelta = timedelta(minutes=2)) -> int:
    with clock.frozen(clock.now() + after):
        return mail.send_due()


def backend(settings, kind: type) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.{kind.__name__}"


def test_a_message_waits_for_each_person_of_the_unit_with_an_address(message, world, cast):
    assert [each.user for each in MailDelivery.objects.all()] == [cast["secretary"]]
    Appointment.objects.filter(user=cast["secretary"]).update(ends_on=at(0, day=1).date())
    again = ledger.notify(world[CLASS], NotificationKind.REMINDED, "请尽快填报")
    assert not again.deliveries.exists()


def test_what_nobody_must_act_upon_stays_in_the_portal(world):
    ledger.notify(world[CLASS], NotificationKind.SUBMISSION_APPROVED, "已通过")
    assert not MailDelivery.objects.exists()


def test_without_a_mail_server_nothing_is_queued(world, settings):
    settings.MAIL_IS_ON = False
    ledger.notify(world[CLASS], NotificationKind.REMINDED, "请尽快填报")
    assert not MailDelivery.objects.exists()


def test_kinds_are_a_closed_list(world):
    with pytest.raises(ValueError, match="nonsense"):
        ledger.notify(world[CLASS], "nonsense", "？")


def test_it_goes_out_once_with_a_greeting_and_a_link_and_nothing_else_personal(message, cast, settings):
    settings.SITE_URL = "https://portal.example.org"
    assert send_later() == 1
    assert send_later() == 0
    sent = outbox_of.outbox[0]
    assert (sent.subject, sent.to) == ("填报提醒", ["zhang@example.org"])
    assert sent.body.startswith("支书张，您好：")
    assert "https://portal.example.org/collect/round/1/" in sent.body
    assert "法学2012级1班团支部" in sent.body
    assert cast["secretary"].mobile not in sent.body
    assert "{#" not in sent.body


def test_why_a_form_came_back_is_read_in_the_portal_only(world):
    ledger.notify(world[CLASS], NotificationKind.SUBMISSION_RETURNED, "收集表被退回：手机 13800000008 重复")
    send_later()
    assert "13800000008" not in outbox_of.outbox[0].body
    assert "被退回" in outbox_of.outbox[0].body


def test_queueing_twice_makes_no_second_mail(message):
    mail.queue([message])
    assert MailDelivery.objects.count() == 1


@pytest.mark.parametrize(
    ("now", "out"),
    [
        (at(10), at(10, 1)),
        (at(20, 58), at(20, 59)),
        (at(20, 59), at(8, day=19)),
        (at(23, 30), at(8, day=19)),
        (at(3), at(8)),
        (at(7, 59), at(8)),
        (at(8), at(8, 1)),
    ],
)
def test_nothing_goes_out_in_the_quiet_hours(world, now, out):
    with clock.frozen(now):
        message = ledger.notify(world[CLASS], NotificationKind.REMINDED, "请尽快填报")
    assert message.deliveries.get().not_before == out


def test_quiet_hours_within_a_day(settings):
    settings.QUIET_FROM, settings.QUIET_UNTIL = "12:00", "14:00"
    assert mail.after_quiet(at(13)) == at(14)
    assert mail.after_quiet(at(22)) == at(22, 1)


def test_a_withdrawn_message_takes_its_mail_along(message):
    Notification.objects.filter(pk=message.pk).delete()
    assert send_later() == 0
    assert outbox_of.outbox == []


def test_an_address_that_is_refused_is_not_tried_again_and_not_named(message, settings, caplog):
    backend(settings, RefusingBackend)
    send_later()
    delivery = MailDelivery.objects.get()
    assert (delivery.state, delivery.error) == (DeliveryState.FAILED, "SMTPRecipientsRefused")
    assert "zhang@" not in caplog.text


@pytest.mark.parametrize("kind", sorted(MAILED_KINDS))
def test_every_kind_that_is_mailed_has_its_words(world, kind):
    assert get_template(f"email/{kind}.txt")
    ledger.notify(world[CLASS], kind, "请办理", link="/there/1/")
    assert send_later() == 1
    assert "/there/1/" in outbox_of.outbox[0].body


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}, None])
def test_who_has_left_or_is_switched_off_gets_no_mail_any_more(message, cast, change):
    if change:
        User.objects.filter(pk=cast["secretary"].pk).update(**change)
    else:
        Appointment.objects.filter(user=cast["secretary"]).update(ends_on=at(0, day=17).date())
    assert send_later() == 0
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.error) == (DeliveryState.FAILED, "NoLongerTheirs")
    assert outbox_of.outbox == []


def test_a_mail_that_cannot_be_sent_holds_nobody_elses_up(message, world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.filter(username="secretary").update(email="zhang@example.org\nBcc: other@example.org")
    other = ledger.notify(world["hnu-law"], NotificationKind.REMINDED, "请尽快审核")
    assert send_later() == 1
    assert other.deliveries.get().state == DeliveryState.SENT
    assert message.deliveries.get().state == DeliveryState.FAILED


def test_a_server_out_of_reach_costs_one_row_a_try_and_it_is_tried_again(message, world, settings):
    other = ledger.notify(world["hnu-law"], NotificationKind.REMINDED, "请尽快审核")
    backend(settings, SilentBackend)
    send_later()
    first, second = message.deliveries.get(), other.deliveries.get()
    assert (first.state, first.attempts, first.error) == (DeliveryState.WAITING, 1, "SMTPServerDisconnected")
    assert second.attempts == 0
    backend(settings, EmailBackend)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_later(timedelta(hours=1)) == 2


def test_after_the_last_try_it_counts_as_not_delivered(message, settings):
    backend(settings, SilentBackend)
    for day in range(1, 7):
        send_later(timedelta(days=day))
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, len(mail.AGAIN_AFTER) + 1)


def test_a_worker_killed_before_noting_it_costs_one_mail_too_many_at_most(message):
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        delivery = mail._claimed(message.deliveries.get().pk)
        mail.message_of(delivery).send()  # and here it is killed
        assert mail.send_due() == 0, "claimed: no second worker sends it meanwhile"
    assert send_later(timedelta(minutes=15)) == 1
    assert send_later(timedelta(minutes=30)) == 0
    assert len(outbox_of.outbox) == 2


def test_two_workers_claim_a_row_once(world, cast):
    with clock.frozen(at(10)):
        User.objects.filter(username="secretary").update(email="zhang@example.org")
        message = ledger.notify(world[CLASS], NotificationKind.REMINDED, "请尽快填报")
    with clock.frozen(at(10, 5)):
        pk = message.deliveries.get().pk
        taken = [mail._claimed(pk) is not None for _worker in range(2)]
    assert taken == [True, False]


def test_the_beat_task_sends(message):
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        send_mails()
    assert len(outbox_of.outbox) == 1
