"""The arithmetic of the sheet, case by case worked out by hand (SUP-A, SUP-4.3)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from scoring import rules

D = Decimal
COVERAGE = (
    rules.Band(Fraction("0.90"), D("0.8")),
    rules.Band(Fraction("0.80"), D("0.5")),
    rules.Band(Fraction("0.70"), D("0.2")),
    rules.Band(None, D("-0.2")),
)
ORGANISATIONS = (
    rules.Band(Fraction("0.80"), D("0.5")),
    rules.Band(Fraction("0.60"), D("0.3")),
    rules.Band(None, D("0")),
)
GRADES = (("excellent", D(9)), ("good", D(7)), ("pass", D(6)), ("fail", D(0)))


@pytest.mark.parametrize(
    ("numerator", "denominator", "points", "text"),
    [
        (900, 1000, "0.8", "90.0%"),
        (895, 1000, "0.5", "89.5%"),  # the gap of the source between 89 % and 90 %
        (899999, 1000000, "0.5", "89.9%"),
        (800, 1000, "0.5", "80.0%"),
        (799, 1000, "0.2", "79.9%"),
        (700, 1000, "0.2", "70.0%"),
        (699, 1000, "-0.2", "69.9%"),
        (0, 1000, "-0.2", "0.0%"),
        (2, 3, "-0.2", "66.6%"),
        (21586, 25148, "0.5", "85.8%"),
    ],
)
def test_coverage_compares_the_unrounded_ratio(numerator, denominator, points, text):
    result = rules.bands(numerator, denominator, COVERAGE)
    assert (result.points, result.ratio_text) == (D(points), text)


@pytest.mark.parametrize(
    ("numerator", "points"), [(80, "0.5"), (79, "0.3"), (60, "0.3"), (59, "0"), (0, "0")]
)
def test_organisations_have_three_bands(numerator, points):
    assert rules.bands(numerator, 100, ORGANISATIONS).points == D(points)


def test_more_than_everybody_counts_as_everybody_and_is_flagged():
    result = rules.bands(1200, 1000, COVERAGE)
    assert (result.points, result.is_over_claim, result.ratio_text) == (D("0.8"), True, "120.0%")


def test_missing_base_is_not_zero_points():
    result = rules.bands(500, None, COVERAGE)
    assert (result.points, result.missing) == (None, rules.NO_BASE)


def test_base_of_zero_cannot_be_computed():
    result = rules.bands(0, 0, COVERAGE)
    assert (result.points, result.missing) == (None, rules.BASE_ZERO)


def test_unknown_numerator_cannot_be_computed():
    assert rules.bands(None, 10, COVERAGE).missing == rules.NO_FIGURE


@pytest.mark.parametrize(("count", "points"), [(0, "0"), (1, "0.5"), (3, "0.5")])
def test_documents_earn_up_to_the_cap(count, points):
    assert rules.documents(count, D("0.5"), D("0.5")).points == D(points)


def test_documents_nobody_counted_are_not_zero():
    assert rules.documents(None, D("0.5"), D("0.5")).points is None


@pytest.mark.parametrize(
    ("has_rule", "meetings", "points"),
    [
        (False, 0, "0"),
        (True, 0, "0.2"),
        (True, 6, "0.8"),
        (True, 8, "1.0"),
        (True, 30, "1.0"),
        (False, 8, "0.8"),
        (False, 12, "1.0"),
    ],
)
def test_meetings_add_to_the_written_rule_up_to_one_point(has_rule, meetings, points):
    result = rules.count_with_cap(meetings, D("0.1"), D(1), has_rule=has_rule, rule_points=D("0.2"))
    assert result.points == D(points)


def test_meetings_without_a_word_on_the_rule_are_not_scored():
    result = rules.count_with_cap(5, D("0.1"), D(1), has_rule=None, rule_points=D("0.2"))
    assert (result.points, result.missing) == (None, rules.NO_ENTRY)


@pytest.mark.parametrize(("count", "points"), [(0, "0"), (1, "0.2"), (2, "0.2")])
def test_a_second_platform_earns_nothing(count, points):
    assert rules.presence(count, D("0.2")).points == D(points)


def test_judged_criteria_show_figures_and_give_no_points():
    result = rules.judged(9, 12)
    assert (result.points, result.missing, result.ratio_text) == (None, rules.PEOPLE, "75.0%")


def test_an_item_may_be_negative_but_the_total_is_not():
    item = rules.item_sum([D("-0.2"), D("-0.2"), D("0")])
    assert item == D("-0.4")
    assert rules.total([item]) == 0
    assert rules.total([item, D("0.5")]) == D("0.1")


def test_an_item_is_scored_when_all_its_criteria_are():
    assert rules.item_sum([D("0.5"), None]) is None
    assert rules.item_sum([]) is None


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        ("10", "excellent"),
        ("9.0", "excellent"),
        ("8.9", "good"),
        ("7.0", "good"),
        ("6.9", "pass"),
        ("6.0", "pass"),
        ("5.9", "fail"),
        ("0", "fail"),
    ],
)
def test_grades_are_half_open(points, grade):
    assert rules.grade(D(points), GRADES) == grade


def test_three_poor_checks_cap_the_grade_below_excellent_and_nothing_else():
    assert rules.grade(D("9.5"), GRADES, not_excellent=True) == "good"
    assert rules.grade(D("6.5"), GRADES, not_excellent=True) == "pass"


def test_open_criteria_count_in_full_for_what_can_still_be_reached():
    scores = [(D("5.1"), D("6.5")), (None, D("2.0")), (None, D("1.5"))]
    assert rules.attainable(scores) == D("8.6")


@pytest.mark.parametrize(
    ("points", "is_allowed"),
    [("-0.2", True), ("-0.3", False), ("0.8", True), ("0.9", False), ("0.35", False), ("0.3", True)],
)
def test_points_come_in_tenths_within_the_range(points, is_allowed):
    assert rules.is_allowed(D(points), D("-0.2"), D("0.8")) is is_allowed
