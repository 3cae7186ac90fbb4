"""核减 in a closed week: what a unit covers after inspection, how its superiors fall, and that a closed week never changes."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest

from accounts.choices import GroupKind, GroupStatus
from accounts.models import Group
from accounts.operations.registry import open_group
from orgs.kernel import clock
from reporting.models import ClosedWeek, VerifiedCount, WeekUnit
from reporting.operations.verified_counts import void_count
from reporting.verified_figures import Found, Less, less_of, of_units
from scoring.choices import Metric
from scoring.frozen import Year
from scoring.metrics import figure, platform_gaps, read_year
from tests.scoring.conftest import close_week
from tests.world import TODAY

BRANCH, LINK = GroupKind.BRANCH, GroupKind.LINK
OWN = (BRANCH, GroupKind.YOUTH_LINK)


def row(covered: int, base: int | None, *, groups: int = 1, links: int = 0, has_group: int = 1) -> WeekUnit:
    facts = {"own_groups_link": links, "own_groups_dedicated": 0, "own_groups_other": 0}
    return SimpleNamespace(  # type: ignore[return-value]
        own_covered_members=covered,
        own_base_members=base,
        own_groups_member=groups,
        own_orgs_with_group=has_group,
        **facts,
    )


@pytest.mark.parametrize(
    ("unit", "groups", "less"),
    [
        # One group of 30: found with 21, not found, found whole, not looked at.
        (row(30, 40), [Found(BRANCH, 30, 21)], Less(9, 9, 0)),
        (row(30, 40), [Found(BRANCH, 30, 0)], Less(30, 30, 1)),
        (row(30, 40), [Found(BRANCH, 30, 30)], Less()),
        (row(30, 40), [Found(BRANCH, 30, None)], Less()),
        # Above the base: only what falls below it counts once capped.
        (row(50, 40), [Found(BRANCH, 50, 45)], Less(5, 0, 0)),
        (row(50, 40), [Found(BRANCH, 50, 35)], Less(15, 5, 0)),
        # More contacts declared than the group has: each group was verified, so that their sum is the most.
        (row(60, None), [Found(BRANCH, 30, 21)], Less(39, 39, 0)),
        (row(60, None), [Found(BRANCH, None, 21)], Less(39, 39, 0)),
        # Two groups, one of them missing: the other is still one.
        (row(60, 80, groups=2), [Found(BRANCH, 30, 0), Found(BRANCH, 30, None)], Less(30, 30, 0)),
        (row(60, 80, groups=2), [Found(BRANCH, 30, 0), Found(BRANCH, 30, 0)], Less(60, 60, 1)),
        # A group of another kind than the unit's own is missing: it still has its own.
        (row(40, 80, links=1), [Found(LINK, 10, 0), Found(BRANCH, 40, None)], Less(10, 10, 0)),
        # The unit has corrected its number since: nothing is taken off twice.
        (row(21, 40), [Found(BRANCH, 21, 21)], Less()),
        (row(0, 40, has_group=0, groups=0), [Found(BRANCH, 30, 0)], Less()),
    ],
)
def test_what_a_unit_falls_short_of(unit, groups, less):
    assert less_of(unit, groups, OWN) == less


@pytest.fixture
def verified(world, cast, registered):
    """Class 1201 declared 30 in one group; inspectors find 12 before the week ends."""
    group = registered[0]
    return VerifiedCount.objects.create(
        group=group,
        unit=group.unit,
        declared=30,
        verified=12,
        reason="清点",
        verified_at=TODAY - timedelta(days=4),
        verified_by=cast["province"],
    )


@pytest.fixture
def registered(world, cast):
    with clock.frozen(TODAY - timedelta(days=20)):
        return [
            open_group(world[code], kind=BRANCH, name=f"{code}群", members=30, by=None)
            for code in ("hnu-law-1201", "hnu-law-1202")
        ]


def closed(world) -> ClosedWeek:
    """Last week: both classes declared 30 of 43 and 45; the university and its college have no base of their own."""
    own = {
        "own_groups_member": 1,
        "own_orgs_with_group": 1,
        "own_covered_members": 30,
        "own_covered_capped": 30,
    }
    above = {"sub_covered_members": 60, "sub_covered_capped": 60, "sub_orgs_with_group": 5, "sub_orgs": 8}
    rows = {
        "hnu": above | {"base_assessed": 100, "own_admins": 1, "own_accounts_public": 1},
        "hnu-law": above,
        "hnu-law-1201": own | {"own_base_members": 43},
        "hnu-law-1202": own | {"own_base_members": 45},
    }
    return close_week(world, 46, rows)


@pytest.mark.django_db
def test_superiors_fall_by_what_their_units_fall_and_a_closed_week_stays(world, cast, verified):
    week = closed(world)
    ids = [world.ids[code] for code in ("hnu", "hnu-law", "hnu-law-1201", "qh")]
    found = of_units(week, ids)
    assert found == {pk: Less(18, 18, 0) for pk in ids[:3]}
    void_count(verified.pk, reason="数错了", by=cast["province"])
    assert of_units(week, ids) == found


@pytest.mark.django_db
def test_what_is_found_after_the_week_waits_for_the_next_one(world, cast, registered):
    week = closed(world)
    VerifiedCount.objects.create(
        group=registered[0],
        unit=registered[0].unit,
        declared=30,
        verified=0,
        reason="没有找到",
        verified_at=TODAY,
        verified_by=cast["province"],
    )
    assert of_units(week, [world.ids["hnu"]]) == {}
    assert Group.objects.filter(status=GroupStatus.OPEN).count() == 2


@pytest.mark.django_db
def test_a_score_uses_the_verified_number_and_names_the_declared_one(world, cast, verified):
    VerifiedCount.objects.filter(pk=verified.pk).update(verified=0)
    closed(world)
    year = read_year(2026, [world.ids["hnu"]])[world.ids["hnu"]]
    found = figure(Metric.ORGANISATIONS_COVERAGE, year, {})
    assert (found.numerator, found.declared) == (4, 5)
    coverage = figure(Metric.MEMBERS_COVERAGE, year, {})
    assert (coverage.numerator, coverage.declared, coverage.denominator) == (30, 60, 100)
    capped = figure(Metric.MEMBERS_COVERAGE, year, {"numerator": "covered_capped"})
    assert (capped.numerator, capped.declared) == (30, 60)
    assert figure(Metric.ORGANISATIONS_COVERAGE, Year(year.week, row=year.row), {}).declared is None
    # 5 of 8 are 62.5 %, 4 of 8 are 50 %: the floor of 60 % tells the difference.
    assert platform_gaps(year, Fraction("0.6"))["groups"] == (4, 8)
    assert "groups" not in platform_gaps(Year(year.week, row=year.row), Fraction("0.6"))


@pytest.mark.django_db
def test_a_week_without_verified_figures_asks_one_statement(
    world, cast, registered, django_assert_num_queries
):
    week = closed(world)
    with django_assert_num_queries(1):
        assert of_units(week, [world.ids["hnu"]]) == {}
