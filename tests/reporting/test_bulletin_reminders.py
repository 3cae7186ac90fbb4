"""提醒签收: units that have not signed are reminded from the list of recipients, with the caps of every other reminder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as real_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.choices import NotificationKind
from orgs.kernel import clock
from orgs.models import AuditEntry, MailDelivery, Notification, OrgUnit, User
from orgs.operations import mail
from reporting.models import BulletinRecipient
from reporting.operations import bulletin_recipients
from tests.reporting.bulletin_steps import published, two_weeks

pytestmark = pytest.mark.django_db


@pytest.fixture
def bulletin(sign_in, world, cast):
    """Of the province, to its four direct units; the university has signed."""
    two_weeks(world)
    found = published(sign_in("province"), world)
    bulletin_recipients.sign(found.pk, by=cast["university"])
    return found


def reminders():
    return Notification.objects.filter(kind=NotificationKind.REMINDED).select_related("unit")


def push(client, bulletin, **data):
    return client.post(reverse("reporting:remind-bulletin-recipients", args=[bulletin.pk]), data, follow=True)


def listed(client, bulletin):
    return client.get(reverse("reporting:list-bulletin-recipients", args=[bulletin.pk]))


def test_who_has_not_signed_is_told_once_a_day_by_message_and_mail(sign_in, world, cast, bulletin):
    User.objects.filter(username="outsider").update(email="wu@example.org")
    client = sign_in("province")
    waiting = set(bulletin.recipients.waiting().values_list("unit_id", flat=True))
    answer = push(client, bulletin)
    assert f"已提醒 {len(waiting)} 个团组织" in answer.text
    assert {each.unit_id for each in reminders()} == waiting
    assert world.ids["hnu"] not in waiting
    assert bulletin.title in reminders()[0].text
    assert MailDelivery.objects.get(notification__kind=NotificationKind.REMINDED).user == cast["outsider"]
    assert f"另有 {len(waiting)} 个今天已提醒过" in push(client, bulletin).text
    assert reminders().count() == len(waiting)
    line = next(each for each in answer.context["list"].lines if each.row.unit_id in waiting)
    assert line.reminded_at is not None
    assert AuditEntry.objects.filter(verb="bulletin.reminded").count() == 2


def test_the_message_leads_to_the_bulletin_and_its_signature(sign_in, world, bulletin):
    push(sign_in("province"), bulletin, only=world["qzu"].pk)
    [message] = reminders()
    assert message.unit.code == "qzu"
    page = sign_in("outsider").get(message.link, follow=True)
    assert bulletin.title in page.text
    assert "签收" in page.text


def test_reminders_of_forms_and_reports_count_into_the_cap(sign_in, world, settings, bulletin):
    settings.REMINDERS_PER_WEEK = 1
    Notification.objects.create(
        unit=world["qzu"], kind=NotificationKind.REMINDED, text="请填报", link="/x/", created_at=clock.now()
    )
    answer = push(sign_in("province"), bulletin, only=world["qzu"].pk)
    assert "1 个本周已提醒 1 次" in answer.text
    assert reminders().count() == 1


def test_at_night_the_mail_waits_until_the_quiet_hours_are_over(sign_in, world, bulletin):
    User.objects.filter(username="outsider").update(email="wu@example.org")
    with clock.frozen(clock.day_start(clock.today()) + timedelta(hours=23, minutes=30)):
        push(sign_in("province"), bulletin, only=world["qzu"].pk)
        delivery = MailDelivery.objects.get(notification__kind=NotificationKind.REMINDED)
        assert delivery.not_before == mail.after_quiet(clock.now()) > clock.now()
    assert real_settings.QUIET_FROM


def test_a_unit_that_was_closed_since_and_one_that_has_signed_are_left_alone(sign_in, world, bulletin):
    OrgUnit.objects.filter(code="qzu").update(is_open=False, closed_on=clock.today())
    client = sign_in("province")
    for code in ("qzu", "hnu"):
        assert "没有" in push(client, bulletin, only=world.ids[code]).text or not reminders().exists()
    lines = {each.row.unit.code: each for each in listed(client, bulletin).context["list"].lines}
    assert not lines["qzu"].may_remind
    assert not lines["hnu"].may_remind
    assert lines["qh"].may_remind
    assert not reminders().exists()


def test_only_who_writes_for_the_unit_reminds(sign_in, world, bulletin):
    assert push(sign_in("university"), bulletin).status_code == 404
    assert push(sign_in("secretary"), bulletin).status_code == 404
    assert not reminders().exists()


def test_a_bulletin_that_was_corrected_is_not_reminded_of_any_more(sign_in, world, bulletin):
    client = sign_in("province")
    correction = published_correction(client, bulletin)
    assert "已经更正" in push(client, bulletin).text
    assert not listed(client, bulletin).context["list"].may_remind
    assert listed(client, correction).context["list"].may_remind
    assert not reminders().exists()


def published_correction(client, bulletin):
    answer = client.post(
        reverse("reporting:correct-bulletin", args=[bulletin.pk]), {"reason": "数字有误"}, follow=True
    )
    pk = int(answer.redirect_chain[-1][0].strip("/").split("/")[1])
    draft = type(bulletin).objects.get(pk=pk)
    page = client.post(
        reverse("reporting:publish-bulletin", args=[pk]), {"version": draft.version}, follow=True
    )
    assert "已发布" in page.text
    draft.refresh_from_db()
    return draft


def test_everybody_has_signed_and_there_is_nothing_to_push(sign_in, world, bulletin, cast):
    for row in BulletinRecipient.objects.waiting().filter(bulletin=bulletin):
        BulletinRecipient.objects.filter(pk=row.pk).update(received_at=clock.now(), received_by=cast["city"])
    page = listed(sign_in("province"), bulletin)
    assert "提醒全部未签收单位" not in page.text


def test_the_list_takes_as_many_statements_for_any_number_of_units(sign_in, world, bulletin):
    client = sign_in("province")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert listed(client, bulletin).status_code == 200
        return len(captured)

    few = statements()
    for unit in OrgUnit.objects.filter(code__startswith="hnu-law"):
        BulletinRecipient.objects.create(bulletin=bulletin, unit=unit, sent_at=clock.now())
    assert statements() == few <= 15
