"""Any registry, two weeks in a row: the snapshot equals the oracle in every column, and R1, R2, R3, R6 and R7 hold."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import AdministratorshipVersion
from orgs.kernel import clock
from orgs.kernel.clock import Week
from reporting.coverage import Coverage
from reporting.coverage_words import rate_text
from reporting.figures import ADDITIVE, LATER
from reporting.models import WeekUnit
from reporting.operations import weekly
from reporting.pages import board, weeks
from tests.reporting.forest import RandomForest
from tests.reporting.oracle import Oracle
from tests.reporting.registry import RandomRegistry
from tests.reporting.test_rollup_oracle import differences, snapshot

FIRST = Week(2026, 46)
BOTH = (FIRST, FIRST.next())

pytestmark = pytest.mark.django_db


@contextlib.contextmanager
def taken_back():
    """Each example begins with the small world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def close(week, sort):
    """A forest as a worker would, tree by tree where the example says so."""
    with clock.frozen(week.ends_at + timedelta(hours=1)):
        return weekly.close_now(week) if sort is RandomForest else weekly.close_week(week)


def children_of(rows, unit, national):
    return [r for u, r in rows.items() if u != national and (r["parent_id"] or national) == unit]


def sums_hold(rows, national):
    """R1: a superior's additive figure is its own plus its children's. R2: the nation's is all own ones, added up flat."""
    for unit, row in rows.items():
        below = children_of(rows, unit, national)
        for name in (*ADDITIVE, *LATER):
            assert row[f"sub_{name}"] == row[f"own_{name}"] + sum(r[f"sub_{name}"] for r in below), name
    for name in (*ADDITIVE, *LATER):
        assert rows[national][f"sub_{name}"] == sum(row[f"own_{name}"] for row in rows.values()), name


def persons_are_counted_once(rows, national, week):
    """R3: at most the sum, at least the largest part; of the nation as many as there are, told without the tree."""
    for unit, row in rows.items():
        parts = [row["own_admin_persons"]]
        parts += [r["sub_admin_persons"] for r in children_of(rows, unit, national)]
        assert max(parts) <= row["sub_admin_persons"] <= sum(parts)
    in_office = [
        version
        for version in AdministratorshipVersion.objects.filter(valid_from__lt=week.ends_at)
        if (version.valid_to is None or version.valid_to >= week.ends_at)
        and version.unit_id in rows
        and rows[version.unit_id]["is_open"]
    ]
    flat = {version.person_key or version.administratorship_id for version in in_office}
    assert rows[national]["sub_admin_persons"] == len(flat)


def rates_are_sane(closed):
    """R7: never below 0, above 1 flagged, and without a denominator a dash or words, never a number."""
    for row in WeekUnit.objects.for_week(closed.pk).with_coverage():
        found = Coverage.of(row)
        assert found.base is None or found.base > 0
        if found.is_rate:
            assert found.share >= 0
            assert found.is_over == (found.part > found.base)
        else:
            assert found.share is None
            assert "%" not in rate_text(found)


def changes_are_differences(rows_by_week, national, in_charge):
    """R6: the difference to the week before; where that week has no row of the unit there is none, and not 0."""
    before, after = (rows_by_week[week] for week in BOTH)
    for week in BOTH:
        chosen = weeks.choose(week)
        for unit in sorted(after)[-6:]:
            found = board.read(chosen, unit, in_charge, is_whole=True, is_national=unit == national)
            for name in board.SUMMED:
                known = week == BOTH[1] and unit in before
                column = f"sub_{name}"
                assert found.change(name) == (after[unit][column] - before[unit][column] if known else None)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # an example names its seed and its size: nothing to shrink for minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    sort=st.sampled_from([RandomRegistry, RandomForest]),
    seed=st.integers(0, 2**32 - 1),
    n_units=st.integers(4, 24),
    in_parts=st.booleans(),
)
def test_two_weeks_of_any_registry(world, cast, settings, sort, seed, n_units, in_parts):
    settings.CLOSE_IN_PARTS_FROM = 1 if in_parts else 0
    national, rows_by_week = world.ids["cn"], {}
    with taken_back():
        sort(FIRST, seed, n_units).build()
        for week in BOTH:
            closed = close(week, sort)
            rows = rows_by_week[week] = snapshot(closed)
            assert differences(rows, Oracle(week).rows()) == []
            sums_hold(rows, national)
            persons_are_counted_once(rows, national, week)
            rates_are_sane(closed)
        changes_are_differences(rows_by_week, national, cast["national"].units_in_charge())
