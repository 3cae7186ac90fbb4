"""Three running spot checks graded 差, by each of the three readings of SUP-4.1c."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from reporting.models import SpotCheck
from reporting.rollup.streaks import longest_of, occasion_grade, poor_streak
from scoring.models import Scheme
from scoring.operations import sheets as operations
from tests.scoring.conftest import QIONGHAI, close_week

POOR, FAIR = "poor", "fair"


@pytest.mark.parametrize(
    ("checks", "unit_sequence", "same_group"),
    [
        ([("a", POOR)] * 3, 3, 3),
        ([("a", POOR), ("b", POOR), ("c", POOR)], 3, 1),
        ([("a", POOR), ("b", FAIR), ("a", POOR), ("b", FAIR), ("a", POOR)], 1, 3),
        ([("a", POOR), ("a", POOR), ("a", FAIR), ("a", POOR)], 2, 2),
        ([], 0, 0),
    ],
)
def test_single_checks_are_read_as_a_row_of_the_unit_or_of_the_same_group(checks, unit_sequence, same_group):
    assert longest_of(checks) == {"unit_sequence": unit_sequence, "same_group": same_group}


def test_one_draw_is_one_occasion_by_its_median():
    """Three draws: 2, 1, 9 posts (median 2: 差); 1, 2 (1.5: 差); 2 (差) are three running 差, though one group had nine."""
    assert poor_streak(occasion_grade(each) for each in ([2, 1, 9], [1, 2], [2])).longest == 3
    assert poor_streak(occasion_grade(each) for each in ([2, 3, 9], [1, 2], [2])).longest == 2


@pytest.fixture
def checks(world, cast):
    """Four checks in units of Qionghai, one draw: 差, 差, 一般, 差 of the groups a, b, b, a — all of channels without a row."""

    def made(*posts):
        now = clock.now() - timedelta(days=3)
        for n, count in enumerate(posts):
            SpotCheck.objects.create(
                unit=world["qh-hs"],
                direct_unit=world["qh"],
                draw=f"d{n}",
                posts=count,
                grade=POOR if count < 3 else FAIR,
                counted_on=clock.local(now).date(),
                checked_at=now + timedelta(minutes=n),
                checked_by=cast["auditor"],
            )

    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reading", "posts", "is_flagged"),
    [
        ("occasion", [], True),  # by the frozen row alone
        ("unit_sequence", [1, 2, 0], True),
        ("unit_sequence", [1, 2, 5, 0], False),
        ("same_group", [1, 2, 0], True),
        ("same_group", [1, 2], False),
    ],
)
def test_the_scheme_says_how_a_row_is_read(sheets, checks, world, reading, posts, is_flagged):
    scheme = Scheme.objects.get(code="sup-a")
    Scheme.objects.filter(pk=scheme.pk).update(settings={**scheme.settings, "poor_streak": reading})
    checks(*posts)
    number = clock.today().isocalendar().week
    close_week(world, number, {"qh": QIONGHAI | {"poor_streak_max": 3 if reading == "occasion" else 0}})
    sheet = sheets["qh"]
    sheet.refresh_from_db()
    assert operations.compute_sheet(sheet).has_poor_flag is is_flagged
