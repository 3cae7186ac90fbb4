"""小投票: one answer a unit, on the days it is open, results when it is over. 风采展示: submitted, picked, shown to all below."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment
from reporting.exceptions import ReportingError
from reporting.models import Poll, PollAnswer, Showpiece
from reporting.operations import polls, showpieces
from reporting.operations.passages import Passage
from reporting.operations.polls import Question

pytestmark = pytest.mark.django_db
CHOICES = ("周五下午", "周六上午")
PIECE = Passage("微团课", "每周一讲，班级轮流。", "https://example.org/a")


def asked(options=CHOICES, *, days=3, starts=0, text="例会何时开"):
    today = clock.today()
    return Question(text, options, today + timedelta(days=starts), today + timedelta(days=days))


@pytest.fixture
def poll(world, cast):
    return polls.publish(world["hnu"], asked(), by=cast["university"])


def later(days):
    return clock.frozen(clock.now() + timedelta(days=days))


# --- 小投票 ---------------------------------------------------------------------------------------------
def test_a_poll_from_the_page_to_the_database(world, sign_in):
    today = clock.today()
    form = {
        "question": "例会何时开",
        "options": "周五下午\r\n\r\n周六上午",
        "starts_on": today,
        "ends_on": today,
    }
    answer = sign_in("university").post(reverse("reporting:new-poll"), form)
    poll = Poll.objects.get()
    assert answer.url == reverse("reporting:show-poll", args=[poll.pk])
    assert (poll.unit.code, poll.options) == ("hnu", list(CHOICES))
    client = sign_in("secretary")
    page = client.get(answer.url).text
    assert "投票结束后公布" in page
    url = reverse("reporting:answer-poll", args=[poll.pk])
    for option in (2, 2, 1):
        client.post(url, {"option": option, "unit": world.ids["hnu-law-1201"]})
    assert list(PollAnswer.objects.values_list("unit__code", "option")) == [("hnu-law-1201", 2)]
    assert "本单位选择" in client.get(answer.url).text
    assert "1 个团组织已投票" in sign_in("university").get(answer.url).text
    with later(1):
        assert "1 个团组织已投票" in sign_in("secretary").get(answer.url).text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (lambda: asked(("一个",)), "2到8个"),
        (lambda: asked(("同", "同")), "不同的选项"),
        (lambda: asked(tuple("一二三四五六七八九")), "2到8个"),
        (lambda: asked(days=-1), "截止日期"),
        (lambda: asked(starts=4, days=3), "截止日期"),
        (lambda: asked(days=200), "最长92天"),
        (lambda: asked(text=" "), "请填写问题"),
        (lambda: asked(("找13800000123", "不找")), "个人信息"),
    ],
)
def test_what_cannot_be_asked_is_refused(world, cast, question, told):
    with pytest.raises(ReportingError, match=told):
        polls.publish(world["hnu"], question(), by=cast["university"])


def test_who_may_ask_and_answer(world, cast, poll):
    with pytest.raises(NotAllowed):
        polls.publish(world["hnu-law"], asked(), by=cast["university"])
    with pytest.raises(Poll.DoesNotExist):
        polls.answer(poll.pk, world.ids["qzu"], 1, by=cast["outsider"])
    with pytest.raises(NotAllowed):
        polls.answer(poll.pk, world.ids["hnu-law-1202"], 1, by=cast["secretary"])
    with pytest.raises(IllegalMove):
        polls.answer(poll.pk, world.ids["hnu"], 1, by=cast["university"])
    Appointment.objects.filter(user=cast["secretary"]).update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(Poll.DoesNotExist):
        polls.answer(poll.pk, world.ids["hnu-law-1201"], 1, by=cast["secretary"])


@pytest.mark.parametrize(
    ("starts", "moved", "is_open"), [(0, 0, True), (1, 0, False), (0, 3, True), (0, 4, False)]
)
def test_it_is_open_on_its_days_to_the_last_midnight(world, cast, starts, moved, is_open):
    poll = polls.publish(world["hnu"], asked(starts=starts), by=cast["university"])
    with later(moved):
        if is_open:
            assert polls.answer(poll.pk, world.ids["hnu-law-1201"], 1, by=cast["secretary"]).option == 1
        else:
            with pytest.raises(IllegalMove, match="不在投票时间"):
                polls.answer(poll.pk, world.ids["hnu-law-1201"], 1, by=cast["secretary"])


@pytest.mark.parametrize("option", [0, 3, -1])
def test_an_option_that_is_none_is_refused(world, cast, poll, option):
    with pytest.raises(ReportingError, match="请选择"):
        polls.answer(poll.pk, world.ids["hnu-law-1201"], option, by=cast["secretary"])


def test_sent_twice_it_is_one_and_withdrawn_it_is_gone_below(world, cast, poll, sign_in):
    assert polls.publish(world["hnu"], asked(), by=cast["university"]).pk == poll.pk
    url = reverse("reporting:withdraw-poll", args=[poll.pk])
    assert sign_in("college").post(url).status_code == 404
    assert sign_in("university").post(url).status_code == 302
    assert sign_in("secretary").get(reverse("reporting:show-poll", args=[poll.pk])).status_code == 404
    with pytest.raises(IllegalMove):
        polls.withdraw(poll.pk, by=cast["university"])


def test_the_database_keeps_one_answer_a_unit(world, cast, poll):
    polls.answer(poll.pk, world.ids["hnu-law-1201"], 1, by=cast["secretary"])
    facts = {"option": 2, "answered_at": clock.now(), "answered_by": cast["secretary"]}
    with pytest.raises(IntegrityError), transaction.atomic():
        PollAnswer.objects.create(poll=poll, unit=world["hnu-law-1201"], **facts)
    connection.check_constraints()


# --- 风采展示 --------------------------------------------------------------------------------------------
def reads(sign_in, key, piece):
    return sign_in(key).get(reverse("reporting:show-showpiece", args=[piece.pk])).status_code == 200


def test_a_piece_is_picked_and_shown_to_everybody_below(world, cast, sign_in):
    sign_in("secretary").post(
        reverse("reporting:new-showpiece"), {"title": PIECE.title, "text": PIECE.text, "link": PIECE.link}
    )
    piece = Showpiece.objects.get()
    assert [reads(sign_in, key, piece) for key in ("secretary", "college", "outsider", "city")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert sign_in("university").post(reverse("reporting:pick-showpiece", args=[piece.pk])).status_code == 302
    assert "微团课" in sign_in("secretary").get(reverse("reporting:list-showpieces")).text
    assert not reads(sign_in, "outsider", piece)
    showpieces.pick(piece.pk, by=cast["province"])
    assert [reads(sign_in, key, piece) for key in ("outsider", "city", "villager")] == [True] * 3
    with pytest.raises(IllegalMove, match="已经展示"):
        showpieces.pick(piece.pk, by=cast["university"])


def test_nobody_picks_the_own_one_and_outsiders_find_none(world, cast):
    piece = showpieces.submit(world["hnu"], PIECE, by=cast["university"])
    with pytest.raises(NotAllowed):
        showpieces.pick(piece.pk, by=cast["university"])
    with pytest.raises(Showpiece.DoesNotExist):
        showpieces.pick(piece.pk, by=cast["outsider"])
    with pytest.raises(NotAllowed):
        showpieces.submit(world["hnu-law-1201"], PIECE, by=cast["university"])
    assert showpieces.submit(world["hnu"], PIECE, by=cast["university"]).pk == piece.pk


def test_it_is_withdrawn_by_its_unit_or_who_shows_it(world, cast):
    piece = showpieces.submit(world["hnu"], PIECE, by=cast["university"])
    showpieces.pick(piece.pk, by=cast["province"])
    for key in ("schools", "college"):
        with pytest.raises(NotAllowed):
            showpieces.withdraw(piece.pk, by=cast[key])
    showpieces.withdraw(piece.pk, by=cast["province"])
    for act in (showpieces.withdraw, showpieces.pick):
        with pytest.raises((IllegalMove, NotAllowed, Showpiece.DoesNotExist)):
            act(piece.pk, by=cast["province"])
    assert list(Showpiece.objects.readable_by(cast["college"])) == []
