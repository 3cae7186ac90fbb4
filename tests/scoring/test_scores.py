"""Scores entered by the unit and by the assessment group."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orgs.exceptions import Conflict, NotAllowed
from scoring.choices import SheetState
from scoring.exceptions import NotReady, ScoresRefused
from scoring.models import Criterion, Score
from scoring.operations import finalising, scores
from scoring.operations import sheets as operations
from tests.scoring.sheet_steps import arithmetic, computed

D = Decimal
pytestmark = pytest.mark.django_db


def test_the_unit_scores_itself(sheets, cast):
    sheet = scores.enter_self_score(sheets["hnu"], "1.3", D("0.9"), version=1, by=cast["university"])
    assert sheet.version == 2
    assert Score.objects.get(sheet=sheet, criterion__code="1.3").self_points == D("0.9")


@pytest.mark.parametrize("who", ["province", "auditor", "outsider", "secretary", "college", "sysadmin"])
def test_nobody_else_writes_the_self_assessment(sheets, cast, who):
    with pytest.raises(NotAllowed):
        scores.enter_self_score(sheets["hnu"], "1.3", D("0.9"), version=1, by=cast[who])


@pytest.mark.parametrize("who", ["province", "auditor", "schools", "national"])
def test_the_assessment_group_and_the_province_assess(sheets, cast, who):
    scores.enter_assessed_score(sheets["hnu"], "3.1", D("0.4"), version=1, by=cast[who])
    assert Score.objects.get(sheet=sheets["hnu"], criterion__code="3.1").assessed_points == D("0.4")


@pytest.mark.parametrize("who", ["university", "outsider", "college", "secretary", "sysadmin", "city"])
def test_nobody_of_the_unit_or_from_elsewhere_assesses(sheets, cast, who):
    with pytest.raises(NotAllowed):
        scores.enter_assessed_score(sheets["hnu"], "3.1", D("0.4"), version=1, by=cast[who])


def test_an_assessor_with_an_office_below_the_unit_is_kept_out(sheets, cast, world):
    auditor = cast["auditor"]
    auditor.appointments.create(unit=world["hnu-law-1201"], role="secretary", starts_on="2026-10-05")
    with pytest.raises(NotAllowed):
        scores.enter_assessed_score(sheets["hnu"], "3.1", D("0.4"), version=1, by=auditor)
    scores.enter_assessed_score(sheets["qh"], "3.1", D("0.4"), version=1, by=auditor)


@pytest.mark.parametrize(
    ("code", "points"),
    [("2.2.a", "-0.3"), ("2.2.a", "0.9"), ("3.1", "-0.1"), ("3.1", "0.6"), ("3.1", "0.25")],
)
def test_points_outside_the_range_or_between_tenths_are_refused(sheets, cast, code, points):
    with pytest.raises(ScoresRefused) as refused:
        scores.enter_assessed_score(
            sheets["qh"], code, D(points), reason="现场核对", version=1, by=cast["auditor"]
        )
    assert "步长 0.1" in refused.value.errors[code].message


def test_minus_two_tenths_is_allowed_where_the_sheet_says_so(sheets, cast):
    scores.enter_assessed_score(sheets["qh"], "2.2.a", D("-0.2"), version=1, by=cast["auditor"])
    assert Score.objects.get(sheet=sheets["qh"], criterion__code="2.2.a").assessed_points == D("-0.2")


def test_other_points_than_the_computed_ones_demand_a_reason(sheets, week, cast):
    sheet = operations.compute_sheet(sheets["qh"])
    with pytest.raises(ScoresRefused) as refused:
        scores.enter_assessed_score(sheet, "2.2.a", D("0.2"), version=sheet.version, by=cast["auditor"])
    assert "调整理由" in refused.value.errors["2.2.a"].message
    scores.enter_assessed_score(
        sheet, "2.2.a", D("0.2"), reason="现场核减两个群", version=sheet.version, by=cast["auditor"]
    )
    kept = Score.objects.get(sheet=sheet, criterion__code="2.2.a")
    assert (kept.points, kept.computed_points, kept.reason) == (D("0.2"), D("0.5"), "现场核减两个群")


def test_entries_are_kept_all_or_none(sheets, cast):
    entries = [scores.Entry("3.1", D("0.5")), scores.Entry("3.2", D("0.7"))]
    with pytest.raises(ScoresRefused):
        scores.enter_scores(sheets["qh"], assessed=entries, version=1, by=cast["auditor"])
    assert not Score.objects.filter(assessed_points__isnull=False).exists()


def test_who_saved_first_wins(sheets, cast):
    scores.enter_assessed_score(sheets["qh"], "3.1", D("0.5"), version=1, by=cast["auditor"])
    with pytest.raises(Conflict):
        scores.enter_assessed_score(sheets["qh"], "3.2", D("0.5"), version=1, by=cast["province"])


def test_counting_meetings_suggests_the_points(sheets, cast):
    scores.enter_scores(sheets["qh"], counts=[scores.CountEntry("1.3", 6, True)], version=1, by=cast["city"])
    assert computed(sheets["qh"])["1.3"] == D("0.8")
    assert arithmetic(sheets["qh"], "1.3")["formula"] == "0.2 + 6 × 0.1 → 0.8"
    # A suggestion from what the unit itself counted is not yet the assessors' score.
    assert (
        Score.objects.select_related("criterion").get(sheet=sheets["qh"], criterion__code="1.3").points
        is None
    )


def test_the_self_assessment_is_handed_in_complete_and_once(sheets, cast):
    sheet, by = sheets["hnu"], cast["university"]
    with pytest.raises(NotReady, match="没有自评"):
        finalising.submit_self_assessment(sheet, version=1, by=by)
    entries = [
        scores.Entry(criterion.code, criterion.max_points)
        for criterion in Criterion.objects.filter(item__section__scheme=sheet.scheme)
    ]
    sheet = scores.enter_scores(sheet, self_scores=entries, version=1, by=by)
    sheet = finalising.submit_self_assessment(sheet, version=sheet.version, by=by)
    assert sheet.state == SheetState.ASSESSING
    with pytest.raises(NotReady, match="已经提交"):
        scores.enter_self_score(sheet, "1.3", D("0.9"), version=sheet.version, by=by)
