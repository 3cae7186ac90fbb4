"""Units are renamed, moved, merged and closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.choices import Kind
from orgs.exceptions import Conflict, InvalidUnit, MayNotContain, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, OrgUnit, UnitVersion
from orgs.operations import tree, upper
from orgs.operations.tree_check import check_tree
from tests.orgs.forest import wrong_descendant_sets


def test_renamed_unit_is_found_by_its_former_name_and_the_past_keeps_it(world, cast):
    before = clock.now() - timedelta(days=7)
    renamed = tree.rename_unit(
        world["qzu"], name="海南热带海洋学院团委", short_name="海洋大", reason="更名", by=cast["province"]
    )
    for text in ("琼州学院", "热带海洋", "海洋大", "qzu", "QZU"):
        assert renamed in OrgUnit.objects.matching(text)
    assert UnitVersion.objects.as_of(before).get(unit=renamed).name == "琼州学院团委"
    assert AuditEntry.objects.for_object("orgs.orgunit", renamed.pk).get().reason == "更名"
    assert check_tree().is_sound


def test_renaming_to_the_present_name_changes_nothing(world):
    tree.rename_unit(world["qzu"], name="琼州学院团委", by=None)
    assert not AuditEntry.objects.for_object("orgs.orgunit", world.ids["qzu"]).exists()
    assert world["qzu"].version == 1


def test_rename_from_a_stale_page_is_a_conflict(world):
    tree.rename_unit(world["qzu"], name="甲学院团委", by=None, version=1)
    with pytest.raises(Conflict):
        tree.rename_unit(world["qzu"], name="乙学院团委", by=None, version=1)
    assert world["qzu"].name == "甲学院团委"


def test_moved_unit_takes_everything_below_along(world, cast):
    moved = tree.move_unit(world["qh-hs"], world["wn"], reason="区划调整", by=cast["province"])
    assert moved.parent_id == world.ids["wn"]
    assert {unit.code for unit in world["wn"].get_descendants()} >= {"qh-hs", "qh-hs-jl", "qh-hs-zj"}
    assert wrong_descendant_sets() == []
    assert check_tree().is_sound


def test_county_moves_to_another_province_and_its_past_stays(world):
    before = clock.now() - timedelta(days=7)
    tree.move_unit(world["aq-zy"], world["hi"], reason="区划调整", by=None)
    assert world["aq-zy"].tree_id == world["hi"].tree_id
    assert UnitVersion.objects.as_of(before).get(unit=world.ids["aq-zy"]).parent_id == world.ids["aq"]
    assert check_tree().is_sound


def test_move_below_itself_is_refused(world):
    with pytest.raises(InvalidUnit, match="自己"):
        tree.move_unit(world["hi"], world["qh"], reason="", by=None)


def test_move_below_a_kind_that_may_not_hold_it_is_refused(world):
    with pytest.raises(MayNotContain):
        tree.move_unit(world["qh-hs"], world["hnu"], reason="", by=None)


def test_move_to_where_it_stands_changes_nothing(world):
    tree.move_unit(world["qh-hs"], world["qh"], reason="", by=None)
    assert world["qh-hs"].version == 1


def test_university_cannot_move_its_college_to_the_neighbour(world, cast):
    with pytest.raises(NotAllowed):
        tree.move_unit(world["hnu-law"], world["qzu"], reason="", by=cast["university"])


def test_merger_hands_the_children_over_and_closes_the_source(world, cast):
    target = tree.merge_units(world["hnu-law"], world["hnu-tour"], reason="合并", by=cast["university"])
    law = world["hnu-law"]
    assert (law.is_open, law.merged_into_id) == (False, target.pk)
    assert {unit.code for unit in target.get_children()} >= {"hnu-law-1201", "hnu-law-1202", "hnu-law-1301"}
    assert law.get_descendant_count() == 0
    assert wrong_descendant_sets() == []
    assert check_tree().is_sound


def test_merger_into_a_unit_below_is_refused(world):
    with pytest.raises(InvalidUnit, match="下级"):
        tree.merge_units(world["hi"], world["qh"], reason="", by=None)


def test_merger_into_the_superior_is_possible(world):
    tree.merge_units(world["qh-hs"], world["qh"], reason="", by=None)
    assert world["qh-hs-jl"].parent_id == world.ids["qh"]
    assert check_tree().is_sound


def test_cohort_closes_in_one_batch_and_a_repetition_changes_nothing(world, cast):
    cohort = [world["hnu-law-1201"], world["hnu-law-1202"]]
    assert len(tree.close_units(cohort, reason="毕业", by=cast["university"])) == 2
    assert tree.close_units(cohort, reason="毕业", by=cast["university"]) == []
    version = UnitVersion.objects.current().get(unit=world.ids["hnu-law-1201"])
    assert version.is_open is False
    assert check_tree().is_sound


def test_unit_with_open_units_below_cannot_close_alone(world):
    with pytest.raises(InvalidUnit, match="3 个"):
        tree.close_units([world["hnu-law"]], reason="", by=None)


def test_unit_closes_together_with_everything_below(world):
    units = list(world["hnu-law"].get_descendants(include_self=True))
    assert len(tree.close_units(units, reason="撤销", by=None)) == 4


def test_nobody_closes_the_own_unit(world, cast):
    with pytest.raises(NotAllowed):
        tree.close_units([world["hnu"]], reason="", by=cast["university"])


def test_closed_unit_can_be_neither_renamed_nor_moved(world):
    tree.close_units([world["qh-yj-hx"]], reason="", by=None)
    with pytest.raises(InvalidUnit, match="已撤销"):
        tree.rename_unit(world["qh-yj-hx"], name="新名", by=None)
    with pytest.raises(InvalidUnit, match="已撤销"):
        tree.move_unit(world["qh-yj-hx"], world["wn-xl"], reason="", by=None)


def test_kind_cannot_become_one_that_may_not_hold_the_children(world):
    with pytest.raises(MayNotContain):
        tree.amend_unit(world["qh-hs"], {"kind_id": Kind.AFFILIATED_UNIT}, by=None)


def test_upper_part_runs_in_the_same_transaction_with_the_same_moment(world):
    seen: list[upper.Change] = []
    upper.register(apply=seen.append)
    try:
        tree.move_unit(world["qh-hs"], world["wn"], reason="调整", by=None)
    finally:
        upper.unregister(apply=seen.append)
    change = seen[0]
    assert (change.verb, change.unit_ids, change.target_id) == (
        "move",
        (world.ids["qh-hs"],),
        world.ids["wn"],
    )
    assert UnitVersion.objects.current().get(unit=world.ids["qh-hs"]).valid_from == change.at
    assert OrgUnit.objects.within(change.scope).count() == 3


def test_refusing_upper_part_undoes_the_change_of_the_tree(world):
    def refuse(change: upper.Change) -> None:
        raise InvalidUnit

    upper.register(apply=refuse)
    try:
        with pytest.raises(InvalidUnit):
            tree.close_units([world["qh-yj-hx"]], reason="", by=None)
    finally:
        upper.unregister(apply=refuse)
    assert world["qh-yj-hx"].is_open
