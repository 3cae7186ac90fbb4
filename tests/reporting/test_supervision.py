"""督导台账: opened by a superior, answered by the unit, sent back, done or withdrawn; who may, and what is kept (SUP-2.1.2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.choices import GroupKind
from accounts.operations.registry import open_group
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification
from orgs.operations.tree import close_units
from reporting.choices import DUTY_MOVES, DutyState
from reporting.exceptions import ReportingError
from reporting.models import Duty, SpotCheck
from reporting.operations import supervision
from reporting.operations.inspection import record_check
from tests.world import TODAY

pytestmark = pytest.mark.django_db

DUE = date(2026, 11, 25)
LATE = TODAY + timedelta(days=8)
REASON = "连续三周没有报送周报"


@pytest.fixture
def opened(world, cast):
    def _open(code: str = "hnu", by: str = "province", **facts) -> Duty:
        given = {"kind": "explain", "reason": REASON, "due_on": DUE, "clause": "SUP-4.4.3"} | facts
        return supervision.open_duty(world[code], supervision.Opening(**given), by=cast[by])

    return _open


def act(client, name: str, duty: Duty, **data):
    duty.refresh_from_db()
    given = {"version": duty.version} | data
    return client.post(reverse(f"reporting:{name}", args=[duty.pk]), given, follow=True)


def page(client, duty) -> str:
    return client.get(reverse("reporting:show-duty", args=[duty.pk])).text


def home(client) -> str:
    return client.get("/").text


def messages_to(unit) -> list[str]:
    return list(Notification.objects.filter(unit=unit).order_by("pk").values_list("text", flat=True))


def test_the_province_asks_and_the_unit_is_told(sign_in, world):
    client = sign_in("province")
    given = {"unit": world["hnu"].pk, "kind": "explain", "reason": f" {REASON} ", "clause": "SUP-4.4.3"}
    answer = client.post(reverse("reporting:new-duty"), given | {"due_on": "2026-11-25"}, follow=True)
    assert "已提出督导事项" in answer.text
    duty = Duty.objects.get()
    assert (duty.unit, duty.made_by_unit, duty.reason) == (world["hnu"], world["hi"], REASON)
    [text] = messages_to(world["hnu"])
    assert "书面说明" in text
    assert "2026-11-25" in text
    assert AuditEntry.objects.get(verb="duty.made").unit == world["hnu"]
    assert REASON in page(sign_in("university"), duty)


def test_a_duty_runs_from_the_demand_to_its_end(opened, sign_in, world):
    duty, unit, superior = opened(), sign_in("university"), sign_in("province")
    assert "上级提出的督导事项" in home(unit)
    assert "已答复，并通知提出单位" in act(unit, "answer-duty", duty, answer="第一行\n第二行").text
    assert "上级提出的督导事项" not in home(unit)
    assert "督导事项已答复，待办结" in home(superior)
    assert "已退回" in act(superior, "send-back-duty", duty, remark="原因没有写清", due_on="2026-12-01").text
    duty.refresh_from_db()
    assert (duty.state, duty.due_on, duty.answer) == ("open", date(2026, 12, 1), "第一行\n第二行")
    assert "原因没有写清" in page(unit, duty)
    act(unit, "answer-duty", duty, answer="管理员住院，已安排临时代理")
    assert "已办结" in act(superior, "close-duty", duty, outcome="情况属实").text
    duty.refresh_from_db()
    assert (duty.state, duty.outcome, duty.closed_by.username) == ("done", "情况属实", "province")
    verbs = ["duty.made", "duty.answered", "duty.returned", "duty.answered", "duty.done"]
    rows = AuditEntry.objects.filter(object_type="reporting.duty").order_by("pk")
    assert list(rows.values_list("verb", flat=True)) == verbs
    assert "情况属实" in messages_to(world["hnu"])[-1]


def test_an_explanation_is_not_done_before_it_has_come(opened, sign_in):
    duty, superior = opened(), sign_in("province")
    assert "还没有答复" in act(superior, "close-duty", duty, outcome="算了").text
    assert "已撤回" in act(superior, "withdraw-duty", duty, reason="情况已经说明").text
    duty.refresh_from_db()
    assert duty.state == DutyState.WITHDRAWN


def test_a_talk_is_done_with_the_day_it_was_held(opened, sign_in):
    duty, superior = opened(kind="talk", clause="SUP-2.1.2"), sign_in("province")
    assert "日期" in act(superior, "close-duty", duty, outcome="已约谈").text
    for day in ("2026-11-19", "2025-01-01"):
        assert "不晚于今天" in act(superior, "close-duty", duty, outcome="已约谈", held_on=day).text
    act(superior, "close-duty", duty, outcome="已约谈，限一周改进", held_on="2026-11-17")
    duty.refresh_from_db()
    assert (duty.state, duty.held_on) == ("done", date(2026, 11, 17))


@pytest.mark.parametrize(
    ("key", "code", "is_allowed"),
    [
        ("city", "qh-hs-jl", True),
        ("city", "qh", False),
        ("city", "wn", False),
        ("university", "hnu-law", True),
        ("college", "hnu-law-1201", False),
        ("auditor", "qh", False),
        ("schools", "hnu", True),
        ("schools", "qh", False),
        ("secretary", "hnu-law-1201", False),
    ],
)
def test_only_a_superior_with_that_right_asks(opened, key, code, is_allowed):
    if is_allowed:
        assert opened(code, key).pk
        return
    with pytest.raises(NotAllowed):
        opened(code, key)


def test_the_unit_alone_answers_and_a_superior_alone_closes(opened, sign_in):
    duty = opened("hnu-law", "university")
    for key in ("university", "province"):
        assert act(sign_in(key), "answer-duty", duty, answer="代答").status_code == 403
    for name in ("send-back-duty", "close-duty", "withdraw-duty", "record-visit"):
        assert act(sign_in("college"), name, duty).status_code == 403
        assert act(sign_in("outsider"), name, duty).status_code == 404
    assert act(sign_in("college"), "answer-duty", duty, answer="本院已改").status_code == 200
    duty.refresh_from_db()
    assert duty.state == DutyState.ANSWERED


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"reason": " "}, "请填写事由"),
        ({"reason": "请问 13912345678"}, "个人信息"),
        ({"due_on": date(2026, 11, 17)}, "办理期限"),
        ({"due_on": date(2027, 12, 1)}, "办理期限"),
        ({"kind": "shout"}, "请从列表中选择"),
        ({"clause": "SUP-9"}, "请从列表中选择"),
    ],
)
def test_what_cannot_be_kept_is_refused(opened, facts, words):
    with pytest.raises(ReportingError, match=words):
        opened(**facts)
    assert not Duty.objects.exists()


def test_nothing_is_asked_of_a_unit_that_was_closed(opened, world):
    close_units([world["hnu-tour-1201"]], reason="合并", by=None)
    with pytest.raises(ReportingError, match="已撤销或合并"):
        opened("hnu-tour-1201")


def test_the_same_is_asked_once_while_it_waits(opened, cast):
    duty = opened()
    with pytest.raises(ReportingError, match="正在办理"):
        opened()
    supervision.withdraw(duty.pk, "重提", version=1, by=cast["province"])
    assert opened().pk != duty.pk


def test_who_comes_second_is_told_and_loses_nothing(opened, sign_in, cast):
    duty = opened()
    supervision.answer(duty.pk, "先说的", version=1, by=cast["university"])
    with pytest.raises(IllegalMove):
        supervision.answer(duty.pk, "后说的", version=1, by=cast["university"])
    with pytest.raises(Conflict):
        supervision.close(duty.pk, "好", held_on=None, version=1, by=cast["province"])
    client, url = sign_in("province"), reverse("reporting:send-back-duty", args=[duty.pk])
    answer = client.post(url, {"version": 1, "remark": "请补充数字"})
    assert answer.status_code == 422
    assert "已被他人办理" in answer.text
    assert "请补充数字" in answer.text
    assert client.post(url, {"version": 2, "remark": "请补充数字"}).status_code == 302


@pytest.mark.parametrize("state", [DutyState.DONE, DutyState.WITHDRAWN])
def test_what_is_over_moves_no_more(opened, cast, state):
    duty = opened(kind="rectify")
    Duty.objects.update(state=state)
    assert not DUTY_MOVES[state]
    for step in (
        lambda: supervision.answer(duty.pk, "说明", version=1, by=cast["university"]),
        lambda: supervision.withdraw(duty.pk, "撤", version=1, by=cast["province"]),
        lambda: supervision.close(duty.pk, "好", held_on=None, version=1, by=cast["province"]),
    ):
        with pytest.raises(IllegalMove):
            step()


def poor_check(unit, cast) -> SpotCheck:
    group = open_group(unit, kind=GroupKind.BRANCH, name="微信群", by=None)
    return record_check(group, draw="一", counted_on=date(2026, 11, 17), posts=1, by=cast["province"])


def test_a_poor_check_leads_to_the_form_and_stays_tied_to_the_duty(sign_in, world, cast, opened):
    check, other = poor_check(world["hnu-law"], cast), poor_check(world["qh"], cast)
    client, unit = sign_in("university"), world["hnu-law"]
    link = f"{reverse('reporting:new-duty')}?unit={unit.pk}&check={check.pk}"
    assert (
        link.replace("&", "&amp;") in client.get(reverse("reporting:list-unit-checks", args=[unit.pk])).text
    )
    form = client.get(link).text
    assert "2026-11-17抽查为“差”（1条）" in form
    assert f'value="{check.pk}"' in form
    duty = opened("hnu-law", "university", kind="talk", check_id=check.pk)
    assert "差（1 条）" in page(client, duty)
    with pytest.raises(ReportingError, match="没有找到这次抽查"):
        opened("hnu-law", "university", reason="另一件", check_id=other.pk)
    assert "抽查为" not in client.get(f"{reverse('reporting:new-duty')}?check={other.pk}").text


def test_the_home_page_says_what_is_late_to_both_sides(opened, sign_in):
    opened()
    with clock.frozen(LATE):
        assert "已逾期1个" in home(sign_in("university"))
        assert "提出的督导事项逾期未答复" in home(sign_in("province"))
        assert "督导事项" not in home(sign_in("outsider")).split("<main", 1)[1]
