"""延期: asked on the phone, decided by a superior; before the deadline it moves it, and late stays late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.exceptions import AccountsError, RoundClosed
from accounts.models import Expected, Extension
from accounts.operations import extensions, rounds
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import Notification
from tests.accounts.factories import launch, submit_for

LIST = reverse("accounts:list-extensions")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def expected(round, world):
    return Expected.objects.select_related("round", "unit").get(round=round, unit=world["hnu-law-1201"])


@pytest.fixture
def asked(expected, cast):
    until = expected.deadline_at + timedelta(days=3)
    return extensions.ask_extension(expected, reason="周五返校核对", until=until, by=cast["secretary"])


def test_granted_before_the_deadline_moves_it_and_tells_the_unit(asked, expected, cast, world):
    decided = extensions.decide_extension(asked, grants=True, remark="请抓紧", by=cast["college"])
    expected.refresh_from_db()
    assert expected.deadline_at == asked.until == decided.until
    assert expected.versions.current().get().deadline_at == asked.until
    message = Notification.objects.get(unit=world["hnu-law-1201"])
    assert "延期申请已同意" in message.text
    assert "请抓紧" in message.text


def test_refused_needs_a_reason_and_leaves_the_deadline(asked, expected, cast):
    with pytest.raises(AccountsError):
        extensions.decide_extension(asked, grants=False, remark=" ", by=cast["college"])
    extensions.decide_extension(asked, grants=False, remark="时间不能再推迟", by=cast["university"])
    before = expected.deadline_at
    expected.refresh_from_db()
    assert expected.deadline_at == before
    assert Extension.objects.get().state == "refused"


@pytest.mark.parametrize("who", ["secretary", "auditor", "outsider", "city", "sysadmin"])
def test_only_a_superior_decides(asked, cast, who):
    with pytest.raises(NotAllowed):
        extensions.decide_extension(asked, grants=True, remark="", by=cast[who])


def test_nobody_decides_on_the_request_of_the_own_unit(round, world, cast):
    own = Expected.objects.select_related("round", "unit").get(round=round, unit=world["hnu-law"])
    until = own.deadline_at + timedelta(days=1)
    asked = extensions.ask_extension(own, reason="人手不足", until=until, by=cast["college"])
    with pytest.raises(NotAllowed):
        extensions.decide_extension(asked, grants=True, remark="", by=cast["college"])
    extensions.decide_extension(asked, grants=True, remark="", by=cast["university"])


def test_second_decision_meets_a_conflict(asked, cast):
    extensions.decide_extension(asked, grants=True, remark="", by=cast["college"])
    with pytest.raises(Conflict):
        extensions.decide_extension(asked, grants=False, remark="不行", by=cast["university"])


def test_after_the_deadline_nothing_is_asked_or_granted_and_late_stays_late(asked, expected, world, cast):
    with clock.frozen(expected.deadline_at):
        with pytest.raises(AccountsError):
            extensions.decide_extension(asked, grants=True, remark="", by=cast["college"])
        form = submit_for(expected.round, world["hnu-law-1201"], cast["secretary"])
        assert form.is_late
        other = Expected.objects.get(round=expected.round, unit=world["hnu-law"])
        with pytest.raises(AccountsError):
            extensions.ask_extension(
                other, reason="晚了", until=clock.now() + timedelta(days=1), by=cast["college"]
            )


def test_handed_in_within_the_extension_is_in_time(asked, expected, world, cast):
    extensions.decide_extension(asked, grants=True, remark="", by=cast["college"])
    with clock.frozen(expected.deadline_at + timedelta(hours=1)):
        assert not submit_for(expected.round, world["hnu-law-1201"], cast["secretary"]).is_late


def test_one_request_at_a_time_and_a_later_date(asked, expected, cast, world):
    with pytest.raises(AccountsError, match="已有一份"):
        extensions.ask_extension(
            expected, reason="再来", until=asked.until + timedelta(days=1), by=cast["secretary"]
        )
    other = Expected.objects.get(round=expected.round, unit=world["hnu-law"])
    with pytest.raises(AccountsError, match="应晚于"):
        extensions.ask_extension(other, reason="早", until=other.deadline_at, by=cast["college"])


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2029-01-01"])
def test_a_day_out_of_reach_is_said_on_the_page(expected, sign_in, day):
    answer = sign_in("secretary").post(
        reverse("accounts:ask-extension", args=[expected.pk]), {"until_on": day, "reason": "外出"}
    )
    assert answer.status_code == 422
    assert "前后两年以内" in answer.content.decode()
    assert not Extension.objects.exists()


def test_no_extension_of_many_years(expected, cast):
    with pytest.raises(AccountsError, match="两年以内"):
        extensions.ask_extension(
            expected, reason="外出", until=clock.now() + timedelta(days=800), by=cast["secretary"]
        )


def test_neither_a_foreign_unit_nor_a_closed_round_asks(expected, cast):
    until = expected.deadline_at + timedelta(days=1)
    with pytest.raises(NotAllowed):
        extensions.ask_extension(expected, reason="别人", until=until, by=cast["outside_secretary"])
    rounds.close_round(expected.round, by=cast["province"])
    with pytest.raises(RoundClosed):
        extensions.ask_extension(expected, reason="晚", until=until, by=cast["secretary"])


def test_from_the_phone_to_the_superior_and_back_by_pages(expected, sign_in):
    secretary, college = sign_in("secretary"), sign_in("college")
    form = reverse("accounts:fill-form", args=[expected.pk])
    page = reverse("accounts:ask-extension", args=[expected.pk])
    assert page in secretary.get(form).content.decode()
    assert secretary.post(page, {"until_on": "", "reason": ""}).status_code == 422
    assert secretary.post(page, {"until_on": "2026-11-30", "reason": "周五返校核对"}).url == form
    assert "等待上级团委答复" in secretary.get(form).content.decode()
    asked = Extension.objects.get()
    assert asked.until == clock.day_end(asked.until.date().replace(day=30))
    assert "延期申请" in college.get(reverse("home")).content.decode()
    assert LIST in college.get(reverse("accounts:chase")).content.decode()
    assert "周五返校核对" in college.get(LIST).content.decode()
    decide = reverse("accounts:decide-extension", args=[asked.pk])
    assert college.post(decide, {"refuse": "1", "remark": ""}).status_code == 422
    assert college.post(decide, {"grant": "1", "remark": ""}).url == LIST
    assert "没有待办理" in college.get(LIST).content.decode()
    assert college.post(decide, {"grant": "1", "remark": ""}).url == LIST, "a second tap only says so"
    assert "已同意延期" in secretary.get(form).content.decode()


def test_list_takes_as_many_statements_with_one_and_with_many(round, world, cast, sign_in):
    client = sign_in("university")
    codes = ["hnu-law", "hnu-law-1201", "hnu-law-1202", "hnu-law-1301", "hnu-tour", "hnu-tour-1201"]
    counts = []
    for code in codes:
        own = Expected.objects.get(round=round, unit=world[code])
        Extension.objects.create(
            expected=own,
            reason="忙",
            until=own.deadline_at + timedelta(days=1),
            requested_by=cast["secretary"],
            requested_at=clock.now(),
            old_deadline_at=own.deadline_at,
        )
        if code in {codes[0], codes[-1]}:
            with CaptureQueriesContext(connection) as captured:
                client.get(LIST)
            counts.append(len(captured))
    assert counts[0] == counts[1]
