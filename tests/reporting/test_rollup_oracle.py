"""Own and subtree figures of every unit equal a walk over parents in plain Python."""

from __future__ import annotations

import pytest

from orgs.kernel import clock
from orgs.kernel.clock import Week
from reporting.figures import ADDITIVE
from reporting.models import WeekUnit
from reporting.operations import weekly
from tests.reporting.oracle import Oracle
from tests.reporting.registry import RandomRegistry

WEEK = Week(2026, 46)

pytestmark = pytest.mark.django_db


def snapshot(closed):
    """{unit id: {column: value}} as it is stored."""
    names = [f.attname for f in WeekUnit._meta.concrete_fields if f.attname not in {"week_id", "unit_id"}]
    rows = WeekUnit.objects.for_week(closed.pk).values_list("unit_id", *names)
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def differences(stored, expected):
    assert stored.keys() == expected.keys()
    return [
        (unit, name, stored[unit][name], expected[unit][name])
        for unit in stored
        for name in sorted(stored[unit].keys() | expected[unit].keys())
        if stored[unit].get(name, "no column") != expected[unit].get(name, "no oracle")
    ]


@pytest.mark.parametrize("seed", range(8))
def test_every_figure_of_a_random_registry_equals_the_oracle(world, seed):
    RandomRegistry(WEEK, seed).build()
    assert differences(snapshot(weekly.close_week(WEEK)), Oracle(WEEK).rows()) == []


def test_every_figure_of_the_small_world_equals_the_oracle(world):
    assert differences(snapshot(weekly.close_week(WEEK)), Oracle(WEEK).rows()) == []


@pytest.mark.parametrize("week", [Week(2026, 53), Week(2027, 1)], ids=str)
def test_the_turn_of_the_year_equals_the_oracle(world, week):
    RandomRegistry(week, 53).build()
    with clock.frozen(week.ends_at):
        assert differences(snapshot(weekly.close_week(week)), Oracle(week).rows()) == []


def test_a_superiors_additive_figure_is_its_own_plus_its_childrens(world):
    RandomRegistry(WEEK, 3).build()
    rows = snapshot(weekly.close_week(WEEK))
    national = world.ids["cn"]
    for unit, row in rows.items():
        children = [r for u, r in rows.items() if (r["parent_id"] or national) == unit and u != national]
        for name in ADDITIVE:
            assert row[f"sub_{name}"] == row[f"own_{name}"] + sum(c[f"sub_{name}"] for c in children), name


def test_the_national_office_sums_every_own_figure_once(world):
    RandomRegistry(WEEK, 4).build()
    rows = snapshot(weekly.close_week(WEEK))
    top = rows[world.ids["cn"]]
    for name in ADDITIVE:
        assert top[f"sub_{name}"] == sum(row[f"own_{name}"] for row in rows.values()), name


def test_the_made_up_registry_reaches_every_figure(world):
    for seed in range(8):
        RandomRegistry(WEEK, seed).build()
    rows = snapshot(weekly.close_week(WEEK)).values()
    flat = [name for name in next(iter(rows)) if not any(row[name] for row in rows)]
    assert flat == []
    assert any(not row["is_open"] for row in rows)
    assert any(row["own_covered"] is None and row["own_holders"] for row in rows)
    assert any(row["own_covered"] == 0 for row in rows)
    assert any(row["poor_streak_max"] > row["poor_streak"] for row in rows)
