"""The rules that no sheet of 2013 uses, case by case worked out by hand, and every boundary (SUP-4.3)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring import rules
from scoring.rules import Band, Measured

D, F = Decimal, Fraction
THREE = (Band(F("0.8"), D("1")), Band(F("0.5"), D("0.5"), is_open=True), Band(None, D("-1")))
NUMBERS = (Band(F(3), D("0")), Band(F(1), D("0.5")), Band(None, D("1")))
MEANS = (Band(F("0.9"), D(1)), Band(F("0.8"), D("0.5")), Band(None, D(0)))


@pytest.mark.parametrize(
    ("numerator", "points"),
    [(1000, "1"), (800, "1"), (799, "0.5"), (501, "0.5"), (500, "-1"), (499, "-1"), (0, "-1")],
)
def test_a_band_may_begin_above_its_value(numerator, points):
    assert rules.bands(numerator, 1000, THREE).points == D(points)


@pytest.mark.parametrize(("count", "points"), [(0, "1"), (1, "0.5"), (2, "0.5"), (3, "0"), (30, "0")])
def test_bands_of_a_number_need_no_base_and_have_no_top(count, points):
    result = rules.bands(count, None, NUMBERS, highest=None, is_number=True)
    assert (result.points, result.is_over_claim, result.ratio) == (D(points), False, None)


def test_a_share_without_a_top_may_reach_bands_above_one():
    steps = (Band(F("1.2"), D(2)), Band(F(1), D(1)), Band(None, D(0)))
    assert rules.bands(125, 100, steps, highest=None).points == 2
    capped = rules.bands(125, 100, steps, highest=F("1.1"))
    assert (capped.points, capped.is_over_claim) == (1, True)


@pytest.mark.parametrize(
    ("numerator", "points"),
    [(0, "0"), (1, "0.1"), (50, "5"), (895, "89.5"), (999, "99.9"), (1000, "100"), (1300, "100")],
)
def test_a_line_runs_from_nothing_to_everything(numerator, points):
    assert rules.linear(numerator, 1000, D(0), D(100)).points == D(points)


@pytest.mark.parametrize(
    ("numerator", "rounding", "points"),
    [(858, "down", "17.1"), (858, "half_up", "17.2"), (856, "up", "17.2"), (856, "half_up", "17.1")],
)
def test_a_line_rounds_to_its_step_as_it_says(numerator, rounding, points):
    """0.858 × 20 = 17.16; 0.856 × 20 = 17.12."""
    assert rules.linear(numerator, 1000, D(0), D(20), rounding=rounding).points == D(points)


@pytest.mark.parametrize(
    ("percent", "points"), [(49, "-2"), (50, "-2"), (60, "0"), (70, "2"), (90, "6"), (95, "6")]
)
def test_a_line_between_two_marks_may_begin_below_zero(percent, points):
    result = rules.linear(percent, 100, D(-2), D(6), zero=F("0.5"), full=F("0.9"))
    assert result.points == D(points)


def test_a_line_may_fall():
    """The fewer the better: none is 5 points, ten and more is nothing."""
    ends = {"zero": F(10), "full": F(0), "is_number": True}
    fall = [rules.linear(n, None, D(0), D(5), **ends).points for n in (0, 1, 5, 10, 11)]
    assert fall == [D(5), D("4.5"), D("2.5"), D(0), D(0)]


def test_rounding_never_leaves_the_ends_of_a_line():
    assert rules.linear(99, 100, D(0), D("0.25"), rounding="up").points == D("0.25")


@pytest.mark.parametrize(
    ("denominator", "missing"), [(None, rules.NO_BASE), (0, rules.BASE_ZERO), (-1, rules.BASE_ZERO)]
)
def test_a_line_without_a_base_gives_no_points(denominator, missing):
    result = rules.linear(5, denominator, D(0), D(1))
    assert (result.points, result.missing) == (None, missing)


def test_an_unknown_number_gives_no_points():
    assert rules.linear(None, None, D(0), D(1), is_number=True).missing == rules.NO_FIGURE
    assert rules.bands(None, None, NUMBERS, is_number=True).missing == rules.NO_FIGURE


@pytest.mark.parametrize(
    ("count", "rounding", "points"),
    [(0, "down", "0"), (9, "down", "0"), (10, "down", "0.5"), (25, "down", "1"), (25, "half_up", "1.5"),
     (24, "half_up", "1"), (21, "up", "1.5"), (999, "down", "2")],
)  # fmt: skip
def test_a_count_may_be_of_full_tens(count, rounding, points):
    assert rules.count_with_cap(count, D("0.5"), D(2), per=10, rounding=rounding).points == D(points)


@pytest.mark.parametrize(
    ("count", "points"), [(0, "1"), (1, "1"), (2, "0.5"), (3, "0"), (5, "-1"), (6, "-1"), (50, "-1")]
)
def test_a_penalty_goes_down_to_its_floor(count, points):
    assert rules.penalty(count, D("0.5"), D(-1), D(1), free=1).points == D(points)


def test_unknown_incidents_are_not_none():
    assert rules.penalty(None, D("0.5"), D(-1), D(1)).missing == rules.NO_FIGURE


@pytest.mark.parametrize(("count", "points"), [(0, "0"), (1, "0"), (2, "3"), (9, "3")])
def test_presence_may_ask_for_more_than_one(count, points):
    assert rules.presence(count, D(3), at_least=2).points == D(points)


def parts(*points):
    return [rules.Arithmetic("bands", D(each), formula=each) for each in points]


def test_parts_add_up_within_floor_and_cap():
    assert rules.summed(parts("0.6", "0.3"), D(0), D(1)).points == D("0.9")
    assert rules.summed(parts("0.6", "0.6"), D(0), D(1)).points == 1
    assert rules.summed(parts("-2", "0.5"), D(-1), D(1)).points == -1


def test_a_combination_with_an_unknown_part_is_unknown():
    unknown = [*parts("0.6"), rules.Arithmetic("bands", missing=rules.NO_BASE)]
    for result in (rules.summed(unknown, D(0), D(1)), rules.exclusive(unknown)):
        assert (result.points, result.missing) == (None, rules.NO_BASE)


def test_of_exclusive_rules_the_most_severe_wins_and_is_named():
    result = rules.exclusive(parts("1", "-2", "-1", "-2"))
    assert (result.points, result.band) == (D(-2), 1)


def measured(*rows):
    """(month, week, numerator of 100 or None)."""
    return [Measured(month, week, n, 100) for month, week, n in rows]


def test_a_month_counts_by_its_last_week_and_the_mean_is_exact():
    result = rules.monthly_mean(measured((1, 1, 10), (1, 4, 90), (2, 8, 89)), MEANS)
    assert (result.ratio, result.points) == (F(179, 200), D("0.5"))  # 89.5 %
    assert rules.monthly_mean(measured((1, 4, 90), (2, 8, 90)), MEANS).points == 1


def test_a_month_that_was_not_measured_is_no_zero():
    weeks = measured((1, 4, 90), (2, 8, None), (3, 12, 90))
    assert rules.monthly_mean(weeks, MEANS).points == 1
    assert rules.monthly_mean(weeks, MEANS, least_months=3).missing == rules.NO_FIGURE
    assert rules.monthly_mean(measured((2, 8, None)), MEANS).missing == rules.NO_FIGURE


def test_a_week_that_could_not_be_measured_leaves_its_month_to_the_one_before():
    assert rules.monthly_mean(measured((1, 3, 90), (1, 4, None)), MEANS).points == 1


def test_more_than_everybody_does_not_lift_the_mean():
    result = rules.monthly_mean(measured((1, 4, 130), (2, 8, 70)), MEANS)
    assert (result.ratio, result.is_over_claim) == (F(85, 100), True)


@pytest.mark.parametrize(
    ("shares", "points"),
    [
        ([60, 60], "3"),  # two in a row: no row of three
        ([60, 60, 60], "2"),
        ([60, 60, 70, 60], "3"),  # 70 is not below the mark
        ([60, 60, None, 60], "3"),  # nobody knows the third
        ([60] * 5, "2"),
        ([60] * 6, "1"),
        ([60] * 50, "0"),
    ],
)
def test_rows_of_missed_weeks_cost_points(shares, points):
    weeks = measured(*((1, n, share) for n, share in enumerate(shares, 1)))
    assert rules.misses(weeks, F("0.7"), run=3, each=D(1), low=D(0), high=D(3)).points == D(points)


def test_a_week_that_was_never_closed_ends_a_row():
    weeks = measured((1, 1, 60), (1, 2, 60), (1, 4, 60))
    assert rules.runs_of_misses(weeks, F("0.7")) == [2, 1]


def test_no_measured_week_is_not_a_clean_year():
    unknown = measured((1, 1, None))
    assert rules.misses(unknown, F("0.7"), run=3, each=D(1), low=D(0), high=D(3)).points is None


@pytest.mark.parametrize(
    ("value", "rounding", "expected"),
    [("0.5", "down", 0), ("0.5", "half_up", 1), ("0.4", "up", 1), ("-0.5", "down", -1), ("-0.5", "half_up", 0), ("2", "up", 2)],
)  # fmt: skip
def test_rounding_is_towards_less_the_nearer_or_more(value, rounding, expected):
    assert rules.whole(F(value), rounding) == expected


@pytest.mark.parametrize(
    ("points", "low", "expected"),
    [("2.2", "-0.3", "2.1"), ("-0.4", "-0.3", "-0.3"), ("-0.4", None, "-0.4"), ("-0.2", "-0.3", "-0.2"), ("1", None, "1")],
)  # fmt: skip
def test_an_item_stays_within_its_floor_and_cap(points, low, expected):
    floor = None if low is None else D(low)
    assert rules.bounded(D(points), floor, D("2.1")) == D(expected)


def test_without_excellent_the_next_grade_is_reached():
    floors = (("excellent", D(90)), ("pass", D(60)), ("fail", D(0)))
    assert rules.grade(D(95), floors, not_excellent=True) == "pass"
    assert rules.grade(D(95), floors[1:], not_excellent=True) == "pass"
