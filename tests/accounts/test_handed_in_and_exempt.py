"""A form that is in: nobody grants it more time, nobody exempts it before it was decided or sent back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.exceptions import AccountsError, RoundClosed
from accounts.models import Expected, Extension
from accounts.operations import collection, extensions, review, rounds, standing
from orgs.exceptions import Conflict
from orgs.kernel import clock
from orgs.models import AuditEntry
from orgs.operations import tree
from tests.accounts.forms import fresh, launch, submitted

pytestmark = pytest.mark.django_db

CLASS = "hnu-law-1201"
LIST = reverse("accounts:list-extensions")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def expected(round, world):
    return Expected.objects.select_related("unit").get(round=round, unit=world[CLASS])


@pytest.fixture
def asked(expected, cast):
    until = expected.deadline_at + timedelta(days=2)
    return extensions.ask_extension(expected, reason="在外实习", until=until, by=cast["secretary"])


@pytest.fixture
def form(asked, round, world, cast):
    return submitted(round, world[CLASS], by=cast["secretary"])


def grant(asked, by):
    return extensions.decide_extension(asked, grants=True, remark="", by=by)


def test_no_time_is_granted_to_a_form_that_is_in(asked, form, expected, cast):
    with pytest.raises(AccountsError, match="收集表已提交"):
        grant(asked, cast["college"])
    for key in ("college", "university"):
        review.approve(form.pk, version=fresh(form).version, by=cast[key])
    with pytest.raises(AccountsError, match="收集表已提交"):
        grant(asked, cast["college"])
    before = expected.deadline_at
    expected.refresh_from_db()
    assert expected.deadline_at == before
    assert not AuditEntry.objects.filter(verb="extension.granted").exists()


def test_its_request_rests_and_comes_back_with_the_form(asked, form, cast, sign_in):
    assert not Extension.objects.decidable_by(cast["college"]).waiting().exists()
    assert "没有待办理的延期申请" in sign_in("college").get(LIST).content.decode()
    review.return_submission(form.pk, version=form.version, by=cast["college"], reasons=["nickname"])
    assert "在外实习" in sign_in("college").get(LIST).content.decode()
    grant(asked, cast["college"])
    line = AuditEntry.objects.get(verb="extension.granted")
    assert line.detail["until"] == asked.until.isoformat()


def test_nobody_who_is_exempt_gets_more_time(asked, expected, cast):
    rounds.exempt(expected, reason="毕业班", by=cast["college"])
    with pytest.raises(AccountsError, match="免报"):
        grant(asked, cast["college"])
    until = expected.deadline_at + timedelta(days=5)
    with pytest.raises(AccountsError, match="免报"):
        extensions.ask_extension(expected, reason="再来", until=until, by=cast["secretary"])
    assert not Extension.objects.decidable_by(cast["college"]).waiting().exists()


def test_what_waits_for_review_is_not_exempted_and_the_page_says_what_to_do(form, expected, cast, sign_in):
    page = reverse("accounts:exempt", args=[expected.pk])
    answer = sign_in("college").post(page, {"reason": "毕业班"})
    assert answer.status_code == 422
    assert "请先审核或退回" in answer.content.decode()
    review.return_submission(form.pk, version=form.version, by=cast["college"], reasons=["nickname"])
    assert sign_in("college").post(page, {"reason": "毕业班"}).status_code == 302
    expected.refresh_from_db()
    assert expected.exempt_reason == "毕业班"


def test_what_is_approved_is_never_exempted(form, expected, cast):
    for key in ("college", "university"):
        review.approve(form.pk, version=fresh(form).version, by=cast[key])
    with pytest.raises(AccountsError, match="已通过审核"):
        rounds.exempt(expected, reason="毕业班", by=cast["university"])
    assert expected.versions.current().get().is_due


def test_a_return_is_not_taken_back_once_the_unit_is_exempt(form, expected, cast):
    review.return_submission(form.pk, version=form.version, by=cast["college"], reasons=["nickname"])
    rounds.exempt(expected, reason="毕业班", by=cast["college"])
    with pytest.raises(Conflict, match="已免报"):
        review.undo(form.pk, by=cast["college"])
    assert fresh(form).status == "returned"


def test_a_decision_on_a_request_keeps_its_words_in_the_ledger(asked, cast):
    extensions.decide_extension(asked, grants=False, remark="请按时完成", by=cast["college"])
    assert AuditEntry.objects.get(verb="extension.refused").reason == "请按时完成"


def test_neither_a_closed_unit_nor_the_launching_one_is_added_to_a_round(round, world, cast):
    Expected.objects.filter(round=round, unit=world["hnu-law-1202"]).delete()
    tree.close_units([world["hnu-law-1202"]], reason="毕业", by=None)
    for code in ("hnu-law-1202", "hi"):
        with pytest.raises(AccountsError, match="不能列入应填"):
            rounds.expect(round, world[code], by=cast["province"])
    rounds.close_round(round, by=cast["province"])
    with pytest.raises(RoundClosed):
        rounds.expect(round, world["hnu-law-1202"], by=cast["province"])


def test_a_closed_unit_hands_in_nothing_and_starts_no_change(round, world, cast):
    unit, by = world[CLASS], cast["secretary"]
    draft = submitted(round, unit, by=by)
    review.return_submission(draft.pk, version=draft.version, by=cast["college"], reasons=["nickname"])
    change = standing.open_standing(world["hi"], field_list=round.field_list, by=cast["province"])
    tree.close_units([unit], reason="毕业", by=None)
    with pytest.raises(AccountsError, match="已撤销"):
        collection.submit(round, unit, version=fresh(draft).version, idempotency_key="again", by=by)
    with pytest.raises(AccountsError, match="已撤销"):
        standing.start_change(change, world[CLASS], by=by)


def test_the_form_of_a_closed_unit_is_sent_back_and_exempted(form, expected, world, cast):
    review.approve(form.pk, version=form.version, by=cast["college"])
    tree.close_units([world[CLASS]], reason="毕业", by=None)
    with pytest.raises(AccountsError, match="已撤销，收集表不能再登记入库。请退回，再办理免报"):
        review.approve(form.pk, version=fresh(form).version, by=cast["university"])
    review.return_submission(
        form.pk, version=fresh(form).version, by=cast["university"], remark="团支部已撤销"
    )
    rounds.exempt(expected, reason="毕业", by=cast["university"])
    assert not Expected.objects.due().filter(pk=expected.pk).exists()
    assert clock.now() < expected.deadline_at
