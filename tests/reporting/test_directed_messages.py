"""定向消息: between a unit and one above or below it, about something both may open; one answer (WB-3.3, MS-2.3)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.choices import GroupKind
from accounts.operations.registry import open_account, open_group
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification, OrgUnit, User
from orgs.operations.tree import close_units, move_unit
from reporting import about
from reporting.exceptions import ReportingError
from reporting.models import DirectedMessage, WeeklyReport
from reporting.operations import messages
from reporting.operations.inspection import record_check
from tests.reporting.bulletin_steps import published as published_bulletin
from tests.reporting.bulletin_steps import two_weeks
from tests.reporting.notice_steps import published as published_notice

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("reporting:list-directed"), reverse("reporting:new-directed")
TEXT = "请核对联系人数，\n本周内更正。"


@pytest.fixture
def sent(world, cast):
    def _send(code="hi", to="hnu", by="province", subject="hnu", text=TEXT) -> DirectedMessage:
        found = about.find("unit", world[subject].pk, cast[by])
        return messages.send(world[code], world[to], found, text, by=cast[by])

    return _send


def show(client, message):
    return client.get(reverse("reporting:show-directed", args=[message.pk]))


def answer(client, message, text="已更正"):
    url = reverse("reporting:answer-directed", args=[message.pk])
    return client.post(url, {"answer": text}, follow=True)


def listed(client, box="") -> list[str]:
    return [line.message.text for line in client.get(LIST, {"box": box}).context["lines"]]


def test_nobody_writes_to_a_unit_that_is_closed(sent, world, cast):
    close_units([world["hnu-law-1202"]], reason="毕业", by=cast["university"])
    with pytest.raises(ReportingError, match="已撤销"):
        sent("hnu", "hnu-law-1202", "university", "hnu-law-1202")
    assert not DirectedMessage.objects.exists()


def names(client, **given) -> list[str]:
    form = client.get(NEW, given).context["form"]
    return [name for _pk, name in form.fields["to"].choices] if "to" in form.fields else []


def test_a_superior_writes_and_the_unit_reads_and_answers_once(sign_in, world):
    client, unit = sign_in("province"), sign_in("university")
    given = {"about": "unit", "id": world["hnu"].pk, "to": world["hnu"].pk, "text": TEXT}
    assert "已发送。" in client.post(NEW, given, follow=True).text
    message = DirectedMessage.objects.get()
    assert "共青团海南省委发来消息，关于团组织" in Notification.objects.get(unit=world["hnu"]).text
    assert "1 条未读" in unit.get(reverse("orgs:list-messages")).text
    assert "有定向消息未读" in unit.get("/").text
    assert "未读" in show(client, message).text
    message.refresh_from_db()
    assert message.read_at is None  # the sender has looked, not the unit
    assert "海南大学团委</a>" in show(unit, message).text
    message.refresh_from_db()
    assert message.read_at == clock.now()
    assert not unit.get(reverse("orgs:list-messages")).context["n_directed"]
    assert "已回复。" in answer(unit, message).text
    assert "已更正" in show(client, message).text
    assert "回复了关于团组织的消息" in Notification.objects.get(unit=world["hi"]).text
    verbs = AuditEntry.objects.filter(object_type="reporting.directedmessage").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "directed_message.sent",
        "directed_message.answered",
    ]


def test_a_second_answer_and_one_by_somebody_else_are_refused(sent, cast, sign_in):
    message = sent()
    assert answer(sign_in("college"), message).status_code == 404
    assert answer(sign_in("province"), message).status_code == 403
    assert "请填写回复" in answer(sign_in("university"), message, " ").text
    answer(sign_in("university"), message)
    with pytest.raises(IllegalMove, match="已经回复"):
        messages.answer(message.pk, "再说一句", by=cast["university"])


def test_nobody_but_the_two_units_reads_it(sent, sign_in):
    message = sent("hnu", "hnu-law", "university", "hnu-law")
    for key, status in {
        "university": 200, "college": 200, "province": 404, "secretary": 404, "outsider": 404, "auditor": 404,
    }.items():  # fmt: skip
        assert show(sign_in(key), message).status_code == status, key
        assert (TEXT in listed(sign_in(key))) is (status == 200), key


def test_a_department_reads_what_concerns_its_lines(sent, sign_in):
    ours, theirs = sent(), sent("qh", "hi", "city", "qh")
    client = sign_in("schools")
    assert show(client, ours).status_code == 200
    assert show(client, theirs).status_code == 404
    assert len(listed(client)) == 1


@pytest.mark.parametrize(
    ("code", "to", "by", "subject"),
    [("hnu", "hi", "university", "hnu"), ("hnu-law-1201", "hnu-law", "secretary", "hnu-law-1201")],
)
def test_below_writes_to_above(sent, code, to, by, subject):
    assert sent(code, to, by, subject).to_unit.code == to


@pytest.mark.parametrize(
    ("code", "to", "by", "subject", "error"),
    [
        ("hnu", "qzu", "university", "hnu", ReportingError),
        ("hnu", "hnu", "university", "hnu", ReportingError),
        ("hnu-law", "hi", "university", "hnu-law", NotAllowed),
        ("qh", "hi", "auditor", "qh", NotAllowed),
        ("hi", "hnu", "province", "qh", ReportingError),
        ("hnu", "hnu-law", "university", "hnu-tour", ReportingError),
    ],
)
def test_beside_in_anothers_name_or_about_what_the_other_does_not_see(sent, code, to, by, subject, error):
    with pytest.raises(error):
        sent(code, to, by, subject)


def test_the_form_offers_those_on_the_way_to_the_object_and_those_above(sign_in, world):
    university, college = world["hnu"].name, world["hnu-law"].name
    branch, province = world["hnu-law-1201"].name, world["hi"].name
    on_the_way = [branch, college, university, "团中央"]
    assert names(sign_in("province"), about="unit", id=world["hnu-law-1201"].pk) == on_the_way
    assert names(sign_in("university"), about="unit", id=world["hnu-law"].pk) == [college, province]
    assert names(sign_in("secretary"), about="unit", id=world["hnu-law-1201"].pk) == [
        college,
        university,
        province,
    ]
    page = sign_in("province").get(NEW)
    assert "请先选择消息关于什么" in page.text


def test_another_unit_below_is_picked_and_a_foreign_one_does_not_exist(sign_in, world):
    notice = published_notice(sign_in("province"), kinds=["university", "county"])
    client = sign_in("province")
    given = {"about": "notice", "id": notice.pk, "text": TEXT}
    assert "请选择收件单位" in client.post(NEW, given).text
    assert client.post(NEW, given | {"below": world["qh"].pk}).status_code == 302
    assert DirectedMessage.objects.get().to_unit == world["qh"]
    assert client.post(NEW, given | {"below": world["aq"].pk}).status_code == 404
    # A college has not received it.
    assert "对方看不到" in client.post(NEW, given | {"below": world["hnu-law"].pk}).text
    for wrong in (
        {"about": "nothing", "id": 1},
        {"about": "unit", "id": world["aq"].pk},
        {"about": "unit", "id": 10**17},
    ):
        assert client.get(NEW, wrong).status_code == 404
    assert sign_in("auditor").get(NEW, {"about": "unit", "id": world["qh"].pk}).status_code == 403


def test_every_kind_of_object_has_a_link_that_opens(sign_in, world, cast):
    unit, client = world["hnu"], sign_in("province")
    account = open_account(unit, platform="wechat_personal", identifier="wx_hnu", by=None)
    group = open_group(unit, kind=GroupKind.BRANCH, name="微信群", by=None)
    check = record_check(group, draw="一", counted_on=date(2026, 11, 17), posts=1, by=cast["province"])
    two_weeks(world)
    report, _made = WeeklyReport.objects.get_or_create(unit=unit, year=2026, number=46)
    bulletin, notice = published_bulletin(client, world), published_notice(client)
    known = {
        "unit": unit, "account": account, "group": group, "check": check, "report": report,
        "bulletin": bulletin, "notice": notice,
    }  # fmt: skip
    assert set(known) == set(about.KINDS) - {"requirement"}
    for type_, row in known.items():
        for key in ("province", "university"):
            found = about.find(type_, row.pk, cast[key])
            assert found is not None, type_
            assert sign_in(key).get(found.url).status_code == 200, type_
        assert about.is_known_to(unit, type_, row.pk), type_
        assert about.is_known_to(world["hi"], type_, row.pk), type_
        assert about.find(type_, row.pk, cast["nobody"]) is None, type_
        is_for_everybody = type_ in {"bulletin", "notice"}
        assert (about.find(type_, row.pk, cast["outsider"]) is not None) is is_for_everybody, type_
        link = f"{NEW}?about={type_}&amp;id={row.pk}"
        assert link in client.get(about.find(type_, row.pk, cast["province"]).url).text, type_


def test_what_the_reader_may_no_longer_open_has_no_link(sent, sign_in):
    message = sent("hnu-law-1201", "hnu-law", "secretary", "hnu-law-1201")
    assert "法学2012级1班团支部</a>" in show(sign_in("college"), message).text
    target, by = OrgUnit.objects.get(code="hnu-tour"), User.objects.get(username="university")
    move_unit(message.from_unit, target, reason="转入", by=by)
    page = show(sign_in("college"), message).text
    assert "不在你的查看范围内" in page
    assert "法学2012级1班团支部</a>" not in page


@pytest.mark.parametrize("text", ["", "x" * 501, "请加微信 13912345678"])
def test_what_cannot_be_kept_is_refused_and_not_lost(sign_in, world, text):
    given = {"about": "unit", "id": world["hnu"].pk, "to": world["hnu"].pk, "text": text}
    page = sign_in("province").post(NEW, given)
    assert page.status_code == 422
    assert text[:20] in page.text
    assert not DirectedMessage.objects.exists()


def test_boxes_and_the_file(sent, sign_in):
    sent(text="发给大学")
    sent("hnu", "hi", "university", "hnu", "大学来信")
    client = sign_in("province")
    assert set(listed(client)) == {"发给大学", "大学来信"}
    assert listed(client, "received") == ["大学来信"] == listed(client, "unread")
    assert listed(client, "sent") == ["发给大学"]
    text = b"".join(client.get(LIST, {"export": "csv", "box": "sent"}).streaming_content).decode("utf-8-sig")
    assert "共青团海南省委,海南大学团委,团组织,发给大学" in text
    assert sign_in("secretary").get(LIST, {"export": "csv"}).status_code == 403


@pytest.mark.parametrize("change", ["text = 'x'", "about_id = 1", "to_unit_id = 1"])
def test_its_words_are_final(sent, change):
    pk = sent().pk
    with (
        pytest.raises(IntegrityError, match="immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE reporting_directedmessage SET {change} WHERE id = {pk}")
