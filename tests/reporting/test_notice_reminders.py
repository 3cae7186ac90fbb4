"""Notices once they are out: the message, reminders with the caps of every other, who has not signed as a file, pinned at home."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from orgs.choices import MAILED_KINDS, NotificationKind
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification, OrgUnit
from orgs.operations import ledger
from reporting.models import Notice
from reporting.operations import notice_recipients, notice_reminders, reminding
from tests.reporting.notice_steps import act, drafted, published
from tests.world import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(sign_in, cast):
    """Of the province, to its universities and counties; Hainan University has signed."""
    found = published(sign_in("province"), kinds=["university", "county"])
    notice_recipients.sign(found.pk, by=cast["university"])
    return found


def reminders():
    return Notification.objects.filter(kind=NotificationKind.REMINDED).select_related("unit")


def url(notice, name="list-notice-recipients") -> str:
    return reverse(f"reporting:{name}", args=[notice.pk])


def push(client, notice, **data):
    return client.post(url(notice, "remind-notice-recipients"), data, follow=True)


def test_every_recipient_finds_a_message_that_leads_to_the_notice(notice, sign_in, world):
    told = Notification.objects.filter(kind=NotificationKind.NOTICE_PUBLISHED)
    assert set(told.values_list("unit__code", flat=True)) == {"hnu", "qzu", "qh", "wn"}
    message = told.get(unit=world["qzu"])
    assert message.text == "共青团海南省委发布通知《关于做好自查的通知》，请阅读并签收。"
    assert message.created_at == clock.now()
    assert message.read_at is None
    client = sign_in("outsider")
    assert notice.title in client.post(reverse("orgs:open-message", args=[message.pk]), follow=True).text
    assert notice.title in client.get(reverse("orgs:list-messages")).text


def test_messages_in_one_statement_are_not_for_what_is_mailed(world):
    with pytest.raises(ValueError, match="mail"):
        ledger.notify_units(OrgUnit.objects.all(), next(iter(MAILED_KINDS)), "请办理")


def test_who_has_not_signed_is_told_once_a_day(notice, sign_in):
    client = sign_in("province")
    assert "已提醒 3 个团组织" in push(client, notice).text
    assert {each.unit.code for each in reminders()} == {"qzu", "qh", "wn"}
    assert "另有 3 个今天已提醒过" in push(client, notice).text
    assert reminders().count() == 3
    page = client.get(url(notice)).context["list"]
    assert {line.row.unit.code for line in page.lines if line.reminded_at} == {"qzu", "qh", "wn"}
    assert AuditEntry.objects.filter(verb="notice.reminded").count() == 2


def test_one_unit_alone_is_reminded_and_who_has_signed_is_not(notice, sign_in, world):
    client = sign_in("province")
    push(client, notice, only=world["qzu"].pk)
    push(client, notice, only=world["hnu"].pk)
    push(client, notice, only=world["hnu-law"].pk)
    assert [each.unit.code for each in reminders()] == ["qzu"]


def test_other_reminders_of_the_week_count_into_the_cap(notice, sign_in, world, settings):
    settings.REMINDERS_PER_WEEK = 1
    facts = {"kind": NotificationKind.REMINDED, "text": "请填报", "link": "/x/", "created_at": clock.now()}
    Notification.objects.create(unit=world["qzu"], **facts)
    assert "1 个本周已提醒 1 次" in push(sign_in("province"), notice, only=world["qzu"].pk).text


def test_a_whole_province_is_reminded_in_parts_with_few_parameters(notice, cast, monkeypatch):
    monkeypatch.setattr(notice_reminders, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(reminding, "MOST_NAMED", 1)
    first = notice_reminders.remind(notice.pk, by=cast["province"])
    assert (first.sent, first.left, first.already) == (2, 1, 0)
    second = notice_reminders.remind(notice.pk, by=cast["province"])
    assert (second.sent, second.left, second.already) == (1, 0, 2)


def test_nobody_is_reminded_of_what_asks_for_nothing(sign_in, world):
    client = sign_in("province")
    unsigned = published(client, must_sign="")
    withdrawn = published(client)
    act(client, "withdraw", withdrawn, reason="有误")
    for each in (unsigned, withdrawn):
        assert "不用提醒" in push(client, each).text
        assert "提醒全部未签收单位" not in client.get(url(each)).text
    assert not reminders().exists()
    assert push(sign_in("university"), withdrawn).status_code == 404
    draft = drafted(client)
    assert push(client, draft).status_code == 404


def test_who_has_not_signed_is_a_file(notice, sign_in):
    client = sign_in("province")
    answer = client.get(url(notice), {"export": "csv", "state": "waiting"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.startswith(notice.title)
    assert text.count("未签收") == 3
    assert "海南大学" not in text
    everyone = b"".join(client.get(url(notice), {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert "海南大学团委,共青团海南省委,hnu,已签收,2026-11-18 10:00,校**" in everyone
    assert AuditEntry.objects.filter(verb="list.exported").count() == 2


def test_pinned_notices_stand_on_the_home_page_in_their_window(sign_in, world):
    client = sign_in("province")
    pinned = published(client, title="置顶的通知", pinned_on="2026-11-20", kinds=["university"])
    published(client, title="没有置顶的通知")
    reader = sign_in("university")
    card = reader.get("/").context["pinned"]
    assert [(each.notice.pk, each.waits_for_me) for each in card] == [(pinned.pk, True)]
    assert "置顶通知" in reader.get("/").text
    assert "置顶的通知" in client.get("/").text
    assert not sign_in("city").get("/").context["pinned"]
    assert not sign_in("college").get("/").context["pinned"]
    act(reader, "sign", pinned)
    assert not reader.get("/").context["pinned"][0].waits_for_me
    with clock.frozen(TODAY + timedelta(days=3)):
        assert not sign_in("university").get("/").context["pinned"]
    act(client, "withdraw", pinned, reason="有误")
    assert not reader.get("/").context["pinned"]


def test_words_are_looked_for_in_text_and_issuer_too(sign_in):
    published(sign_in("province"), title="关于自查", text="请核对底数。")
    client = sign_in("university")

    def found(words: str) -> bool:
        return (
            "关于自查"
            in client.get(reverse("reporting:list-notices"), {"q": words}).text.split("<main", 1)[1]
        )

    assert found("底数")
    assert found("海南省委 自查")
    assert not found("底数 没有")


def test_the_home_page_says_what_is_late_to_both_sides(sign_in):
    published(sign_in("province"), sign_on="2026-11-20", kinds=["university"])
    late = "发布的通知已过签收截止"
    assert late not in sign_in("province").get("/").text
    assert "已过签收截止1份" not in sign_in("university").get("/").text
    with clock.frozen(TODAY + timedelta(days=3)):
        assert late in sign_in("province").get("/").text
        assert "已过签收截止1份" in sign_in("university").get("/").text
        for key in ("university", "outsider"):
            sign_in(key).post(url(Notice.objects.get(), "sign-notice"))
        assert late not in sign_in("province").get("/").text
