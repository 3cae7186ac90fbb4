"""Daily records and spot checks: who may, what is refused, what is computed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.operations import registry
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from reporting.exceptions import RecordSettled, ReportingError
from reporting.models import DailyRecord, SpotCheck
from reporting.operations import activity, inspection
from reporting.rollup.streaks import Streak, occasion_grade, poor_streak, streaks
from tests.world import TODAY

YESTERDAY = date(2026, 11, 17)

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(world, cast):
    return registry.open_group(world["hnu-law"], kind="link", name="法学院工作群", by=cast["university"])


def test_a_day_is_recorded_once_and_may_be_corrected_in_the_week_of_entry(group, cast):
    activity.record_day(group, YESTERDAY, 3, by=cast["college"])
    activity.record_day(group, YESTERDAY, 5, by=cast["college"])
    record = DailyRecord.objects.get()
    assert (record.posts, record.unit_id, record.recorded_at) == (5, group.unit_id, TODAY)


def test_what_a_closed_week_has_counted_stays(group, cast):
    activity.record_day(group, YESTERDAY, 3, by=cast["college"])
    with clock.frozen(TODAY + timedelta(days=7)):
        assert activity.record_day(group, YESTERDAY, 3, by=cast["college"]).posts == 3
        with pytest.raises(RecordSettled):
            activity.record_day(group, YESTERDAY, 4, by=cast["college"])


@pytest.mark.parametrize(("day", "posts"), [(date(2026, 11, 19), 1), (YESTERDAY, -1), (YESTERDAY, 10_000)])
def test_a_day_to_come_and_an_impossible_number_are_refused(group, cast, day, posts):
    with pytest.raises(ReportingError):
        activity.record_day(group, day, posts, by=cast["college"])


@pytest.mark.parametrize("who", ["outsider", "auditor", "nobody"])
def test_others_may_not_record_a_day(group, cast, who):
    with pytest.raises(NotAllowed):
        activity.record_day(group, YESTERDAY, 1, by=cast[who])


@pytest.mark.parametrize(
    ("posts", "grade"), [(0, "poor"), (2, "poor"), (3, "fair"), (6, "good"), (10, "excellent")]
)
def test_the_grade_of_a_check_is_computed(group, cast, posts, grade):
    check = inspection.record_check(group, draw="d1", counted_on=YESTERDAY, posts=posts, by=cast["province"])
    assert (check.grade, check.direct_unit.code, check.unit.code) == (grade, "hnu", "hnu-law")


def test_a_check_counts_a_full_day_before_it(group, cast):
    with pytest.raises(ReportingError):
        inspection.record_check(group, draw="d1", counted_on=TODAY.date(), posts=1, by=cast["province"])


def test_a_unit_may_not_check_itself(group, cast):
    with pytest.raises(NotAllowed):
        inspection.record_check(group, draw="d1", counted_on=YESTERDAY, posts=1, by=cast["university"])


def test_a_wrong_check_is_voided_once_with_a_reason_and_never_deleted(group, cast):
    check = inspection.record_check(group, draw="d1", counted_on=YESTERDAY, posts=1, by=cast["province"])
    with pytest.raises(ReportingError):
        inspection.void_check(check, " ", by=cast["province"])
    inspection.void_check(check, "数错", by=cast["province"])
    with pytest.raises(ReportingError):
        inspection.void_check(check, "再次", by=cast["province"])
    assert SpotCheck.objects.count() == 1
    assert not SpotCheck.objects.valid().exists()


def test_one_draw_is_one_time_graded_by_the_median(group, world, cast):
    for draw, counts in (("a", [0, 1, 9]), ("b", [2, 2]), ("c", [1, 2, 12])):
        for posts in counts:
            inspection.record_check(group, draw=draw, counted_on=YESTERDAY, posts=posts, by=cast["province"])
    found = streaks(2026, TODAY + timedelta(seconds=1))
    assert found[world.ids["hnu"]] == Streak(running=3, longest=3)


def test_any_other_grade_and_the_new_year_break_the_row(group, world, cast):
    for at, posts in (
        (TODAY, 1),
        (TODAY + timedelta(days=1), 1),
        (TODAY + timedelta(days=2), 3),
        (TODAY + timedelta(days=42), 0),
        (TODAY + timedelta(days=46), 0),
    ):
        with clock.frozen(at):
            inspection.record_check(
                group, draw=f"{at:%m%d}", counted_on=YESTERDAY, posts=posts, by=cast["province"]
            )
    later = TODAY + timedelta(days=60)
    assert streaks(2026, later)[world.ids["hnu"]] == Streak(running=1, longest=2)
    assert streaks(2027, later)[world.ids["hnu"]] == Streak(running=1, longest=1)


def test_rows_and_medians_are_exact():
    assert poor_streak(["poor", "good", "poor", "poor", "poor"]) == Streak(3, 3)
    assert poor_streak([]) == Streak(0, 0)
    assert [occasion_grade(counts) for counts in ([2, 3], [3, 3], [9, 10], [5, 6, 6])] == [
        "poor",
        "fair",
        "good",
        "good",
    ]


@pytest.mark.parametrize(
    ("code", "direct"),
    [("hnu-law-1201", "hnu"), ("qh-hs-jl", "qh"), ("qh", "qh"), ("hi", "hi"), ("cn", "cn")],
)
def test_the_direct_unit_is_found_in_one_statement(world, django_assert_num_queries, code, direct):
    unit = world[code]
    with django_assert_num_queries(1):
        assert inspection.direct_unit_of(unit).code == direct
