"""Accept some rows, return others cell by cell: what is locked, what comes back, what the next review shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.choices import StepKind, SubmissionStatus
from accounts.exceptions import AccountsError
from accounts.field_lists import RowInput
from accounts.models import Account, CellReturn, Expected, ReviewStep, Submission
from accounts.operations import collection, form_rows, review
from accounts.operations.review import CellRemark
from orgs.kernel import clock
from orgs.models import AuditEntry, MailDelivery, Notification, User
from tests.accounts.forms import fresh, launch, row, submitted

CLASS, N_ROWS = "hnu-law-1201", 30
PAGE = reverse("accounts:list-review")
ONE_CELL = (CellRemark(3, "contacts", "请核对"),)


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def rows_for(unit, n: int = N_ROWS) -> list[RowInput]:
    return [row(unit, at + 1, contacts=20 + at) for at in range(n)]


def hand_in(round, unit, rows, *, by) -> Submission:
    known = Submission.objects.filter(round=round, unit=unit).first()
    version = known.version if known else 0
    collection.submit(round, unit, rows, version=version, idempotency_key=f"k{version}", by=by)
    return Submission.objects.get(round=round, unit=unit)


@pytest.fixture
def form(round, world, cast):
    return hand_in(round, world[CLASS], rows_for(world[CLASS]), by=cast["secretary"])


def partly(form, by, *, cells=ONE_CELL, accepted=None) -> Submission:
    marked = {cell.position for cell in cells}
    rest = [at for at in range(form.rows.count()) if at not in marked] if accepted is None else accepted
    return review.return_submission(form.pk, version=fresh(form).version, by=by, cells=cells, accepted=rest)


def accepted_positions(form) -> list[int]:
    return list(form.rows.filter(accepted_at__isnull=False).values_list("position", flat=True))


def test_27_rows_are_accepted_and_3_cells_go_back_each_with_its_reason(form, cast, sign_in):
    data = {"version": form.version, "accept_rest": "1", "cells": [], "next": "", "show": ""}
    for at, code, why in (
        (2, "contacts", "人数请核对"),
        (7, "admin_qq", "QQ号不对"),
        (11, "account_nickname", "请写全称"),
    ):
        data["cells"].append(f"{at}:{code}")
        data[f"why-{at}:{code}"] = why
    answer = sign_in("college").post(reverse("accounts:return-form", args=[form.pk]), data)
    assert answer.status_code == 302
    assert len(accepted_positions(form)) == 27
    assert set(CellReturn.objects.values_list("position", "field", "remark")) == {
        (2, "contacts", "人数请核对"),
        (7, "admin_qq", "QQ号不对"),
        (11, "account_nickname", "请写全称"),
    }
    assert fresh(form).status == SubmissionStatus.RETURNED
    assert not Account.objects.exists(), "the registry waits until everything is right"
    line = (
        AuditEntry.objects.for_object("accounts.submission", form.pk).filter(verb="submission.return").get()
    )
    assert (line.detail["cells"], line.detail["accepted"]) == (3, 27)


def test_what_was_accepted_stays_whatever_is_posted(form, round, world, cast):
    partly(form, cast["college"])
    typed = [replace(each, values=each.values | {"contacts": 9}) for each in rows_for(world[CLASS])]
    collection.save_draft(round, world[CLASS], typed, version=fresh(form).version, by=cast["secretary"])
    contacts = [each.values["contacts"] for each in form.rows.all()]
    assert contacts == [20, 21, 22, 9, *range(24, 50)]
    assert len(accepted_positions(form)) == 29


def test_accepted_rows_survive_rows_put_before_taken_away_or_left_out(form, round, world, cast):
    partly(form, cast["college"], cells=(CellRemark(0, "contacts", "？"), CellRemark(3, "contacts", "？")))
    saved = collection.rows_of(fresh(form))
    new = row(world[CLASS], 77, contacts=7)
    typed = [new, *saved[4:20], saved[3]]  # the first row removed, thirteen accepted ones not posted at all
    collection.save_draft(round, world[CLASS], typed, version=fresh(form).version, by=cast["secretary"])
    after = [each.values["account_id"] for each in form.rows.all()]
    assert len(after) == len(set(after)) == 30
    kept = form.rows.filter(accepted_at__isnull=False)
    assert sorted(each.values["contacts"] for each in kept) == [21, 22, *range(24, 50)]
    assert [each.position for each in form.rows.all()] == list(range(30))


def test_a_row_recognised_by_its_account_stays_even_without_the_pages_mark(form, round, world, cast):
    partly(form, cast["college"])
    typed = [replace(each, values=each.values | {"contacts": 1}) for each in reversed(rows_for(world[CLASS]))]
    collection.save_draft(round, world[CLASS], typed, version=fresh(form).version, by=cast["secretary"])
    changed = [each.values["account_id"] for each in form.rows.all() if each.values["contacts"] == 1]
    assert changed == [typed[26].values["account_id"]]
    assert form.rows.count() == 30


def test_an_accepted_id_of_another_form_counts_for_nothing(form, round, world, cast):
    other = hand_in(round, world["hnu-law-1202"], rows_for(world["hnu-law-1202"], 2), by=cast["university"])
    partly(other, cast["college"], cells=(CellRemark(0, "contacts", "？"),))
    stolen = other.rows.get(position=1).pk
    partly(form, cast["college"])
    typed = [replace(row(world[CLASS], 5, contacts=3), accepted_id=stolen)]
    collection.save_draft(round, world[CLASS], typed, version=fresh(form).version, by=cast["secretary"])
    assert form.rows.filter(accepted_at__isnull=True).count() <= 1
    assert other.rows.get(pk=stolen).submission == other


def test_a_further_administrator_is_locked_only_with_its_account(round, world, cast):
    rows = [row(world[CLASS]), replace(row(world[CLASS], 2), values={}, continues=True), row(world[CLASS], 3)]
    form = hand_in(round, world[CLASS], rows, by=cast["secretary"])
    partly(form, cast["college"], cells=(CellRemark(0, "contacts", "？"),))
    assert accepted_positions(form) == [2]


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ({"cells": (CellRemark(3, "contacts", "？"),), "accepted": [3]}, "第 4 行"),
        ({"cells": (CellRemark(3, "nonsense", "？"),)}, "不在表中"),
        ({"cells": (CellRemark(77, "contacts", "？"),)}, "不在表中"),
        ({"remark": "都对", "accepted": range(N_ROWS)}, "各行都标为通过"),
    ],
)
def test_contradictions_are_refused_in_words_and_nothing_moves(form, cast, why, words):
    with pytest.raises(AccountsError, match=words):
        review.return_submission(form.pk, version=form.version, by=cast["college"], **why)
    assert fresh(form).version == form.version
    assert accepted_positions(form) == []


def test_a_refused_return_keeps_what_was_typed(form, sign_in):
    data = {"version": form.version, "cells": ["3:contacts"], "why-3:contacts": "", "accept": ["1", "2"]}
    answer = sign_in("college").post(reverse("accounts:return-form", args=[form.pk]), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请给标出的“联系人数”写明要改什么" in page
    assert 'value="3:contacts" form="decide" checked' in page
    assert 'name="accept" value="2" form="decide" checked' in page
    assert 'name="accept" value="4" form="decide" checked' not in page


def test_the_next_review_folds_what_was_accepted_and_marks_what_was_changed(
    form, round, world, cast, sign_in
):
    cells = (CellRemark(3, "contacts", "请核对"), CellRemark(4, "contacts", "也请核对"))
    partly(form, cast["college"], cells=cells)
    typed = [replace(each) for each in collection.rows_of(fresh(form))]
    typed[3] = replace(typed[3], values=typed[3].values | {"contacts": 12})
    hand_in(round, world[CLASS], typed, by=cast["secretary"])
    page = sign_in("college").get(PAGE, {"id": form.pk}).content.decode()
    assert page.count("accepted-row") == 28
    assert "与上次提交相比改动 1 项" in page
    assert "本次改动，上次填：23" in page
    assert "上次退回要求修改，没有改动：也请核对" in page
    assert "上次退回要求修改的内容中，有 1 项没有改动" in page


def test_a_masked_cell_stays_masked_in_the_comparison(form, round, world, cast, sign_in):
    before = form.rows.get(position=3).personal["admin_mobile"]
    partly(form, cast["college"], cells=(CellRemark(3, "admin_mobile", "号码不对"),))
    typed = collection.rows_of(fresh(form))
    typed[3] = replace(typed[3], personal=typed[3].personal | {"admin_mobile": "13900009999"})
    hand_in(round, world[CLASS], typed, by=cast["secretary"])
    page = sign_in("college").get(PAGE, {"id": form.pk}).content.decode()
    assert "13900009999" not in page
    assert before not in page
    assert f"上次填：{before[:3]}****{before[-4:]}" in page


def test_what_the_attempt_before_said_is_kept_encrypted_and_gone_at_the_end(form, round, world, cast):
    partly(form, cast["college"])
    typed = collection.rows_of(fresh(form))
    typed[3] = replace(typed[3], values=typed[3].values | {"contacts": 12})
    form = hand_in(round, world[CLASS], typed, by=cast["secretary"])
    first = form.rows.first()
    mobile = first.personal["admin_mobile"]
    assert mobile not in str(first.values)
    assert form_rows.previous_of(list(form.rows.all())).rows[3].values["contacts"] == 23
    for key in ("college", "university"):
        review.approve(form.pk, version=fresh(form).version, by=cast[key])
    assert form_rows.previous_of(list(form.rows.all())) is None
    assert accepted_positions(form) == []
    assert Account.objects.filter(unit=world[CLASS]).count() == N_ROWS
    assert "previous" not in form.rows.first().personal


def test_rows_accepted_below_are_new_to_the_desk_above(form, round, world, cast, sign_in):
    partly(form, cast["college"])
    typed = collection.rows_of(fresh(form))
    typed[3] = replace(typed[3], values=typed[3].values | {"contacts": 12})
    hand_in(round, world[CLASS], typed, by=cast["secretary"])
    review.approve(form.pk, version=fresh(form).version, by=cast["college"])
    page = sign_in("university").get(PAGE, {"id": form.pk}).content.decode()
    assert "accepted-row" not in page


def test_a_partial_return_can_be_taken_back_with_its_locks_message_and_mail(form, world, cast):
    User.objects.filter(username="secretary").update(email="zhang@example.org")
    partly(form, cast["college"])
    assert MailDelivery.objects.count() == 1
    review.undo(form.pk, by=cast["college"])
    assert accepted_positions(form) == []
    assert not Notification.objects.filter(unit=world[CLASS]).exists()
    assert not MailDelivery.objects.exists()
    assert fresh(form).status == SubmissionStatus.SUBMITTED


def test_marking_a_cell_of_an_accepted_row_opens_it_again(form, round, world, cast):
    partly(form, cast["college"])
    hand_in(round, world[CLASS], collection.rows_of(fresh(form)), by=cast["secretary"])
    with clock.frozen(clock.now() + timedelta(hours=1)):
        partly(form, cast["college"], cells=(CellRemark(5, "contacts", "看错了"),))
    assert 5 not in accepted_positions(form)
    assert len(accepted_positions(form)) == 29


def test_the_form_shows_accepted_rows_read_only_and_opens_on_the_first_cell(
    form, round, world, cast, sign_in
):
    partly(form, cast["college"], cells=(CellRemark(3, "contacts", "请核对"),))
    expected = Expected.objects.get(round=round, unit=world[CLASS])
    secretary = sign_in("secretary")
    page = secretary.get(reverse("accounts:fill-form", args=[expected.pk])).content.decode()
    assert page.count("这一行已通过审核，不能修改") == 29
    field = page[page.index('name="r3-contacts"') - 200 : page.index('name="r3-contacts"') + 300]
    assert "autofocus" in field
    assert page.count("autofocus") == 1
    assert 'name="r3-accepted"' not in page
    assert 'name="r4-accepted"' in page
    grid = secretary.get(reverse("accounts:fill-grid", args=[expected.pk])).content.decode()
    assert grid.count("-accepted") == 29
    to_fix = f"/collect/{expected.pk}/#id_r3-contacts"
    for address in (reverse("accounts:fill", args=[round.pk]), _link_of_the_task(secretary)):
        assert secretary.get(address).url == to_fix


def _link_of_the_task(secretary) -> str:
    page = secretary.get(reverse("accounts:list-tasks")).content.decode()
    start = page.index("/collect/round/")
    return page[start : page.index('"', start)].replace("&amp;", "&")


def test_posting_the_page_keeps_accepted_rows_even_if_their_fields_are_changed(
    form, round, world, cast, sign_in
):
    partly(form, cast["college"])
    expected = Expected.objects.get(round=round, unit=world[CLASS])
    data = {"version": fresh(form).version, "n_rows": 30, "page": "p", "draft": "1"}
    for at, each in enumerate(form.rows.all()):
        data |= {f"r{at}-{code}": value for code, value in (each.values | each.personal).items()}
        data |= {f"r{at}-contacts": "5", f"r{at}-accepted": each.pk if each.accepted_at else ""}
    assert (
        sign_in("secretary").post(reverse("accounts:fill-form", args=[expected.pk]), data).status_code == 302
    )
    assert [each.values["contacts"] for each in form.rows.all()].count("5") == 1


def test_only_the_step_that_entered_the_registry_is_final(round, world, cast):
    form = submitted(round, world[CLASS], by=cast["secretary"])
    for key in ("college", "university"):
        review.approve(form.pk, version=fresh(form).version, by=cast[key])
    steps = ReviewStep.objects.filter(submission=form, kind=StepKind.APPROVED)
    assert [step.is_final for step in steps] == [False, True]
