"""Of a closed week everybody reads the newest edition."""

from __future__ import annotations

import pytest

from orgs.kernel.clock import Week
from reporting.choices import WeekState
from reporting.models import ClosedWeek, WeekUnit
from reporting.pages import weeks
from scoring import metrics
from tests.scoring.conftest import close_week

pytestmark = pytest.mark.django_db


def test_pages_and_scores_mean_the_same_closed_week(world):
    close_week(world, 45, {"hnu": {}})
    close_week(world, 46, {"hnu": {}})
    newest = close_week(world, 46, {"hnu": {}}, edition=2)
    ClosedWeek.objects.create(
        year=2026, number=46, edition=3, starts_on=newest.starts_on, state=WeekState.CLOSING
    )
    unit = world["hnu"]
    assert [each.edition for each in ClosedWeek.objects.newest_editions()] == [1, 2]
    assert weeks.choose(None).closed == metrics.last_week(2026) == newest
    assert [each.edition for each in weeks.choose(Week(2026, 46)).recent] == [1, 2]
    assert metrics.read_year(2026, [unit.pk])[unit.pk].week == newest
    assert [row.week.edition for row in WeekUnit.objects.trend(unit.pk, 2)] == [2, 1]
