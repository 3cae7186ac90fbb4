from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from orgs.kernel import numbers


@pytest.mark.parametrize(
    ("part", "base", "text"),
    [
        (836, 1000, "83.6%"),
        (9995, 10000, "99.9%"),
        (8949, 10000, "89.4%"),
        (1, 3, "33.3%"),
        (2, 3, "66.6%"),
        (0, 5, "0.0%"),
        (5, 5, "100.0%"),
        (7, 5, "140.0%"),
        (-1, 8, "-12.5%"),
        (-1, 100000, "0.0%"),
        (Decimal("0.5"), 2, "25.0%"),
    ],
)
def test_percentage_is_cut_not_rounded(part, base, text):
    assert numbers.percent_text(part, base) == text


@pytest.mark.parametrize(("part", "base"), [(None, 5), (5, None), (5, 0), (0, 0)])
def test_no_percentage_without_a_base(part, base):
    assert numbers.ratio(part, base) is None
    assert numbers.percent_text(part, base) == "—"
    assert numbers.percent_text(part, base, missing="底数缺失") == "底数缺失"


def test_ratio_is_exact():
    assert numbers.ratio(1, 3) == Fraction(1, 3)


def test_count_has_separators_and_unknown_is_not_zero():
    assert [numbers.thousands(n) for n in (0, 999, 1234567, None)] == ["0", "999", "1,234,567", "—"]


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ("1", "1.0"),
        ("0.80", "0.8"),
        ("0.85", "0.85"),
        ("-0.2", "-0.2"),
        ("0", "0"),
        ("-0.00", "0"),
        ("10", "10.0"),
    ],
)
def test_points_are_written_as_on_the_sheet(points, text):
    assert numbers.points_text(Decimal(points)) == text
