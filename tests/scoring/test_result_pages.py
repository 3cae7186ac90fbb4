"""The page of a result, through HTTP: forms for who may use them now, what was typed stays, foreign sheets don't exist."""

from __future__ import annotations

import pytest
from django.urls import reverse

from scoring import todo
from scoring.choices import ObjectionState
from scoring.models import Decision, Score, Sheet, SheetObjection
from scoring.operations import corrections, finalising
from tests.scoring.result_steps import after_window, fresh, made_final, objected, scored_round, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, sheets, week, cast):
    return scored_round(world, sheets, cast, less={"qh": {"3.1": "0.2"}})


@pytest.fixture
def notified(round, sheets, cast):
    told(round, cast)
    return fresh(sheets["qh"])


def address(name, *args):
    return reverse(f"scoring:{name}", args=args)


def shown(client, sheet):
    return client.get(address("show-result", sheet.pk)).content.decode()


def forms_for(sign_in, who, sheet):
    """Which steps the page offers the person."""
    page = shown(sign_in(who), sheet)
    steps = ("notify-sheet", "propose-sheet", "confirm-sheet", "withdraw-proposal", "raise-objection",
             "record-decision", "correct-sheet", "attach-scan")  # fmt: skip
    return {name for name in steps if f'action="{address(name, sheet.pk)}"' in page}


def test_each_person_sees_the_steps_that_are_theirs_now(round, sheets, cast, sign_in):
    sheet = fresh(sheets["qh"])
    assert forms_for(sign_in, "province", sheet) == {
        "notify-sheet", "propose-sheet", "record-decision", "attach-scan",
    }  # fmt: skip
    assert forms_for(sign_in, "auditor", sheet) == {"propose-sheet"}
    assert forms_for(sign_in, "city", sheet) == {"attach-scan"}
    told(round, cast)
    assert forms_for(sign_in, "city", sheet) == {"raise-objection", "attach-scan"}
    with after_window():
        assert forms_for(sign_in, "city", sheet) == {"attach-scan"}
        sheet = fresh(sheet)
        finalising.propose(sheet, version=sheet.version, by=cast["auditor"])
        assert forms_for(sign_in, "auditor", sheet) == {"withdraw-proposal"}
        assert forms_for(sign_in, "province", sheet) == {"confirm-sheet", "withdraw-proposal", "attach-scan"}
        finalising.confirm(fresh(sheet), version=fresh(sheet).version, by=cast["province"])
        assert forms_for(sign_in, "province", sheet) == {"correct-sheet", "attach-scan"}
        assert forms_for(sign_in, "auditor", sheet) == set()


def test_an_objection_goes_from_the_unit_to_the_answer_to_the_corrected_score(notified, sign_in):
    city, province = sign_in("city"), sign_in("province")
    data = {"objection-criterion": "3.1", "objection-text": ""}
    answer = city.post(address("raise-objection", notified.pk), data)
    assert (answer.status_code, "请填写异议内容" in answer.content.decode()) == (422, True)
    data["objection-text"] = "群管理员已按要求配备"
    page = city.post(address("raise-objection", notified.pk), data, follow=True).content.decode()
    assert "异议已提出" in page
    pk = SheetObjection.objects.get().pk
    answer = province.post(
        address("answer-objection", notified.pk, pk), {f"answer-{pk}-text": "同意" * 3}, follow=True
    )
    page = answer.content.decode()
    assert (answer.status_code, "请选择异议是否成立" in page, "同意同意同意" in page) == (422, True, True)
    data = {f"answer-{pk}-verdict": ObjectionState.UPHELD, f"answer-{pk}-text": "同意更正"}
    province.post(address("answer-objection", notified.pk, pk), data)
    data = {f"revise-{pk}-criterion": "3.1", f"revise-{pk}-points": "0.55", "version": notified.version}
    answer = province.post(address("revise-score", notified.pk, pk), data)
    assert (answer.status_code, "步长 0.1" in answer.content.decode()) == (422, True)
    data[f"revise-{pk}-points"] = "0.5"
    province.post(address("revise-score", notified.pk, pk), data)
    assert str(Score.objects.get(sheet=notified, criterion__code="3.1").assessed_points) == "0.50"
    assert "同意更正" in shown(city, notified)


def test_a_decision_with_an_error_keeps_what_was_typed(notified, sign_in):
    data = {"decision-grade": "good", "decision-record_number": "团琼党组纪9号", "decision-held_on": "明天"}
    data |= {"decision-reason": "因救灾", "version": notified.version}
    client = sign_in("province")
    page = client.post(address("record-decision", notified.pk), data)
    assert (page.status_code, "团琼党组纪9号" in page.content.decode()) == (422, True)
    assert not Decision.objects.exists()
    data["decision-held_on"] = "2026-11-10"
    page = client.post(address("record-decision", notified.pk), data, follow=True).content.decode()
    assert "党组会 团琼党组纪9号（2026-11-10）" in page


def test_both_revisions_are_readable_and_say_which_stands(notified, cast, sign_in):
    with after_window():
        old = made_final(notified, cast, "auditor")
        client = sign_in("province")
        page = client.post(address("correct-sheet", old.pk), {"correction-reason": " "})
        assert (page.status_code, "请填写更正理由" in page.content.decode()) == (422, True)
        page = client.post(address("correct-sheet", old.pk), {"correction-reason": "核实"}, follow=True)
        new = Sheet.objects.get(corrects=old)
        assert page.redirect_chain[-1][0] == address("show-sheet", new.pk)
        assert "正在更正（第 2 次修订）" in shown(client, old)
        assert "定稿前，原来的一版仍然有效" in shown(client, new)
        Sheet.objects.filter(pk=new.pk).update(state="final")
        for name in ("show-result", "show-sheet"):
            text = client.get(address(name, old.pk)).content.decode()
            assert "这一版已被第 2 次修订代替" in text
        lines = client.get(address("list-sheets")).context["lines"]
        assert [each.line.sheet.pk for each in lines if each.line.sheet.unit.code == "qh"] == [new.pk]


@pytest.mark.parametrize("who", ["outsider", "university", "nobody", "secretary"])
def test_a_foreign_result_does_not_exist(notified, cast, sign_in, who):
    pk = objected(notified, cast).pk
    client = sign_in(who)
    assert client.get(address("show-result", notified.pk)).status_code == 404
    for name, args in (
        ("notify-sheet", ()), ("raise-objection", ()), ("answer-objection", (pk,)), ("revise-score", (pk,)),
        ("record-decision", ()), ("correct-sheet", ()), ("attach-scan", ()), ("confirm-sheet", ()),
    ):  # fmt: skip
        assert client.post(address(name, notified.pk, *args)).status_code == 404


def test_an_objection_of_another_sheet_is_not_found(notified, sheets, cast, sign_in):
    pk = objected(notified, cast).pk
    client = sign_in("province")
    assert client.post(address("answer-objection", sheets["wn"].pk, pk)).status_code == 404


def test_home_says_what_is_to_be_done_about_results(notified, cast):
    assert "考评结果已告知" in [line.label for line in todo.for_user(cast["city"])]
    objection = objected(notified, cast)
    labels = {line.label: line.count for line in todo.for_user(cast["province"])}
    assert labels.get("考评异议待答复") == 1
    with after_window():
        assert "考评结果已告知" not in [line.label for line in todo.for_user(cast["city"])]
        SheetObjection.objects.filter(pk=objection.pk).update(state=ObjectionState.REJECTED)
        sheet = finalising.propose(notified, version=notified.version, by=cast["auditor"])
        assert "考评表待确认定稿" in [line.label for line in todo.for_user(cast["province"])]
        assert "考评表待确认定稿" not in [line.label for line in todo.for_user(cast["auditor"])]
        finalising.confirm(sheet, version=sheet.version, by=cast["province"])
        assert "考评表待确认定稿" not in [line.label for line in todo.for_user(cast["province"])]


def test_what_waits_for_somebody_is_listed(notified, cast, sign_in):
    objected(notified, cast)
    page = sign_in("auditor").get(address("list-results")).content.decode()
    assert address("show-result", notified.pk) in page
    assert sign_in("city").get(address("list-results")).status_code == 403


def test_the_number_of_statements_stays_put(notified, cast, sign_in, django_assert_max_num_queries):
    client = sign_in("province")
    objected(notified, cast)
    objected(notified, cast, criterion="3.1")
    with django_assert_max_num_queries(20):
        client.get(address("show-result", notified.pk))


def test_a_correction_of_a_final_sheet_is_offered_on_the_newest_revision_only(notified, cast, sign_in):
    with after_window():
        old = made_final(notified, cast, "auditor")
        corrections.correct(old, reason="核实", by=cast["province"])
        assert "correct-sheet" not in forms_for(sign_in, "province", old)
