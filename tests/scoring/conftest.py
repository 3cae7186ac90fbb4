"""A frozen week for two units, and their sheets."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from orgs.choices import Measure
from orgs.kernel import clock
from orgs.models import UnitBaseVersion
from reporting.choices import WeekState
from reporting.models import ClosedWeek, WeekUnit
from scoring.operations import schemes
from scoring.operations.sheets import open_year

# Worked out by hand in test_computing.py.
QIONGHAI = {
    "base_assessed": 25148,
    "base_reported": 24310,
    "base_orgs": 371,
    "sub_orgs": 380,
    "sub_orgs_with_group": 312,
    "sub_orgs_with_admin": 300,
    "sub_covered_members": 21586,
    "own_accounts_public": 1,
    "own_admins": 1,
    "own_channels_recorded": 2,
    "own_active_days": 14,
    "sub_checks": 10,
    "sub_checks_poor": 1,
    "sub_admin_changed": 3,
}
HAINAN_UNIVERSITY = {
    "base_assessed": 1000,
    "base_reported": None,
    "base_orgs": None,
    "sub_orgs": 100,
    "sub_orgs_with_group": 59,
    "sub_covered_members": 1200,
    "own_accounts_public": 0,
    "own_accounts_personal": 1,
    "own_admins": 2,
    "poor_streak_max": 3,
}


def close_week(world, number, rows, *, edition=1, year=2026):
    """A closed week with these figures: {unit code: {column: value}}."""
    week = ClosedWeek.objects.create(
        year=year, number=number, edition=edition, starts_on=date.fromisocalendar(year, number, 1)
    )
    for code, figures in rows.items():
        unit = world[code]
        WeekUnit.objects.create(
            week=week,
            unit=unit,
            parent_id=unit.parent_id,
            depth=unit.depth,
            kind_id=unit.kind_id,
            line=unit.line,
            code=unit.code,
            name=unit.name,
            **figures,
        )
    ClosedWeek.objects.filter(pk=week.pk).update(
        state=WeekState.CLOSED, closed_at=clock.now(), n_units=len(rows)
    )
    week.refresh_from_db()
    return week


@pytest.fixture
def scheme_files(db):
    """The schemes that come with the product."""
    return schemes.load_shipped()


@pytest.fixture
def sheets(world, scheme_files):
    """Sheets of 2026 by unit code, before any week is closed."""
    return {sheet.unit.code: sheet for sheet in open_year(2026)}


@pytest.fixture
def week(world):
    """2026-W46 with the figures above, and the bases with year and source."""
    for measure, count, source in (
        (Measure.MEMBERS_2012, 25148, "共青团基层组织系统"),
        (Measure.MEMBERS_REPORTED, 24310, "前期上报"),
    ):
        UnitBaseVersion.objects.create(
            unit=world["qh"],
            measure=measure,
            count=count,
            year=2012,
            source=source,
            valid_from=datetime(2026, 10, 5, 9, 0, tzinfo=clock.SHANGHAI),
        )
    return close_week(world, 46, {"qh": QIONGHAI, "hnu": HAINAN_UNIVERSITY})
