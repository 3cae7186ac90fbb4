"""活动登记: registered, corrected, deleted, listed, counted per unit; never a person's number, never twice (WB-3.3, MS-2.3)."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from orgs.exceptions import Conflict, NotAllowed
from orgs.models import AuditEntry
from reporting.exceptions import ReportingError
from reporting.models import Outreach
from reporting.operations import outreach
from reporting.operations.outreach import Facts

pytestmark = pytest.mark.django_db
URL = "/outreach/"
DAY = date(2026, 11, 16)


def given(**changes) -> dict[str, object]:
    """What the form sends."""
    return {"kind": "poll", "title": "最想读的一本书", "starts_on": "2026-11-16", "version": 0} | changes


def held(unit, by, **changes) -> Outreach:
    facts = {"kind": "poll", "title": "最想读的一本书", "starts_on": DAY} | changes
    return outreach.register(unit, Facts(**facts), by=by)


def test_registered_with_link_participants_and_result(world, sign_in):
    more = {
        "link": "https://weibo.com/poll/1",
        "participants": "128",
        "result": "多数选择经典",
        "ends_on": "2026-11-17",
    }
    answer = sign_in("secretary").post(f"{URL}new/", given(**more), follow=True)
    assert "已登记。" in answer.text
    made = Outreach.objects.get()
    assert (made.unit.code, made.kind, made.participants, made.link) == (
        "hnu-law-1201", "poll", 128, "https://weibo.com/poll/1",
    )  # fmt: skip
    assert AuditEntry.objects.filter(verb="outreach.recorded", unit=made.unit).exists()


def test_unknown_participants_are_not_zero(sign_in):
    client = sign_in("secretary")
    client.post(f"{URL}new/", given())
    assert Outreach.objects.get().participants is None
    text = client.get(URL).text
    assert 'data-label="参与人数">—</td>' in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "请填写名称。"),
        ({"starts_on": "16日"}, "请按“年-月-日”填写"),
        ({"starts_on": "2031-01-01"}, "开始日期不对"),
        ({"ends_on": "2026-11-01"}, "结束日期早于开始日期"),
        ({"participants": "很多"}, "不是整数，请填写数字。"),
        ({"link": "javascript:alert(1)"}, "链接不完整"),
        ({"result": "联系13800000001"}, "不要写手机号"),
        ({"kind": "concert"}, "类别"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(sign_in, wrong, said):
    answer = sign_in("secretary").post(f"{URL}new/", given(**wrong))
    assert answer.status_code == 422
    assert said in answer.text
    if "title" not in wrong:
        assert 'value="最想读的一本书"' in answer.text
    assert not Outreach.objects.exists()


def test_sent_twice_it_is_registered_once(sign_in):
    client = sign_in("secretary")
    client.post(f"{URL}new/", given())
    assert "不用重复登记" in client.post(f"{URL}new/", given()).text
    assert Outreach.objects.count() == 1


def test_who_saves_second_sees_the_other_text_and_decides(world, cast, sign_in):
    made = held(world["hnu"], cast["university"])
    url = reverse("reporting:edit-outreach", args=[made.pk])
    client = sign_in("university")
    assert client.post(url, given(version=1, participants="5")).status_code == 302
    answer = client.post(url, given(version=1, participants="7"))
    assert answer.status_code == 409
    assert 'value="7"' in answer.text
    with pytest.raises(Conflict):
        outreach.change(made.pk, Facts("poll", "又一个", DAY), version=1, by=cast["university"])
    assert client.post(url, given(version=2, participants="7")).status_code == 302
    made.refresh_from_db()
    assert made.participants == 7


def test_the_list_by_kind_words_unit_and_as_a_file(world, cast, sign_in):
    held(world["hnu"], cast["university"])
    held(world["hnu-law"], cast["college"], kind="event", title="秋季健步走", participants=60)
    held(world["qzu"], cast["outsider"])
    client = sign_in("university")

    def titles(**params) -> list[str]:
        return [each.title for each in client.get(URL, params).context["page"]]

    assert sorted(titles()) == sorted(["最想读的一本书", "秋季健步走"])
    assert titles(kind="event") == titles(q="健步") == titles(unit=world.ids["hnu-law"]) == ["秋季健步走"]
    assert titles(box="own") == ["最想读的一本书"]
    assert client.get(URL, {"unit": world.ids["qzu"]}).status_code == 404
    text = client.get(URL, {"export": "csv", "kind": "event"}).getvalue().decode("utf-8-sig")
    _head, row = csv.reader(io.StringIO(text))
    assert row[:4] == ["微活动", "秋季健步走", "法学院团委", "2026-11-16"]
    assert row[6] == "60"


def test_counted_per_unit_with_everything_below_it(world, cast, sign_in):
    held(world["hnu"], cast["university"])
    held(world["hnu-law"], cast["college"], kind="event", participants=60)
    held(world["hnu-law-1201"], cast["secretary"], kind="event")
    held(world["hnu"], cast["university"], starts_on=date(2025, 11, 1))
    found = {each.unit.code: each for each in sign_in("university").get(f"{URL}counts/").context["lines"]}
    assert (found["hnu"].n, found["hnu"].participants) == (1, None)
    assert (found["hnu-law"].n_by_kind, found["hnu-law"].participants) == ([0, 0, 0, 0, 2], 60)
    assert found["hnu-tour"].n == 0
    province = {each.unit.code: each.n for each in sign_in("province").get(f"{URL}counts/").context["lines"]}
    assert province["hnu"] == 3


def test_only_those_who_act_for_the_unit_write_there(world, cast, sign_in):
    made = held(world["hnu-law"], cast["college"])
    with pytest.raises(NotAllowed):
        held(world["hnu-law"], cast["outsider"])
    assert sign_in("auditor").get(reverse("reporting:show-outreach", args=[made.pk])).status_code == 200
    assert sign_in("auditor").post(reverse("reporting:discard-outreach", args=[made.pk])).status_code == 403
    assert sign_in("outsider").post(reverse("reporting:discard-outreach", args=[made.pk])).status_code == 404
    sign_in("college").post(reverse("reporting:discard-outreach", args=[made.pk]))
    assert not Outreach.objects.exists()
    assert AuditEntry.objects.filter(verb="outreach.discarded").count() == 1


def test_only_a_topic_is_expected_below(world, cast):
    with pytest.raises(ReportingError):
        held(world["hnu"], cast["university"], is_expected_below=True)
    with pytest.raises(NotAllowed):
        held(world["hnu-law-1201"], cast["secretary"], kind="topic", is_expected_below=True)
