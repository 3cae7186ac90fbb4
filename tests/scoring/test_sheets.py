"""Sheets: opened, computed from frozen weeks, scored by the unit and by the assessment group, finalised."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from scoring import tasks
from scoring.choices import Grade, SheetState
from scoring.exceptions import NotReady, ScoresRefused, ScoringError, SheetFinal
from scoring.models import Consequence, Criterion, Scheme, Score, Sheet
from scoring.operations import schemes, scores
from scoring.operations import sheets as operations
from tests.scoring.conftest import HAINAN_UNIVERSITY, QIONGHAI, close_week

D = Decimal
pytestmark = pytest.mark.django_db

FULL = {
    "1.1.a": "0.5", "1.1.b": "0.5", "1.2.a": "0.5", "1.2.b": "0.5", "1.3": "1.0",
    "3.1": "0.5", "3.2": "0.5", "3.3": "0.5", "3.5": "0.5", "4.1": "0.5", "4.2": "0.5", "4.3": "0.5",
}  # fmt: skip

NO_SECTION_ONE = dict.fromkeys(("1.1.a", "1.1.b", "1.2.a", "1.2.b", "1.3"), "0")  # leaves 6.4 of 9.4


def computed(sheet):
    rows = Score.objects.filter(sheet=sheet).select_related("criterion")
    return {row.criterion.code: row.computed_points for row in rows}


def arithmetic(sheet, code):
    return Score.objects.get(sheet=sheet, criterion__code=code).arithmetic


def assess_all(sheet, by, points=FULL, **changes):
    sheet.refresh_from_db()
    entries = [scores.Entry(code, D(value)) for code, value in (points | changes).items()]
    return scores.enter_scores(sheet, assessed=entries, version=sheet.version, by=by)


def test_every_direct_unit_gets_the_sheet_of_its_kind(sheets):
    assert {code: sheet.scheme.code for code, sheet in sheets.items()} == {
        "qh": "sup-a",
        "wn": "sup-a",
        "aq": "sup-a",
        "hnu": "sup-a-universities",
        "qzu": "sup-a-universities",
    }
    assert sheets["qh"].title == "2026年微信工作综合考评表"


def test_opening_again_changes_nothing(sheets):
    before = Score.objects.count()
    operations.open_year(2026)
    assert (Sheet.objects.count(), Score.objects.count()) == (5, before)


def test_a_unit_of_another_kind_is_refused(sheets, world):
    with pytest.raises(ScoringError, match="不适用"):
        operations.open_sheets(sheets["qh"].scheme, 2026, [world["hnu"]], by=None)


def test_scores_are_computed_from_the_frozen_week(sheets, week):
    operations.compute_sheet(sheets["qh"])
    found = computed(sheets["qh"])
    assert {code: points for code, points in found.items() if points is not None} == {
        "2.1.a": D("0.2"),
        "2.1.b": D("0.1"),
        "2.1.c": D("0.1"),  # 14 of 2 × 7 days
        "2.2.a": D("0.5"),  # 21586 ÷ 25148 = 85.8 %
        "2.2.b": D("0.5"),  # 21586 ÷ 24310 = 88.7 %
        "2.2.c": D("0.5"),  # 312 ÷ 371 = 84.0 %
        "3.4": D("1.0"),  # 9 of 10 checks
    }


def test_the_arithmetic_is_kept_with_base_year_source_and_week(sheets, week):
    operations.compute_sheet(sheets["qh"])
    kept = arithmetic(sheets["qh"], "2.2.a")
    assert (kept["numerator"], kept["denominator"], kept["ratio"], kept["band"]) == (21586, 25148, "85.8%", 1)
    assert (kept["base_year"], kept["base_source"]) == (2012, "共青团基层组织系统")
    assert (kept["week"], kept["edition"], kept["numerator_rows"]) == ("2026-W46", 1, "covered_members")


def test_missing_base_is_said_and_never_zero(sheets, week):
    operations.compute_sheet(sheets["hnu"])
    found = computed(sheets["hnu"])
    assert found["2.2.b"] is None
    assert Score.objects.get(sheet=sheets["hnu"], criterion__code="2.2.b").missing_label == "底数未登记"


def test_more_than_the_base_counts_as_all_and_is_flagged(sheets, week):
    operations.compute_sheet(sheets["hnu"])
    assert computed(sheets["hnu"])["2.2.a"] == D("0.8")
    assert arithmetic(sheets["hnu"], "2.2.a")["is_over_claim"] is True


def test_organisations_in_operation_stand_in_for_a_missing_record(sheets, week):
    operations.compute_sheet(sheets["hnu"])
    kept = arithmetic(sheets["hnu"], "2.2.c")
    assert (kept["denominator"], kept["denominator_rows"]) == (100, "orgs")
    assert computed(sheets["hnu"])["2.2.c"] == 0  # 59 %


def test_no_administrators_point_without_a_platform(sheets, week):
    operations.compute_sheet(sheets["hnu"])
    found = computed(sheets["hnu"])
    assert (found["2.1.a"], found["2.1.b"], found["2.1.c"]) == (0, 0, 0)


def test_without_a_closed_week_nothing_is_computed(sheets):
    operations.compute_sheet(sheets["qh"])
    assert not any(points is not None for points in computed(sheets["qh"]).values())
    score = Score.objects.get(sheet=sheets["qh"], criterion__code="2.2.a")
    assert score.missing_label == "该年度没有已结的周报"


def test_computing_twice_changes_nothing(sheets, week):
    first = operations.compute_sheet(sheets["qh"])
    entries = AuditEntry.objects.count()
    second = operations.compute_sheet(sheets["qh"])
    assert (second.version, second.computed_at) == (first.version, first.computed_at)
    assert AuditEntry.objects.count() == entries


def test_a_later_week_and_a_new_edition_are_followed(sheets, week, world):
    operations.compute_sheet(sheets["qh"])
    close_week(world, 47, {"qh": QIONGHAI | {"sub_covered_members": 22634}})  # 90.003 %
    assert operations.compute_sheet(sheets["qh"]).week.number == 47
    assert computed(sheets["qh"])["2.2.a"] == D("0.8")
    close_week(world, 47, {"qh": QIONGHAI | {"sub_covered_members": 22633}}, edition=2)  # 89.999 %
    assert operations.compute_sheet(sheets["qh"]).week.edition == 2
    assert computed(sheets["qh"])["2.2.a"] == D("0.5")


def test_spot_checks_are_added_up_over_the_latest_editions_of_the_year(sheets, week, world):
    close_week(world, 45, {"qh": QIONGHAI | {"sub_checks": 10, "sub_checks_poor": 5}})
    close_week(world, 45, {"qh": QIONGHAI | {"sub_checks": 10, "sub_checks_poor": 3}}, edition=2)
    operations.compute_sheet(sheets["qh"])
    kept = arithmetic(sheets["qh"], "3.4")
    assert (kept["numerator"], kept["denominator"]) == (16, 20)
    assert computed(sheets["qh"])["3.4"] == D("0.7")


def test_weeks_of_another_year_do_not_count(sheets, week, world):
    close_week(world, 40, {"qh": QIONGHAI | {"sub_covered_members": 1}}, year=2025)
    operations.compute_sheet(sheets["qh"])
    assert arithmetic(sheets["qh"], "2.2.a")["numerator"] == 21586


def test_all_sheets_of_a_year_are_computed_as_a_job(sheets, week, cast):
    job = operations.enqueue_compute(2026, by=cast["province"])
    tasks.compute_sheets(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert (job.done, job.total) == (5, 5)
    assert set(AuditEntry.objects.filter(verb="sheet.computed").values_list("by", flat=True)) == {
        job.created_by_id
    }
    assert (job.state, job.result) == ("done", {"year": 2026, "sheets": 5, "changed": 5})
    assert operations.enqueue_compute(2026).pk == job.pk
    assert operations.compute_year(2026)["changed"] == 0


def test_a_job_that_is_done_or_taken_is_left_alone(sheets, week):
    job = operations.enqueue_compute(2026)
    for _ in range(2):
        tasks.compute_sheets(job.pk)
    assert Job.objects.get(pk=job.pk).attempts == 1
    Job.objects.filter(pk=job.pk).update(state="running", heartbeat_at=clock.now())
    tasks.compute_sheets(job.pk)
    assert Job.objects.get(pk=job.pk).state == "running"


def test_a_job_that_fails_keeps_the_name_of_the_failure_only(sheets, week):
    job = operations.enqueue_compute(2026)
    Job.objects.filter(pk=job.pk).update(params={"year": "x"})
    with pytest.raises(ValueError, match="invalid literal"):
        tasks.compute_sheets(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "ValueError")


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


def test_grade_only_when_everything_is_scored(sheets, week, cast):
    sheet = operations.compute_sheet(sheets["qh"])
    part = {code: points for code, points in FULL.items() if code != "4.3"}
    sheet = assess_all(sheet, cast["auditor"], part)
    assert (sheet.grade, sheet.total_points) == ("", D("8.9"))
    assert operations.tally_of(sheet).attainable == D("9.4")
    sheet = assess_all(sheet, cast["auditor"], {"4.3": "0.5"})
    assert (sheet.grade, sheet.total_points) == (Grade.EXCELLENT, D("9.4"))


@pytest.mark.parametrize(
    ("changes", "total", "grade"),
    [
        ({"1.3": "0.6"}, "9.0", Grade.EXCELLENT),
        ({"1.3": "0.5"}, "8.9", Grade.GOOD),
        (NO_SECTION_ONE | {"1.1.a": "0.5", "1.3": "0.1"}, "7.0", Grade.GOOD),
        (NO_SECTION_ONE | {"1.1.a": "0.5"}, "6.9", Grade.PASS),
        (NO_SECTION_ONE | {"3.1": "0.1"}, "6.0", Grade.PASS),
        (NO_SECTION_ONE | {"3.1": "0"}, "5.9", Grade.FAIL),
    ],
)  # fmt: skip
def test_grades_at_their_borders(sheets, week, cast, changes, total, grade):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], **changes)
    assert (sheet.total_points, sheet.grade) == (D(total), grade)


def test_an_item_can_be_minus_four_tenths_and_the_total_never_below_zero(sheets, world, cast):
    close_week(
        world, 46, {"qh": QIONGHAI | {"sub_covered_members": 0, "sub_orgs_with_group": 0, "own_accounts_public": 0, "sub_checks_poor": 10}}
    )  # fmt: skip
    sheet = operations.compute_sheet(sheets["qh"])
    item = next(item for item in operations.tally_of(sheet).items if item.item.max_points == D("2.1"))
    assert item.points == D("-0.4")
    sheet = assess_all(sheet, cast["auditor"], dict.fromkeys(FULL, "0"))
    assert (sheet.total_points, sheet.grade) == (0, Grade.FAIL)


def test_below_six_brings_three_consequences_with_their_clause(sheets, week, cast):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"], dict.fromkeys(FULL, "0.1"))
    rows = Consequence.objects.filter(sheet=sheet).values_list("kind", "clause")
    assert sorted(rows) == [
        ("criticism", "SUP-4.4.3"),
        ("explanation", "SUP-4.4.3"),
        ("no_award", "SUP-4.4.3"),
    ]
    assess_all(sheet, cast["auditor"])
    assert not Consequence.objects.filter(sheet=sheet).exists()


def test_three_poor_checks_raise_a_flag_that_acts_only_once_confirmed(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"])
    assert (sheet.has_poor_flag, sheet.grade) == (True, Grade.EXCELLENT)
    flag = Consequence.objects.get(sheet=sheet, kind="not_excellent")
    with pytest.raises(NotAllowed):
        scores.confirm_consequence(flag, by=cast["auditor"])
    assert scores.confirm_consequence(flag, by=cast["province"]).grade == Grade.GOOD


def test_two_poor_checks_raise_no_flag(sheets, world):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 2}})
    assert operations.compute_sheet(sheets["qh"]).has_poor_flag is False


def test_platform_building_not_completed_is_flagged(sheets, week):
    operations.compute_sheet(sheets["hnu"])  # 59 of 100 organisations have a group: below 60 %
    flag = Consequence.objects.get(sheet=sheets["hnu"], kind="no_award")
    assert (flag.clause, flag.is_confirmed) == ("SUP-4.4.4", False)


def test_platform_building_at_sixty_percent_is_not_flagged(sheets, world):
    close_week(world, 46, {"hnu": HAINAN_UNIVERSITY | {"sub_orgs_with_group": 60}})
    operations.compute_sheet(sheets["hnu"])
    assert not Consequence.objects.filter(sheet=sheets["hnu"], clause="SUP-4.4.4").exists()


def test_the_self_assessment_is_handed_in_complete_and_once(sheets, cast):
    sheet, by = sheets["hnu"], cast["university"]
    with pytest.raises(NotReady, match="没有自评"):
        operations.submit_self_assessment(sheet, version=1, by=by)
    entries = [
        scores.Entry(criterion.code, criterion.max_points)
        for criterion in Criterion.objects.filter(item__section__scheme=sheet.scheme)
    ]
    sheet = scores.enter_scores(sheet, self_scores=entries, version=1, by=by)
    sheet = operations.submit_self_assessment(sheet, version=sheet.version, by=by)
    assert sheet.state == SheetState.ASSESSING
    with pytest.raises(NotReady, match="已经提交"):
        scores.enter_self_score(sheet, "1.3", D("0.9"), version=sheet.version, by=by)


def test_no_final_sheet_while_proposed_criteria_are_unconfirmed(sheets, week, cast):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    with pytest.raises(NotReady, match="拟定内容"):
        operations.finalise(sheet, version=sheet.version, by=cast["province"])


def test_no_final_sheet_with_open_criteria(sheets, week, cast):
    sheet = operations.compute_sheet(sheets["qh"])
    with pytest.raises(NotReady, match="补齐"):
        operations.finalise(sheet, version=sheet.version, by=cast["province"])


def finalised(sheets, cast):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    schemes.approve_scheme(Scheme.objects.get(pk=sheet.scheme_id), by=cast["province"])
    return operations.finalise(sheet, version=sheet.version, by=cast["province"])


def test_the_province_approves_a_scheme_by_command_so_that_its_sheets_can_be_finalised(
    sheets, week, cast, capsys
):
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    for options in (
        ["sup-a", "--as", "auditor"],
        ["sup-a", "--version", "9", "--as", "province"],
        ["x", "--as", "x"],
    ):
        with pytest.raises(CommandError, match="请"):
            call_command("approve_scheme", *options)
    call_command("approve_scheme", "sup-a", "--version", "1", "--as", "province")
    assert "sup-a 第1版" in capsys.readouterr().out
    call_command("approve_scheme", "sup-a", "--as", "province")
    assert AuditEntry.objects.get(verb="scheme.approved").by == cast["province"]
    assert operations.finalise(sheet, version=sheet.version, by=cast["province"]).is_final


def test_an_assessor_opens_no_sheets(scheme_files, world, cast):
    with pytest.raises(NotAllowed):
        operations.open_year(2026, by=cast["auditor"])
    assert not Sheet.objects.exists()


def test_a_final_sheet_never_changes(sheets, week, cast):
    sheet = finalised(sheets, cast)
    assert (sheet.state, sheet.grade) == (SheetState.FINAL, Grade.EXCELLENT)
    with pytest.raises(SheetFinal):
        scores.enter_assessed_score(sheet, "3.1", D("0.1"), version=sheet.version, by=cast["province"])
    with pytest.raises(SheetFinal):
        operations.compute_sheet(sheet)
    for sql in (
        "UPDATE scoring_score SET assessed_points = 0 WHERE sheet_id = %s",
        "DELETE FROM scoring_score WHERE sheet_id = %s",
        "UPDATE scoring_sheet SET total_points = 0 WHERE id = %s",
        "DELETE FROM scoring_sheet WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [sheet.pk])


def test_what_followed_from_a_final_sheet_never_changes(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    sheet = finalised(sheets, cast)
    flag = sheet.consequences.get(kind="not_excellent")
    for sql in (
        "UPDATE scoring_consequence SET is_confirmed = NOT is_confirmed WHERE sheet_id = %s",
        "DELETE FROM scoring_consequence WHERE sheet_id = %s",
        "INSERT INTO scoring_consequence (sheet_id, kind, clause, trigger, is_confirmed)"
        " VALUES (%s, 'no_award', 'SUP-4.4.4', '', true)",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [sheet.pk])
    with pytest.raises(SheetFinal, match="已定稿"):
        scores.confirm_consequence(flag, by=cast["province"])
    flag.refresh_from_db()
    assert not flag.is_confirmed


def test_a_final_sheet_is_passed_over_when_the_year_is_computed(sheets, week, cast, world):
    finalised(sheets, cast)
    close_week(world, 47, {"qh": QIONGHAI | {"sub_covered_members": 0}})
    assert operations.compute_year(2026)["sheets"] == 4


def test_one_province_opens_its_own_sheets_only(scheme_files, world):
    opened = operations.open_year(2026, province=world["ah"])
    assert [sheet.unit.code for sheet in opened] == ["aq"]


def test_the_clock_computes_the_running_year_once_a_week_is_closed(sheets, world):
    assert operations.enqueue_this_year() is None
    close_week(world, 46, {"qh": QIONGHAI})
    job = operations.enqueue_this_year()
    assert (job.task, job.params) == ("scoring.compute_sheets", {"year": 2026})
    close_week(world, 47, {"qh": QIONGHAI})
    assert operations.enqueue_this_year().pk != job.pk
