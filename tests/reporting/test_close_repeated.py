"""The close is a function of the week alone: repeated, late, after edits, half done, it gives the same hash (C5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Account, RegistryEvent
from accounts.operations import packages, registry
from orgs.choices import Role
from orgs.kernel import clock, triggers, versions
from orgs.kernel.clock import Week
from orgs.models import Appointment, OrgUnit, UnitVersion
from orgs.operations import invitations
from reporting.choices import WeekState
from reporting.models import ClosedWeek, SpotCheck, WeekUnit
from reporting.operations import activity, inspection, weekly
from tests.accounts.forms import launch
from tests.cast import PASSWORD
from tests.reporting.campaign_rows import NOW, figure, judge, make_campaign, standings
from tests.reporting.registry import RandomRegistry

WEEK = Week(2026, 46)

pytestmark = pytest.mark.django_db


def forget(week):
    """Take the closed week away, as nobody but a test can; at once, as each trigger would be a transaction of its own."""
    with transaction.atomic(), triggers.without_triggers(connection):
        WeekUnit.objects.filter(week__year=week.year, week__number=week.number).delete()
        ClosedWeek.objects.filter(year=week.year, number=week.number).delete()


def close_anew(week):
    forget(week)
    return weekly.close_week(week)


def test_a_week_closed_twice_changes_nothing(world):
    first = weekly.close_week(WEEK)
    with clock.frozen(WEEK.ends_at + timedelta(days=9)):
        second = weekly.close_week(WEEK)
    assert (second.pk, second.content_hash, second.closed_at) == (
        first.pk,
        first.content_hash,
        first.closed_at,
    )
    assert ClosedWeek.objects.count() == 1


def test_a_close_computed_anew_gives_the_same_hash(world):
    RandomRegistry(WEEK, 11).build()
    first = weekly.close_week(WEEK).content_hash
    assert close_anew(WEEK).content_hash == first


def test_a_half_done_close_is_wiped_and_redone(world):
    RandomRegistry(WEEK, 12).build()
    whole = weekly.close_week(WEEK)
    n_units, content_hash = whole.n_units, whole.content_hash
    with triggers.without_triggers(connection):
        ClosedWeek.objects.filter(pk=whole.pk).update(
            state=WeekState.CLOSING, content_hash="", n_units=0, closed_at=None
        )
        WeekUnit.objects.filter(week=whole, unit_id__gt=world.ids["hnu"]).delete()
        WeekUnit.objects.filter(week=whole).update(own_posts=77)
    again = weekly.close_week(WEEK)
    assert (again.pk, again.n_units, again.content_hash) == (whole.pk, n_units, content_hash)


@pytest.fixture
def lively(world, cast):
    """A registry with something of everything before the end of the week; now it is the Wednesday after."""
    RandomRegistry(WEEK, 13).build()
    with clock.frozen(WEEK.starts_at + timedelta(days=1, hours=9)):
        account = registry.open_account(
            world["hnu-law-1201"],
            platform="wechat_personal",
            identifier="law1201",
            contacts=40,
            declared_groups=1,
            by=cast["college"],
        )
        group = registry.open_group(
            world["hnu-law"], kind="link", name="法学院团支书群", by=cast["university"]
        )
        activity.record_day(group, clock.today(), 3, by=cast["university"])
    with clock.frozen(WEEK.starts_at + timedelta(days=2, hours=9)):
        inspection.record_check(
            group, draw="d46", counted_on=clock.today() - timedelta(days=1), posts=2, by=cast["province"]
        )
    return account, group


def change_contacts(account, group, world, cast):
    registry.change_account(account, contacts=90, by=cast["college"])


def close_account(account, group, world, cast):
    registry.close_account(account, reason="毕业", by=cast["college"])


def close_group(account, group, world, cast):
    registry.close_group(group, reason="合并", by=cast["university"])


def record_late(account, group, world, cast):
    activity.record_day(account, WEEK.ends_on, 9, by=cast["college"])


def check_late(account, group, world, cast):
    inspection.record_check(group, draw="d46", counted_on=WEEK.ends_on, posts=0, by=cast["province"])


def void_check(account, group, world, cast):
    inspection.void_check(SpotCheck.objects.get(draw="d46", group=group), "数错", by=cast["province"])


def rename_move_and_close_units(account, group, world, cast):
    for code, facts in {
        "hnu-law": {"name": "法学与公管学院团委"},
        "hnu-law-1202": {"parent_id": world.ids["hnu-tour"]},
        "hnu-law-1301": {"is_open": False},
    }.items():
        versions.record(UnitVersion, key={"unit_id": world.ids[code]}, facts=facts, at=clock.now())
        OrgUnit.objects.filter(code=code, is_open=True).update(name="现名")


@pytest.mark.parametrize(
    "edit",
    [
        change_contacts,
        close_account,
        close_group,
        record_late,
        check_late,
        void_check,
        rename_move_and_close_units,
    ],
    ids=lambda edit: edit.__name__,
)
def test_a_later_edit_does_not_reach_back(lively, world, cast, edit):
    account, group = lively
    before = weekly.close_week(WEEK).content_hash
    edit(account, group, world, cast)
    assert close_anew(WEEK).content_hash == before
    following = WEEK.next()
    with clock.frozen(following.ends_at):
        edited = weekly.close_week(following).content_hash
    assert edited != before


@pytest.fixture
def launched(world, cast):
    """A campaign launched in the week and not judged yet: about the package of a university and the head of a class."""
    deputy = Appointment.objects.create(
        user=cast["outside_secretary"],
        unit=world["hnu-law-1201"],
        role=Role.SECRETARY,
        starts_on=WEEK.starts_on,
    )
    with clock.frozen(WEEK.starts_at + timedelta(days=1, hours=9)):
        round = launch(world, cast, kinds=["class_branch"])
        package = packages.report_upward(round, world["hnu"], by=cast["university"])
    campaign = make_campaign(
        world,
        figure("packages_reported", {"units": ["hnu"]}, form="UNI-A"),
        figure("principals", {"units": ["hnu-law-1201"]}, compare="==", threshold="1"),
    )
    return campaign, package, deputy


def return_package(package, deputy, world, cast):
    packages.return_package(package.pk, remark="请补齐", by=cast["schools"])


def report_once_more(package, deputy, world, cast):
    return_package(package, deputy, world, cast)
    packages.report_upward(package.round, world["hnu"], by=cast["university"])


def hand_over_to_the_deputy(package, deputy, world, cast):
    term = Appointment.objects.get(user=cast["secretary"], unit=world["hnu-law-1201"])
    mobile = str(deputy.user.mobile)
    invited = invitations.hand_over(term, name="邻班孔", mobile=mobile, by=cast["college"])
    invitations.accept_invitation(invited.code, mobile_tail=mobile[-4:], password=PASSWORD)
    assert Appointment.objects.filter(unit=term.unit, is_principal=True).count() == 2


@pytest.mark.parametrize("edit", [return_package, report_once_more, hand_over_to_the_deputy])
def test_a_first_judging_that_runs_late_is_as_of_sunday(launched, world, cast, edit):
    campaign, package, deputy = launched
    edit(package, deputy, world, cast)
    weekly.close_week(WEEK)
    asked = {"hnu": "1-", "hnu-law-1201": "-1"}
    assert standings(campaign, world, WEEK.ends_at) == asked
    judge(campaign, NOW + timedelta(hours=1))
    later = asked | ({"hnu": "0-"} if edit is return_package else {})
    assert standings(campaign, world) == later


def test_an_edit_before_the_end_of_the_week_does_count(lively, world, cast):
    account, _group = lively
    before = weekly.close_week(WEEK).content_hash
    with clock.frozen(WEEK.ends_at - timedelta(microseconds=1)):
        registry.change_account(Account.objects.get(pk=account.pk), contacts=41, by=cast["college"])
    assert close_anew(WEEK).content_hash != before


def test_each_instant_belongs_to_exactly_one_week(world, cast):
    last_of_the_year = Week(2026, 53)
    unit = world.ids["hnu-law-1201"]
    account = Account.objects.create(unit_id=unit, platform_id="app", identifier="x", identifier_key="x")
    instants = [
        last_of_the_year.starts_at - timedelta(microseconds=1),
        last_of_the_year.starts_at,
        clock.day_start(last_of_the_year.ends_on.replace(day=1)),
        last_of_the_year.ends_at - timedelta(microseconds=1),
        last_of_the_year.ends_at,
    ]
    counted = []
    for at in instants:
        RegistryEvent.objects.create(unit_id=unit, kind="changed", account=account, at=at)
    with clock.frozen(last_of_the_year.next().ends_at):
        for week in (last_of_the_year.previous(), last_of_the_year, last_of_the_year.next()):
            row = WeekUnit.objects.get(week=weekly.close_week(week), unit_id=unit)
            counted.append(row.own_changed)
    assert counted == [1, 1, 1]
    assert str(last_of_the_year.next()) == "2027-W01"


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        (datetime(2026, 11, 15, 15, 59, 59, 999999, tzinfo=UTC), "2026-W46"),
        (datetime(2026, 11, 15, 16, 0, tzinfo=UTC), "2026-W47"),
        (datetime(2026, 11, 15, 23, 30, tzinfo=UTC), "2026-W47"),
        (datetime(2027, 1, 3, 15, 59, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 16, 30, tzinfo=UTC), "2027-W01"),
    ],
)
def test_an_evening_in_utc_belongs_to_the_week_of_shanghai(world, at, counted):
    unit = world.ids["hnu-law-1201"]
    account = Account.objects.create(unit_id=unit, platform_id="app", identifier="x", identifier_key="x")
    RegistryEvent.objects.create(unit_id=unit, kind="changed", account=account, at=at)
    week = Week.parse(counted)
    with clock.frozen(week.ends_at):
        found = [
            WeekUnit.objects.get(week=weekly.close_week(each), unit_id=unit).own_changed
            for each in (week.previous(), week)
        ]
    assert found == [0, 1]
    with clock.frozen(at):
        assert not week.is_over
        assert week.previous().is_over
