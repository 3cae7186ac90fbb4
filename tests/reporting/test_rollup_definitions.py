"""What the figures mean, one sentence of docs/metrics.md per test."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Account, AccountVersion, Group, GroupVersion
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import UnitBaseVersion, UnitVersion
from reporting.models import WeekUnit
from reporting.operations import weekly

WEEK = Week(2026, 46)
MONDAY = WEEK.starts_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def declare(world):
    """declare(code, contacts, groups=1): an open account of the unit with these numbers."""

    def _declare(code, contacts, groups=1, at=MONDAY, status="open", **more):
        unit = world.ids[code]
        n = Account.objects.count()
        account = Account.objects.create(
            unit_id=unit, platform_id="wechat_personal", identifier=f"id{n}", identifier_key=f"id{n}"
        )
        facts = {
            "platform_id": "wechat_personal",
            "purpose": "organisation",
            "status": status,
            "contacts": contacts,
            "declared_groups": groups,
        }
        AccountVersion.objects.create(account=account, unit_id=unit, valid_from=at, **facts | more)
        return account

    return _declare


def base(world, code, count):
    UnitBaseVersion.objects.create(
        unit_id=world.ids[code], measure="members", count=count, year=2026, source="x", valid_from=MONDAY
    )


def without_bases():
    UnitBaseVersion.objects.all().delete()


@pytest.fixture
def row(world):
    """row("hnu") -> that unit's row of the closed week."""

    def _row(code):
        closed = weekly.close_week(WEEK)
        return WeekUnit.objects.with_coverage().get(week=closed, unit_id=world.ids[code])

    return _row


def test_with_several_accounts_in_one_unit_the_largest_counts(declare, row):
    declare("hnu-law-1201", 30)
    declare("hnu-law-1201", 38)
    assert row("hnu-law-1201").own_covered == 38
    assert row("hnu-law-1201").own_reach == 68


def test_own_members_count_instead_of_contacts_where_given(declare, row):
    declare("hnu-law-1201", 80, own_members=41)
    assert row("hnu-law-1201").own_covered == 41


def test_without_any_group_nobody_is_covered(declare, row):
    declare("hnu-law-1201", 30, groups=0)
    assert (row("hnu-law-1201").own_covered, row("hnu-law-1201").own_unreported) == (0, 0)


def test_a_unit_that_reported_nothing_is_missing_and_not_zero(declare, row):
    assert row("hnu-law-1201").own_covered is None
    assert row("hnu-law-1201").coverage_part is None
    assert row("hnu-law").sub_unreported == 3
    assert row("hnu-law").coverage_part == 0


def test_one_units_surplus_does_not_hide_anothers_gap(declare, row):
    declare("hnu-law-1201", 60)
    declare("hnu-law-1202", 40)
    assert row("hnu-law-1201").coverage_part == 60
    assert row("hnu-law").sub_covered_members == 100
    assert row("hnu-law").coverage_part == 43 + 40
    assert row("hnu-law").coverage_base == 43 + 45 + 48


def test_a_committees_own_contacts_feed_reach_only(declare, row):
    declare("hnu-law", 500)
    assert row("hnu-law").own_reach == 500
    assert row("hnu-law").own_covered is None
    assert row("hnu-law").sub_covered_members == 0


def test_only_the_superiors_base_is_recorded(world, declare, row):
    without_bases()
    base(world, "hnu-law", 100)
    declare("hnu-law-1201", 60)
    declare("hnu-law-1202", 50)
    college = row("hnu-law")
    assert (college.coverage_part, college.coverage_base, college.sub_base_missing) == (110, 100, 0)
    assert row("hnu-law-1201").own_base_missing == 1
    assert row("hnu").sub_base_missing == 1  # the class of the other college


def test_what_has_no_base_is_left_out_of_the_rate_and_makes_it_provisional(world, declare, row):
    without_bases()
    base(world, "hnu-law-1201", 40)
    declare("hnu-law-1201", 40)
    declare("hnu-law-1202", 50)
    college = row("hnu-law")
    assert (college.coverage_part, college.coverage_base) == (40, 40)
    assert (college.sub_base_missing, college.sub_covered_without_base) == (2, 50)


def test_a_recorded_figure_overrides_the_sum_on_the_way_up(world, row):
    base(world, "hnu-law", 500)
    assert row("hnu-law").sub_base_members == 500
    assert row("hnu").sub_base_members == 500 + 38


def test_without_any_base_there_is_no_rate(row):
    without_bases()
    assert row("hnu").sub_base_members is None
    assert row("hnu").coverage_base is None


def test_a_branch_needs_a_member_facing_group_and_a_committee_a_link_group(world, declare, row):
    declare("hnu-law-1201", 30, groups=1)
    declare("hnu-law", 30, groups=1)
    for code, kind in (("hnu-law-1202", "link"), ("hnu", "branch"), ("qzu", "link")):
        group = Group.objects.create(
            unit_id=world.ids[code], kind=kind, platform_id="wechat_group", name="群"
        )
        GroupVersion.objects.create(
            group=group,
            unit_id=world.ids[code],
            kind=kind,
            platform_id="wechat_group",
            name="群",
            status="open",
            valid_from=MONDAY,
        )
    found = {code: row(code).own_orgs_with_group for code in ("hnu-law-1201", "hnu-law", "qzu")}
    assert found == {"hnu-law-1201": 1, "hnu-law": 1, "qzu": 1}
    assert (row("hnu-law-1202").own_orgs_with_group, row("hnu").own_orgs_with_group) == (0, 0)
    assert row("hnu").sub_orgs_with_group == 2


def test_dormant_and_closed_accounts_stand_beside(declare, row):
    declare("hnu-law-1201", 30, status="dormant")
    declare("hnu-law-1201", 30, status="closed")
    found = row("hnu-law-1201")
    assert (found.own_accounts_personal, found.own_accounts_dormant, found.own_orgs_with_account) == (0, 1, 0)


def test_an_approval_at_sunday_24_belongs_to_the_next_week(declare, row):
    declare("hnu-law-1201", 30, at=WEEK.ends_at)
    assert row("hnu-law-1201").own_accounts_personal == 0


def test_a_class_closed_in_the_week_has_a_row_with_flows_and_no_stocks(world, declare, row):
    declare("hnu-law-1201", 30)
    unit = world.ids["hnu-law-1201"]
    UnitVersion.objects.filter(unit_id=unit).update(valid_to=MONDAY + timedelta(days=2))
    found = row("hnu-law-1201")
    assert (found.is_open, found.own_orgs, found.own_holders, found.own_covered) == (False, 0, 0, None)
    assert row("hnu-law").sub_base_members == 45 + 48
    with clock.frozen(WEEK.next().ends_at):
        following = weekly.close_week(WEEK.next())
    assert not WeekUnit.objects.for_week(following.pk).filter(unit_id=unit).exists()


def test_exactly_on_the_line_is_not_below_it(world, declare, row):
    base(world, "vol", 1)
    without_bases()
    base(world, "hnu-law-1201", 50)
    base(world, "hnu-law-1202", 10000)
    declare("hnu-law-1201", 40)
    declare("hnu-law-1202", 7999)
    closed = row("hnu").week_id
    below = WeekUnit.objects.for_week(closed).below_line(80).values_list("code", flat=True)
    assert "hnu-law-1202" in below
    assert "hnu-law-1201" not in below
