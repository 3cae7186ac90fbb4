"""What follows from a result: commendation, criticism, explanation through the ledger, awards, the key-work total (SUP-4.4)."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from docx import Document

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from reporting.exceptions import ReportingError
from reporting.models import Duty
from reporting.operations import supervision
from scoring import outcomes
from scoring.choices import ConsequenceKind, Grade, RoundState
from scoring.exceptions import NotReady
from scoring.models import AssessmentRound, Consequence, Scheme, Sheet
from scoring.operations import explanations, letter_files, schemes
from scoring.operations import sheets as operations
from tests.scoring import sheet_steps

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(sheets, week, cast):
    """Qionghai with 2.9 points, final, its scheme counting half into the key-work total."""
    Scheme.objects.update(settings={"key_work_weight": "0.5", "sheet_title": "微信工作综合考评表"})
    sheet = operations.compute_sheet(sheets["qh"])
    sheet_steps.assess_all(sheet, cast["province"], dict.fromkeys(sheet_steps.FULL, "0"))
    return made_final(sheet, cast)


@pytest.fixture
def excellent(sheets, week, cast):
    return sheet_steps.finalised(sheets, cast)


def made_final(sheet, cast):
    """The end of `finalised`, for points of one's own."""
    sheet.refresh_from_db()
    sheet = sheet_steps.without_self_assessment(sheet, cast)
    schemes.approve_scheme(Scheme.objects.get(pk=sheet.scheme_id), by=cast["province"])
    return sheet_steps.made_final(sheet, cast)


def texts(file):
    document = Document(io.BytesIO(file.content))
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text]


def soon():
    return clock.today() + timedelta(days=15)


def of(sheet):
    return outcomes.outcome_of(sheet, list(sheet.consequences.all()))


def test_below_six_the_person_in_charge_is_barred_and_the_unit_explains(failed):
    found = of(failed)
    assert (failed.grade, failed.total_points) == (Grade.FAIL, D("2.9"))
    assert found.person_words == "取消（SUP-4.4.3：考评总分 2.9 分，低于 6 分）"
    assert found.unit_words == "有"
    assert not found.is_commended
    assert found.contribution == D("1.45")
    assert outcomes.exact_text(found.contribution) == "1.45"


def test_a_grave_fault_takes_the_units_eligibility_and_its_commendation(excellent):
    assert of(excellent).is_commended
    barred = Consequence(
        sheet=excellent,
        kind=ConsequenceKind.NO_AWARD,
        clause="SUP-4.4.4",
        trigger="重大失误",
        is_confirmed=True,
    )
    found = outcomes.outcome_of(excellent, [barred])
    assert (found.unit_words, found.person_words) == ("取消（SUP-4.4.4：重大失误）", "有")
    assert not found.is_commended
    barred.is_confirmed = False
    assert outcomes.outcome_of(excellent, [barred]).is_commended


def test_the_explanation_is_demanded_answered_and_shown_on_the_sheet(failed, cast, sign_in):
    client = sign_in("province")
    assert "要求书面情况说明" in client.get(failed.get_absolute_url()).content.decode()
    client.post(reverse("scoring:demand-explanation", args=[failed.pk]), {"due_on": soon().isoformat()})
    duty = Duty.objects.get()
    assert (duty.kind, duty.unit_id, duty.clause, duty.due_on) == (
        "explain",
        failed.unit_id,
        "SUP-4.4.3",
        soon(),
    )
    assert explanations.demand(failed, due_on=soon(), by=cast["province"]).pk == duty.pk
    supervision.answer(duty.pk, "已查明原因，正在整改。", version=duty.version, by=cast["city"])
    text = sign_in("city").get(failed.get_absolute_url()).content.decode()
    assert f"{clock.today().isoformat()} 收到（已答复）" in text
    assert f"/supervision/{duty.pk}/" in text


def test_a_day_that_is_none_is_said(failed, sign_in):
    url = reverse("scoring:demand-explanation", args=[failed.pk])
    for due_on in ("", "morgen", "2020-01-01"):
        answer = sign_in("province").post(url, {"due_on": due_on}, follow=True)
        assert "办理期限" in answer.content.decode()
    assert not Duty.objects.exists()


def test_nobody_else_demands_and_only_of_results_that_ask_for_it(failed, sheets, cast):
    with pytest.raises(NotAllowed):
        explanations.demand(failed, due_on=soon(), by=cast["auditor"])
    with pytest.raises(NotReady):
        explanations.demand(sheets["hnu"], due_on=soon(), by=cast["province"])
    with pytest.raises(ReportingError):
        explanations.demand(failed, due_on=clock.today() - timedelta(days=1), by=cast["province"])


def test_the_letters_say_what_the_result_says(failed, cast):
    duty = explanations.demand(failed, due_on=soon(), by=cast["province"])
    asked = texts(letter_files.letter_file(failed, "explanation", by=cast["city"]))
    assert "共青团琼海市委：" in asked
    assert any("考评总分 2.9 分，等次为不合格" in line for line in asked)
    assert any(f"{duty.due_on.month}月{duty.due_on.day}日前报送" in line for line in asked)
    awards = texts(letter_files.letter_file(failed, "awards", by=cast["province"]))
    assert any("主要负责人（书记）评优资格：取消（SUP-4.4.3" in line for line in awards)
    counted = texts(letter_files.letter_file(failed, "key-work", by=cast["province"]))
    assert "共青团琼海市委：2.9 × 0.5 = 1.45 分" in counted
    with pytest.raises(NotReady):
        letter_files.letter_file(failed, "commendation", by=cast["province"])


def test_no_letter_before_the_result_is_out(sheets, week, cast):
    sheet = operations.compute_sheet(sheets["qh"])
    with pytest.raises(NotReady):
        letter_files.letter_file(sheet, "awards", by=cast["province"])


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("criticism", "1. 共青团琼海市委，2.9 分，不合格"),
        ("explanation", "1. 共青团琼海市委，2.9 分，不合格，尚未要求"),
        ("awards", "1. 共青团琼海市委：单位 有；主要负责人 取消（SUP-4.4.3：考评总分 2.9 分，低于 6 分）"),
        ("key-work", "1. 共青团琼海市委：2.9 × 0.5 = 1.45 分"),
        ("commendation", "无。"),
    ],
)
def test_lists_of_the_year(failed, sign_in, kind, line):
    answer = sign_in("province").get(reverse("scoring:download-list"), {"year": 2026, "kind": kind})
    lines = [each.text for each in Document(io.BytesIO(answer.content)).paragraphs]
    assert line in lines
    assert any("3 张考评表的结果尚未公布" in each for each in lines)


def test_lists_are_for_who_manages_schemes(failed, sign_in):
    url = reverse("scoring:download-list")
    assert sign_in("city").get(url).status_code == 403
    assert sign_in("province").get(url, {"kind": "nothing"}).status_code == 404


def test_results_of_a_round_are_out_when_it_is_published(failed):
    # A final sheet never changes: asked of a copy that was never saved.
    copy = Sheet.objects.get(pk=failed.pk)
    copy.round = AssessmentRound(state=RoundState.OBJECTION)
    assert not outcomes.is_out(copy)
    copy.round.state = RoundState.PUBLISHED
    assert outcomes.is_out(copy)
