"""`check_tree` finds each planted fault; `rebuild_tree` repairs what can be repaired; random edits leave no fault."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.core.management import call_command

from orgs.choices import Kind
from orgs.exceptions import InvalidUnit, MayNotContain
from orgs.models import OrgUnit, UnitVersion
from orgs.operations import bulk_load, tree, tree_check
from orgs.operations.bulk_load import UnitRow
from tests.orgs.forest import wrong_descendant_sets

BELOW = {Kind.PROVINCE: Kind.COUNTY, Kind.COUNTY: Kind.TOWNSHIP, Kind.TOWNSHIP: Kind.VILLAGE}


def plant(world, code: str, **columns: object) -> None:
    OrgUnit.objects.filter(pk=world.ids[code]).update(**columns)


FAULTS = {
    "T1": lambda world: plant(world, "hnu-law-1201", rght=world["hnu-law-1201"].rght + 1),
    "T2": lambda world: plant(world, "hnu-law-1201", depth=7),
    "T3": lambda world: plant(world, "vol", rght=world["vol"].rght + 100),
    "T4": lambda world: plant(world, "ah", tree_id=world["hi"].tree_id),
    "T5": lambda world: plant(world, "qh", parent_id=world.ids["qh-hs"]),
    "T6": lambda world: plant(world, "hnu-law", parent_id=world.ids["qzu"]),
    "T9": lambda world: UnitVersion.objects.filter(unit=world.ids["vol"]).delete(),
}


def test_world_is_sound(world):
    report = tree_check.check_tree()
    assert (report.n_units, report.n_trees, report.is_sound) == (25, 3, True)


@pytest.mark.parametrize("rule", FAULTS)
def test_planted_fault_is_found(world, rule):
    FAULTS[rule](world)
    assert rule in tree_check.check_tree().counts


def test_ring_of_parents_is_named(world):
    FAULTS["T5"](world)
    ring = [fault for fault in tree_check.check_tree().faults if fault.rule == "T5"]
    assert len(ring) == 1
    assert all(str(world.ids[code]) in ring[0].text for code in ("qh", "qh-hs"))


def test_command_exits_with_1_and_names_the_fault(world):
    FAULTS["T3"](world)
    out = StringIO()
    with pytest.raises(SystemExit) as done:
        call_command("check_tree", stdout=out)
    assert done.value.code == 1
    assert "T3" in out.getvalue()


@pytest.mark.parametrize("rule", ["T1", "T2", "T3", "T4"])
def test_rebuilding_repairs_the_numbers(world, rule):
    FAULTS[rule](world)
    assert tree_check.rebuild_tree() > 0
    assert tree_check.check_tree().is_sound
    assert tree_check.rebuild_tree() == 0


def test_scrambled_tree_is_rebuilt_alone(world):
    for code in ("hnu", "hnu-law", "qh", "qh-hs-jl"):
        plant(world, code, lft=3, rght=4, depth=0)
    call_command("rebuild_tree", tree=world["hi"].tree_id, stdout=StringIO())
    assert wrong_descendant_sets() == []
    assert tree_check.check_tree().is_sound


def test_unit_with_the_number_of_another_tree_is_brought_home(world):
    plant(world, "qh-hs", tree_id=world["ah"].tree_id)
    tree_check.rebuild_tree()
    assert wrong_descendant_sets() == []
    assert tree_check.check_tree().is_sound


def test_loaded_trees_are_sound_and_a_taken_code_is_refused(world):
    rows = [UnitRow("x", "", "甲省", Kind.PROVINCE), UnitRow("y", "x", "乙市", Kind.PREFECTURE)]
    assert bulk_load.load_tree(rows).n_units == 2
    with pytest.raises(InvalidUnit, match="代码“x”"):
        bulk_load.load_tree(rows)
    assert tree_check.check_tree().is_sound


@pytest.mark.parametrize("seed", range(6))
def test_random_edits_agree_with_a_walk_over_the_parents(world, seed):
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    for turn in range(60):
        units = list(OrgUnit.objects.in_operation().exclude(kind=Kind.NATIONAL).order_by("pk"))
        one, other = chance.choice(units), chance.choice(units)
        try:
            _edit(chance, one, other, f"r{seed}-{turn}")
        except (InvalidUnit, MayNotContain):
            continue
        assert wrong_descendant_sets() == [], f"turn {turn}"
    assert tree_check.check_tree().is_sound


def _edit(chance: random.Random, one: OrgUnit, other: OrgUnit, code: str) -> None:
    edit = chance.choice(["insert", "insert", "move", "move", "merge", "close"])
    if edit == "insert":
        kind = BELOW.get(one.kind_id, Kind.VILLAGE)
        tree.create_unit(one, kind=kind, name=code, code=code, by=None)
    elif edit == "move":
        tree.move_unit(one, other, reason="", by=None)
    elif edit == "merge":
        tree.merge_units(one, other, reason="", by=None)
    else:
        tree.close_units([one], reason="", by=None)
