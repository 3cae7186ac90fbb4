"""更正: a final sheet stays as it is; a new revision goes the same way, and the newest final one stands everywhere."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from scoring.choices import Grade, SheetState
from scoring.exceptions import NotReady, ReasonRequired
from scoring.models import Evidence, Score, Sheet
from scoring.operations import corrections, decisions, exports, finalising, notices, scores, sealing
from scoring.operations.sheets import open_year
from tests.scoring.result_steps import after_window, fresh, made_final, scored_round, told
from tests.scoring.sheet_steps import finalised

pytestmark = pytest.mark.django_db
WHY = "例会记录核实后更正"


@pytest.fixture
def final(sheets, week, cast):
    score = Score.objects.get(sheet=sheets["qh"], criterion__code="3.1")
    Evidence.objects.create(score=score, title="工作总结", added_by=cast["city"], added_at=clock.now())
    return finalised(sheets, cast)


@pytest.fixture
def corrected(final, cast):
    return corrections.correct(final, reason=WHY, by=cast["province"])


def lowered(sheet, cast):
    sheet = fresh(sheet)
    return scores.enter_assessed_score(
        sheet, "1.3", Decimal("0.2"), reason="只有制度", version=sheet.version, by=cast["province"]
    )


def numbers(found):
    return [
        (sheet.unit.code, sheet.revision) for sheet in found.select_related("unit") if sheet.unit.code == "qh"
    ]


def test_a_revision_holds_all_the_final_sheet_says(final, corrected):
    assert (corrected.revision, corrected.corrects, corrected.correction_reason) == (2, final, WHY)
    assert (corrected.state, corrected.total_points, corrected.grade) == (
        SheetState.ASSESSING,
        fresh(final).total_points,
        Grade.EXCELLENT,
    )
    facts = ("criterion", "assessed_points", "computed_points", "arithmetic", "reason", "self_points")
    assert list(corrected.scores.values_list(*facts)) == list(final.scores.values_list(*facts))
    assert [each.title for each in Evidence.objects.filter(score__sheet=corrected)] == ["工作总结"]
    assert (corrected.proposed_by, corrected.finalised_by, corrected.content_hash) == (None, None, "")


def test_the_final_one_stands_until_the_new_one_is_final(final, corrected, cast):
    assert numbers(Sheet.objects.standing()) == [("qh", 1)]
    assert exports.find_sheet(2026, "qh").pk == final.pk
    lowered(corrected, cast)
    new = made_final(corrected, cast)
    assert numbers(Sheet.objects.standing()) == [("qh", 2)]
    assert numbers(Sheet.objects.standing().final()) == [("qh", 2)]
    assert exports.find_sheet(2026, "qh").pk == new.pk
    assert Decimal("0.2") in {each.assessed_points for each in new.scores.all()}
    assert sealing.verify().findings == []  # the old one is as it was


def test_a_year_that_is_opened_again_gets_no_second_sheet(final, corrected, cast):
    assert [sheet.revision for sheet in open_year(2026) if sheet.unit.code == "qh"] in ([1], [1, 2])
    assert Sheet.objects.filter(unit=final.unit).count() == 2


def test_one_correction_at_a_time_of_the_newest_revision(final, corrected, cast):
    with pytest.raises(NotReady, match="第 2 次修订"):
        corrections.correct(final, reason=WHY, by=cast["province"])
    with pytest.raises(NotReady, match="还没有定稿"):
        corrections.correct(corrected, reason=WHY, by=cast["province"])
    third = corrections.correct(made_final(corrected, cast), reason=WHY, by=cast["province"])
    assert third.revision == 3
    made_final(third, cast)
    assert numbers(Sheet.objects.standing()) == [("qh", 3)]


def test_a_correction_needs_a_reason_and_the_office(final, cast):
    with pytest.raises(ReasonRequired, match="更正理由"):
        corrections.correct(final, reason=" ", by=cast["province"])
    for who in ("auditor", "city", "outsider", "schools", "sysadmin", "nobody"):
        with pytest.raises(NotAllowed):
            corrections.correct(final, reason=WHY, by=cast[who])
    assert Sheet.objects.filter(unit=final.unit).count() == 1


def test_in_a_round_the_unit_is_told_the_corrected_result_and_may_object(world, sheets, week, cast):
    told(scored_round(world, sheets, cast), cast)
    decision = {"record_number": "9号", "held_on": clock.today(), "reason": "特殊情形", "grade": Grade.GOOD}
    sheet = fresh(sheets["qh"])
    decisions.record_decision(sheet, **decision, version=sheet.version, by=cast["province"])
    with after_window():
        final = made_final(sheets["qh"], cast, "auditor")
        new = lowered(corrections.correct(final, reason=WHY, by=cast["province"]), cast)
        assert fresh(new).grade == Grade.GOOD  # what the committee decided holds for the revision too
        with pytest.raises(NotReady, match="还没有告知单位"):
            finalising.propose(fresh(new), version=fresh(new).version, by=cast["auditor"])
        notices.notify_sheet(new, version=fresh(new).version, by=cast["province"])
        with after_window():
            made_final(new, cast, "auditor")
    assert numbers(Sheet.objects.standing()) == [("qh", 2)]
