"""Three running spot checks graded 差, by each of the three readings of SUP-4.1c."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from reporting.models import SpotCheck
from reporting.rollup.streaks import occasion_grade, poor_streak
from scoring.models import Scheme
from scoring.operations import sheets as operations
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.poor_rows import lengths, rows

POOR, FAIR = 0, 4


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
    found = lengths(checks)
    assert (found["unit_sequence"], found["same_group"]) == (unit_sequence, same_group)


def test_the_row_says_which_draws_it_is_of():
    found = rows([("a", 9), ("a", 1), ("b", 2), ("b", 5), ("a", 0)])
    assert [each.draw for each in found["occasion"]] == ["d1", "d2"]
    assert [each.day.isoformat() for each in found["same_group"]] == ["2026-03-02", "2026-03-05"]


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
                grade="poor" if count < 3 else "fair",
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
    sheet = operations.compute_sheet(sheet)
    assert sheet.has_poor_flag is is_flagged
    if is_flagged and posts:
        day = (clock.today() - timedelta(days=3)).isoformat()
        assert f"3 次抽查为“差”：抽样 d0（{day}）、抽样 d1" in sheet.consequences.get().trigger
