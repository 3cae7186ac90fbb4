"""Units are created one by one and many at a time."""

from __future__ import annotations

import pytest

from orgs.choices import Kind, Line
from orgs.exceptions import InvalidUnit, MayNotContain, NotAllowed
from orgs.models import AuditEntry, OrgUnit, UnitVersion
from orgs.operations import tree
from orgs.operations.tree import NewUnit
from orgs.operations.tree_check import check_tree
from tests.orgs.forest import wrong_descendant_sets


def test_new_unit_stands_below_its_parent_with_version_and_audit_line(world, cast):
    college = tree.create_unit(
        world["hnu"], kind=Kind.COLLEGE, name="海洋学院团委", code="hnu-sea", by=cast["university"]
    )
    assert college.parent_id == world.ids["hnu"]
    assert college in world["hnu"].get_descendants()
    assert college.line == Line.UNIVERSITY
    version = UnitVersion.objects.get(unit=college)
    assert (version.parent_id, version.name, version.valid_to) == (world.ids["hnu"], "海洋学院团委", None)
    assert AuditEntry.objects.for_object("orgs.orgunit", college.pk).get().verb == "unit.created"
    assert check_tree().is_sound


def test_many_units_keep_their_order_and_leave_the_numbers_right(world, cast):
    new = [
        NewUnit(Kind.CLASS_BRANCH, f"法学2014级{n}班团支部", f"hnu-law-14{n:02}", intake_year=2014)
        for n in range(1, 41)
    ]
    units = tree.create_units(world["hnu-law"], new, by=cast["university"])
    assert [unit.code for unit in units] == [each.code for each in new]
    assert wrong_descendant_sets() == []
    assert check_tree().is_sound


def test_class_branch_without_intake_year_is_refused(world):
    with pytest.raises(InvalidUnit, match="入学年级"):
        tree.create_unit(world["hnu-law"], kind=Kind.CLASS_BRANCH, name="法学9班团支部", code="x", by=None)


def test_village_below_a_university_is_refused(world):
    with pytest.raises(MayNotContain, match="不能设立“村（社区）团支部”"):
        tree.create_unit(world["hnu"], kind=Kind.VILLAGE, name="某村团支部", code="x", by=None)


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("", "x", "全称"),
        ("新学院团委", " ", "代码"),
        ("新学院团委", "qzu", "代码“qzu”"),
        ("法学院团委", "x", "法学院团委"),
    ],
)
def test_missing_or_taken_name_and_code_are_refused_in_words(world, name, code, told):
    with pytest.raises(InvalidUnit, match=told):
        tree.create_unit(world["hnu"], kind=Kind.COLLEGE, name=name, code=code, by=None)


def test_university_cannot_create_units_below_its_neighbour(world, cast):
    with pytest.raises(NotAllowed):
        tree.create_unit(world["qzu"], kind=Kind.COLLEGE, name="新学院团委", code="x", by=cast["university"])


def test_refused_batch_leaves_nothing_behind(world):
    before = OrgUnit.objects.count()
    new = [NewUnit(Kind.COLLEGE, "新一学院团委", "n1"), NewUnit(Kind.VILLAGE, "新二村团支部", "n2")]
    with pytest.raises(MayNotContain):
        tree.create_units(world["hnu"], new, by=None)
    assert OrgUnit.objects.count() == before
    assert check_tree().is_sound


def test_new_province_gets_a_tree_of_its_own_even_below_the_national_office(world):
    first = tree.create_unit(None, kind=Kind.PROVINCE, name="共青团甲省委", code="p1", by=None)
    second = tree.create_unit(world["cn"], kind=Kind.PROVINCE, name="共青团乙省委", code="p2", by=None)
    assert first.parent_id is second.parent_id is None
    assert OrgUnit.objects.filter(tree_id__in=[first.tree_id, second.tree_id]).count() == 2
    assert check_tree().is_sound


def test_second_national_office_is_refused(world):
    with pytest.raises(InvalidUnit, match="团中央"):
        tree.create_unit(None, kind=Kind.NATIONAL, name="又一个", code="cn2", by=None)


def test_nothing_can_be_created_below_a_closed_unit(world):
    closed = tree.close_units([world["aq-zy"]], reason="撤销", by=None)[0]
    with pytest.raises(InvalidUnit, match="已撤销"):
        tree.create_unit(closed, kind=Kind.TOWNSHIP, name="横埠镇团委", code="x", by=None)
