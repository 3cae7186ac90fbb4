from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from orgs.kernel import versions
from orgs.models import OrgUnit, UnitKind, UnitVersion

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
INSTANT = timedelta(microseconds=1)


def make_unit(number=1):
    kind, _ = UnitKind.objects.get_or_create(code="kernel", defaults={"name": "测试"})
    return OrgUnit.objects.create(
        code=f"K{number}", kind=kind, name=f"单位{number}", tree_id=9000 + number, lft=1, rght=2, depth=0
    )


def facts(**changes):
    return {
        "parent_id": None,
        "kind_id": "kernel",
        "code": "K",
        "name": "旧名",
        "line": "territory",
    } | changes


@pytest.fixture
def unit():
    return make_unit()


def record(unit, at, **changes):
    return versions.record(UnitVersion, key={"unit": unit}, facts=facts(**changes), at=at)


def intervals(unit):
    rows = UnitVersion.objects.filter(unit=unit).order_by("valid_from")
    return [(row.name, row.valid_from, row.valid_to) for row in rows]


def names_as_of(unit, at):
    return [row.name for row in UnitVersion.objects.as_of(at).filter(unit=unit)]


def test_change_closes_the_old_version_and_opens_the_new(unit):
    record(unit, MONDAY)
    record(unit, TUESDAY, name="新名")
    assert intervals(unit) == [("旧名", MONDAY, TUESDAY), ("新名", TUESDAY, None)]


def test_interval_contains_its_first_instant_and_not_its_last(unit):
    record(unit, MONDAY)
    record(unit, TUESDAY, name="新名")
    assert names_as_of(unit, MONDAY - INSTANT) == []
    assert names_as_of(unit, MONDAY) == ["旧名"]
    assert names_as_of(unit, TUESDAY - INSTANT) == ["旧名"]
    assert names_as_of(unit, TUESDAY) == ["新名"]


def test_equal_facts_write_nothing(unit, django_assert_max_num_queries):
    first = record(unit, MONDAY)
    with django_assert_max_num_queries(3):
        assert record(unit, TUESDAY).pk == first.pk
    assert intervals(unit) == [("旧名", MONDAY, None)]


def test_facts_not_named_keep_their_value(unit):
    record(unit, MONDAY, intake_year=2013)
    versions.record(UnitVersion, key={"unit": unit}, facts={"name": "新名"}, at=TUESDAY)
    current = UnitVersion.objects.current().get(unit=unit)
    assert (current.name, current.intake_year) == ("新名", 2013)


def test_change_at_the_same_instant_leaves_no_empty_interval(unit):
    record(unit, MONDAY)
    record(unit, MONDAY, name="新名")
    assert intervals(unit) == [("新名", MONDAY, None)]


def test_nothing_is_backdated(unit):
    record(unit, TUESDAY)
    with pytest.raises(versions.Backdated):
        record(unit, MONDAY, name="新名")
    versions.close(UnitVersion, key={"unit": unit}, at=WEDNESDAY)
    with pytest.raises(versions.Backdated):
        record(unit, TUESDAY, name="新名")


def test_closed_key_has_nothing_until_it_is_recorded_again(unit):
    record(unit, MONDAY)
    versions.close(UnitVersion, key={"unit": unit}, at=TUESDAY)
    versions.close(UnitVersion, key={"unit": unit}, at=WEDNESDAY)
    assert names_as_of(unit, TUESDAY) == []
    record(unit, WEDNESDAY)
    assert intervals(unit) == [("旧名", MONDAY, TUESDAY), ("旧名", WEDNESDAY, None)]


def test_what_is_closed_at_its_first_instant_never_was(unit):
    record(unit, MONDAY)
    versions.close(UnitVersion, key={"unit": unit}, at=MONDAY)
    assert intervals(unit) == []


def test_database_refuses_two_current_versions(unit):
    record(unit, MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitVersion.objects.create(unit=unit, valid_from=TUESDAY, **facts())


def test_many_are_recorded_as_one_by_one(django_assert_max_num_queries):
    units = [make_unit(number) for number in range(4)]
    same, changed, amended, new = units
    record(same, MONDAY)
    record(changed, MONDAY)
    record(amended, TUESDAY)
    rows = [
        (same.pk, facts()),
        (changed.pk, facts(name="新名")),
        (amended.pk, facts(name="新名")),
        (new.pk, facts()),
    ]
    with django_assert_max_num_queries(9):
        assert versions.record_many(UnitVersion, "unit_id", rows, TUESDAY) == 3
    assert intervals(same) == [("旧名", MONDAY, None)]
    assert intervals(changed) == [("旧名", MONDAY, TUESDAY), ("新名", TUESDAY, None)]
    assert intervals(amended) == [("新名", TUESDAY, None)]
    assert intervals(new) == [("旧名", TUESDAY, None)]
    assert versions.record_many(UnitVersion, "unit_id", rows, WEDNESDAY) == 0


def test_one_backdated_row_of_many_writes_none():
    early, late = make_unit(1), make_unit(2)
    record(early, MONDAY)
    record(late, WEDNESDAY)
    with pytest.raises(versions.Backdated):
        versions.record_many(
            UnitVersion, "unit_id", [(unit.pk, facts(name="新名")) for unit in (early, late)], TUESDAY
        )
    assert intervals(early) == [("旧名", MONDAY, None)]


def test_many_are_closed_at_once():
    units = [make_unit(number) for number in range(3)]
    for unit in units:
        record(unit, MONDAY)
    assert versions.close_many(UnitVersion, "unit_id", [unit.pk for unit in units[:2]], TUESDAY) == 2
    assert [names_as_of(unit, TUESDAY) for unit in units] == [[], [], ["旧名"]]
