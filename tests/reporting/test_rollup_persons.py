"""Administrators as persons: counted once in the unit and once in every subtree, by the key of their mobile (R3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Administratorship, AdministratorshipVersion
from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import UnitVersion
from reporting.models import WeekUnit
from reporting.operations import weekly

WEEK = Week(2026, 46)

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[0, 1], ids=["whole", "parts"])
def persons(request, world, settings):
    """persons("hnu") -> (own terms, own persons, persons of the subtree) of the closed week."""
    settings.CLOSE_IN_PARTS_FROM = request.param

    def _persons(code):
        closed = weekly.close_now(WEEK)
        row = WeekUnit.objects.get(week=closed, unit_id=world.ids[code])
        return row.own_admins, row.own_admin_persons, row.sub_admin_persons

    return _persons


def appoint(world, code, key, *, at=WEEK.starts_at):
    unit = world.ids[code]
    term = Administratorship.objects.create(unit_id=unit, started_at=at)
    return AdministratorshipVersion.objects.create(
        administratorship=term, unit_id=unit, person_key=key, valid_from=at
    )


def test_two_terms_of_one_person_in_a_unit_are_one_person(world, persons):
    appoint(world, "hnu-law-1201", "a")
    appoint(world, "hnu-law-1201", "a")
    assert persons("hnu-law-1201") == (2, 1, 1)
    assert persons("cn") == (0, 0, 1)


def test_without_a_mobile_every_term_is_a_person_of_its_own(world, persons):
    appoint(world, "hnu-law-1201", "")
    appoint(world, "hnu-law-1201", "")
    appoint(world, "hnu-law-1202", "")
    assert persons("hnu-law-1201") == (2, 2, 2)
    assert persons("hnu-law") == (0, 0, 3)


def test_a_person_in_several_units_is_one_person_from_where_the_ways_meet(world, persons):
    for code in ("hnu-law-1201", "hnu-law-1202", "hnu-tour-1201", "qh-hs-jl", "hnu-law"):
        appoint(world, code, "a")
    appoint(world, "hnu-law-1202", "b")
    appoint(world, "hnu-tour-1201", "b")
    found = {
        code: persons(code)[2] for code in ("hnu-law-1202", "hnu-law", "hnu-tour", "hnu", "qh", "hi", "cn")
    }
    assert found == {"hnu-law-1202": 2, "hnu-law": 2, "hnu-tour": 2, "hnu": 2, "qh": 1, "hi": 2, "cn": 2}


def test_a_person_in_two_provinces_and_in_the_office_itself_is_one_person(world, persons):
    for code in ("cn", "hnu", "aq-zy"):
        appoint(world, code, "a")
    appoint(world, "ah", "b")
    assert {code: persons(code)[2] for code in ("hi", "ah", "cn")} == {"hi": 1, "ah": 2, "cn": 2}


def test_who_stood_elsewhere_in_another_week_or_in_a_closed_unit_is_not_counted_there(world, persons):
    appoint(world, "hnu-law-1201", "a")
    appoint(world, "hnu-law-1202", "a", at=WEEK.ends_at)
    appoint(world, "hnu-tour-1201", "a")
    UnitVersion.objects.filter(unit_id=world.ids["hnu-tour-1201"]).update(
        valid_to=WEEK.ends_at - timedelta(days=1)
    )
    assert persons("hnu-law-1202") == (0, 0, 0)
    assert persons("hnu-tour-1201") == (0, 0, 0)
    assert (persons("hnu-tour")[2], persons("hnu")[2]) == (0, 1)


def test_the_registry_writes_the_key_with_every_version(world):
    """One person at two accounts, whose units are merged by the registry's own doors."""
    person = PersonalData("林某甲", mobile="13800000123")
    codes = ("hnu-law-1201", "hnu-law-1202")
    with clock.frozen(WEEK.starts_at):
        for code in codes:
            account = registry.open_account(world[code], platform="wechat_personal", identifier=code, by=None)
            registry.appoint_administrator(world[code], account=account, person=person, by=None)
    keys = set(AdministratorshipVersion.objects.values_list("person_key", flat=True))
    assert len(keys) == 1
    assert keys != {""}
    row = WeekUnit.objects.get(week=weekly.close_week(WEEK), unit_id=world.ids["hnu-law"])
    assert row.sub_admins - row.sub_admin_persons == 1
