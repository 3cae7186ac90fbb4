"""报送: sent up by a unit, adopted or read with a remark, quoted in a bulletin, counted per unit (WB-3.3)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.models import AuditEntry, Notification
from reporting.choices import CONTRIBUTION_MOVES, ContributionState
from reporting.exceptions import ReportingError
from reporting.models import Contribution
from reporting.operations import contributions
from reporting.operations.passages import Passage

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("reporting:list-contributions"), reverse("reporting:new-contribution")
UNITS = reverse("reporting:list-contributing-units")


@pytest.fixture
def sent(world, cast):
    def _send(code: str = "hnu", by: str = "university", to: str = "hi", title: str = "微信群里的招聘会"):
        return contributions.send(world[code], world[to], Passage(title, "共有三百人参加。"), by=cast[by])

    return _send


def act(client, step: str, contribution, **data):
    return client.post(reverse(f"reporting:{step}-contribution", args=[contribution.pk]), data, follow=True)


def listed(client, **given) -> set[str]:
    return {line.contribution.title for line in client.get(LIST, given).context["lines"]}


def messages_to(unit) -> list[str]:
    return list(Notification.objects.filter(unit=unit).order_by("pk").values_list("text", flat=True))


def test_a_unit_sends_up_and_hears_what_came_of_it(sign_in, world):
    client, superior = sign_in("university"), sign_in("province")
    given = {"to": world["hi"].pk, "title": "招聘会", "text": "共有三百人参加。", "link": ""}
    assert "已报送。" in client.post(NEW, given, follow=True).text
    made = Contribution.objects.get()
    assert "海南大学团委报送《招聘会》" in messages_to(world["hi"])[0]
    assert "收到的报送待办理" in superior.get("/").text
    assert "已采用，并通知报送单位" in act(superior, "adopt", made, remark="数据翔实").text
    assert "收到的报送待办理" not in superior.get("/").text
    [text] = messages_to(world["hnu"])
    assert "已采用" in text
    assert "数据翔实" in text
    assert "数据翔实" in client.get(reverse("reporting:show-contribution", args=[made.pk])).text
    assert AuditEntry.objects.get(verb="contribution.adopted").by.username == "province"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("hnu-law-1201", ["hnu-law", "hi"]),
        ("hnu-law", ["hnu", "hi"]),
        ("hnu", ["hi"]),
        ("hi", ["cn"]),
        ("cn", []),
    ],
)
def test_it_goes_to_the_superior_or_to_the_province(world, code, expected):
    assert [each.code for each in contributions.addressees(world[code])] == expected


def test_nobody_sends_for_another_unit_or_to_another(sent):
    with pytest.raises(NotAllowed):
        sent("hnu-law", "university")
    for to in ("qh", "hnu-law", "cn"):
        with pytest.raises(ReportingError, match="只能报送给上级"):
            sent(to=to)
    sent()
    with pytest.raises(ReportingError, match="已经报送"):
        sent()


def test_who_has_nobody_above_is_told_so(sign_in):
    assert "没有上级团组织" in sign_in("national").get(NEW).text


def test_it_is_read_by_the_sender_and_by_everybody_above(sent, sign_in):
    made = sent("hnu-law-1201", "secretary", "hnu-law")
    url = reverse("reporting:show-contribution", args=[made.pk])
    readers = {
        "secretary": 200,
        "college": 200,
        "university": 200,
        "schools": 200,
        "outsider": 404,
        "city": 404,
    }
    for key, status in readers.items():
        assert sign_in(key).get(url).status_code == status, key
        assert (made.title in listed(sign_in(key))) is (status == 200), key


def test_only_whom_it_was_sent_to_decides(sent, sign_in):
    made = sent("hnu-law-1201", "secretary", "hnu-law")
    for key in ("university", "province", "secretary", "outsider"):
        assert act(sign_in(key), "adopt", made).status_code == 404, key
    assert act(sign_in("college"), "note", made, remark="请补充人数").status_code == 200
    made.refresh_from_db()
    assert (made.state, made.remark) == ("noted", "请补充人数")


def test_a_department_decides_about_its_own_lines_only(sent, sign_in):
    ours, theirs = sent(), sent("qh", "city")
    client = sign_in("schools")
    assert listed(client, box="received") == {ours.title}
    assert act(client, "adopt", theirs).status_code == 404
    assert act(client, "adopt", ours).status_code == 200


def test_what_was_read_may_be_adopted_later_and_what_is_adopted_stays(sent, cast):
    made = sent()
    contributions.note(made.pk, remark="", by=cast["province"])
    contributions.adopt(made.pk, remark="", by=cast["province"])
    assert not CONTRIBUTION_MOVES[ContributionState.ADOPTED]
    for step in (contributions.adopt, contributions.note):
        with pytest.raises(IllegalMove):
            step(made.pk, remark="", by=cast["province"])


def test_a_remark_holds_no_number_of_a_person(sent, sign_in):
    made = sent()
    answer = act(sign_in("province"), "adopt", made, remark="请联系 13800000123")
    assert answer.status_code == 422
    assert "个人信息" in answer.text
    made.refresh_from_db()
    assert made.state == "sent"


def test_a_title_holds_no_number_of_a_person(sent):
    with pytest.raises(ReportingError, match="标题中不要写手机号"):
        sent(title="请联系 13812345678 报名")
    assert not Notification.objects.exists()


def test_boxes_states_and_words_narrow_the_list(sent, cast, sign_in):
    sent()
    sent("qh", "city", title="村里的微信群")
    mine = sent("hi", "province", "cn", "全省情况")
    contributions.note(mine.pk, remark="", by=cast["national"])
    client = sign_in("province")
    assert listed(client) == {"微信群里的招聘会", "村里的微信群", "全省情况"}
    assert listed(client, box="received") == {"微信群里的招聘会", "村里的微信群"}
    assert listed(client, box="sent") == {"全省情况"}
    assert listed(client, state="noted") == {"全省情况"}
    assert listed(client, q="琼海") == {"村里的微信群"}
    text = b"".join(client.get(LIST, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert text.count("\r\n") == 4
    assert sign_in("secretary").get(LIST, {"export": "csv"}).status_code == 403


def test_they_are_counted_per_direct_unit_with_what_lies_below(sent, cast, sign_in, world):
    contributions.adopt(sent().pk, remark="", by=cast["province"])
    sent("hnu-law", "college", "hi", "院里的")
    sent("hnu-law", "college", "hnu", "不是给省里的")
    client = sign_in("province")
    found = {line.unit.code: line for line in client.get(UNITS).context["list"].lines}
    line = found["hnu"]
    assert (line.n_sent, line.n_adopted, line.n_noted, line.n_waiting) == (2, 1, 0, 1)
    assert found["qh"].n_sent == 0
    assert {each.n_sent for each in client.get(UNITS, {"year": "2025"}).context["list"].lines} == {0}
    text = b"".join(client.get(UNITS, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert "海南大学团委,2,1,0,1" in text
    schools = {line.unit.code for line in sign_in("schools").get(UNITS).context["list"].lines}
    assert schools == {"hnu", "qzu"}
    assert client.get(UNITS, {"unit": world["hnu"].pk}).context["list"].unit == world["hnu"]


@pytest.mark.parametrize("change", ["title = 'x'", "text = 'x'", "unit_id = 1", "addressed_to_id = 1"])
def test_its_words_are_final(sent, change):
    pk = sent().pk
    with (
        pytest.raises(IntegrityError, match="immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE reporting_contribution SET {change} WHERE id = {pk}")
