"""How a grade comes about: band, cap, vetoes and the committee's decision, in this order, each citing its record."""

from __future__ import annotations

from datetime import date

import pytest

from orgs.exceptions import NotAllowed
from orgs.models import Notification
from scoring import grading
from scoring.choices import Grade
from scoring.exceptions import ReasonRequired, ScoringError, SheetFinal
from scoring.models import Consequence
from scoring.operations import decisions, finalising, schemes
from scoring.operations.sheets import refresh_result, tally_of
from tests.scoring.result_steps import fresh, score, scored_round, told

pytestmark = pytest.mark.django_db
NONE = dict.fromkeys(("1.1.a", "1.1.b", "1.2.a", "1.2.b", "1.3", "3.4", "3.5"), "0")  # 5.5 of 10
RECORD = {"record_number": "团琼党组纪〔2026〕9号", "held_on": date(2026, 11, 10), "reason": "因救灾任务特殊"}


def decided(sheet, cast, grade, who="province", **changes):
    sheet = fresh(sheet)
    given = RECORD | {"grade": grade, "version": sheet.version, "by": cast[who]} | changes
    return decisions.record_decision(sheet, **given)


def flagged(sheet, kind, clause, trigger):
    Consequence.objects.create(sheet=sheet, kind=kind, clause=clause, trigger=trigger, is_confirmed=True)


def steps_of(sheet):
    sheet = fresh(sheet)
    found = grading.steps(sheet, tally_of(sheet), list(sheet.consequences.all()), sheet.decisions.last())
    return [(step.clause, step.record, step.grade) for step in found]


def test_the_band_alone(sheets):
    sheet = score(sheets["qh"], {})
    assert steps_of(sheet) == [("SUP-4.3", "考评总分 10.0 分", Grade.EXCELLENT)]


def test_everything_applies_in_order_and_cites_its_record(sheets, cast):
    sheet = score(sheets["qh"], {})
    flagged(sheet, "not_excellent", "SUP-4.1c", "本年度连续 3 次抽查为“差”")
    flagged(sheet, "no_award", "SUP-4.4.4", "本年度 1 条不良信息被认定为重大失误")
    type(sheet).objects.filter(pk=sheet.pk).update(
        has_poor_flag=True, poor_flag_confirmed_at="2026-11-01T00:00Z"
    )
    refresh_result(fresh(sheet))
    assert fresh(sheet).grade == Grade.GOOD
    decided(sheet, cast, Grade.PASS)
    assert steps_of(sheet) == [
        ("SUP-4.3", "考评总分 10.0 分", Grade.EXCELLENT),
        ("SUP-4.1c", "本年度连续 3 次抽查为“差”", Grade.GOOD),
        ("SUP-4.4.4", "本年度 1 条不良信息被认定为重大失误", Grade.GOOD),
        ("SUP-4.4.6", "党组会 团琼党组纪〔2026〕9号（2026-11-10）", Grade.PASS),
    ]
    assert fresh(sheet).grade == Grade.PASS


def test_what_isn_t_confirmed_takes_no_part(sheets):
    sheet = score(sheets["qh"], {})
    flagged(sheet, "not_excellent", "SUP-4.1c", "x")
    sheet.consequences.update(is_confirmed=False)
    assert [clause for clause, _record, _grade in steps_of(sheet)] == ["SUP-4.3"]


def test_below_six_says_what_follows_and_a_decision_lifts_it(sheets, cast):
    sheet = score(sheets["qh"], NONE)
    assert [step[0] for step in steps_of(sheet)] == ["SUP-4.3", "SUP-4.4.3"]
    assert sheet.consequences.filter(clause="SUP-4.4.3").count() == 3
    decided(sheet, cast, Grade.PASS)
    assert not sheet.consequences.filter(clause="SUP-4.4.3").exists()
    assert fresh(sheet).grade == Grade.PASS


def test_a_decision_to_fail_brings_what_follows_and_is_its_record(sheets, cast):
    sheet = score(sheets["qh"], {})
    decided(sheet, cast, Grade.FAIL)
    triggers = set(sheet.consequences.filter(clause="SUP-4.4.3").values_list("trigger", flat=True))
    assert triggers == {"党组会决定（团琼党组纪〔2026〕9号）：不合格"}


def test_the_newest_decision_stands(sheets, cast):
    sheet = score(sheets["qh"], {})
    decided(sheet, cast, Grade.FAIL)
    decided(sheet, cast, Grade.GOOD, record_number="团琼党组纪〔2026〕10号")
    assert (fresh(sheet).grade, fresh(sheet).decisions.count()) == (Grade.GOOD, 2)


def test_a_decision_needs_its_record_and_the_office(sheets, cast):
    sheet = score(sheets["qh"], {})
    for changes, error in (
        ({"record_number": " "}, ReasonRequired),
        ({"reason": ""}, ReasonRequired),
        ({"held_on": date(2026, 11, 19)}, ScoringError),
    ):
        with pytest.raises(error, match="请"):
            decided(sheet, cast, Grade.PASS, **changes)
    for who in ("auditor", "city", "outsider", "sysadmin"):
        with pytest.raises(NotAllowed):
            decided(sheet, cast, Grade.PASS, who=who)
    assert not sheet.decisions.exists()


def test_a_unit_that_was_told_is_told_of_the_decision_too(world, sheets, week, cast):
    told(scored_round(world, sheets, cast), cast)
    decided(sheets["qh"], cast, Grade.GOOD)
    assert "经党组会决定为良好" in Notification.objects.filter(unit=sheets["qh"].unit).latest("pk").text


def test_nothing_is_decided_about_a_final_sheet(sheets, cast):
    sheet = score(sheets["qh"], {})
    schemes.approve_scheme(sheet.scheme, by=cast["province"])
    sheet = finalising.propose(fresh(sheet), version=fresh(sheet).version, by=cast["auditor"])
    finalising.confirm(sheet, version=sheet.version, by=cast["province"])
    with pytest.raises(SheetFinal):
        decided(sheet, cast, Grade.PASS)
