"""Scores computed from frozen weeks, and the job that computes a year."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from scoring import tasks
from scoring.models import Score
from scoring.operations import sheets as operations
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.sheet_steps import arithmetic, computed

D = Decimal
pytestmark = pytest.mark.django_db


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


def test_the_clock_computes_the_running_year_once_a_week_is_closed(sheets, world):
    assert operations.enqueue_this_year() is None
    close_week(world, 46, {"qh": QIONGHAI})
    job = operations.enqueue_this_year()
    assert (job.task, job.params) == ("scoring.compute_sheets", {"year": 2026})
    close_week(world, 47, {"qh": QIONGHAI})
    assert operations.enqueue_this_year().pk != job.pk


def test_a_corrected_earlier_week_is_computed_again(sheets, world):
    """Flows are added up over the year: the job is another one although the last week is as it was (SUP-4.1b)."""
    close_week(world, 40, {"qh": QIONGHAI | {"sub_checks": 10, "sub_checks_poor": 5}})
    close_week(world, 46, {"qh": QIONGHAI})
    first = operations.enqueue_this_year()
    tasks.compute_sheets(first.pk)
    kept = arithmetic(sheets["qh"], "3.4")
    assert (kept["numerator"], kept["denominator"], kept.get("corrected")) == (14, 20, None)
    close_week(world, 40, {"qh": QIONGHAI | {"sub_checks": 10, "sub_checks_poor": 1}}, edition=2)
    second = operations.enqueue_this_year()
    assert second.pk != first.pk
    tasks.compute_sheets(second.pk)
    kept = arithmetic(sheets["qh"], "3.4")
    assert (kept["numerator"], kept["denominator"], kept["week"]) == (18, 20, "2026-W46")
    assert kept["corrected"] == {"2026-W40": 2}
    assert operations.enqueue_this_year().pk == second.pk
