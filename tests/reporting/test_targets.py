"""Whom a requirement asks: each key of a target, in one statement, never beyond the subtree."""

from __future__ import annotations

import pytest

from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from reporting.querysets.targets import condition

pytestmark = pytest.mark.django_db
LAW = {"hnu-law", "hnu-law-1201", "hnu-law-1202", "hnu-law-1301"}


def asked(target, unit):
    units = OrgUnit.objects.within(UnitsInCharge.below(unit)).in_operation()
    return set(units.filter(condition(target)).values_list("code", flat=True))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, {"hnu", "hnu-tour", "hnu-tour-1201", *LAW}),
        ({"kinds": ["college"]}, {"hnu-law", "hnu-tour"}),
        ({"kinds": ["university"]}, {"hnu"}),
        ({"kinds": ["county"]}, set()),
        ({"intake_years": [2013]}, {"hnu-law-1301"}),
        ({"not_intake_years": [2013]}, {"hnu", "hnu-law", "hnu-tour", "hnu-tour-1201", "hnu-law-1201", "hnu-law-1202"}),
        ({"kinds": ["class_branch"], "not_intake_years": [2012]}, {"hnu-law-1301"}),
        ({"units": ["hnu-law", "hnu-law-1301", "qzu"]}, {"hnu-law", "hnu-law-1301"}),
        ({"not_units": ["hnu-law"]}, {"hnu", "hnu-tour", "hnu-tour-1201"}),
        ({"under": "hnu-law"}, LAW),
        ({"under": "qzu"}, set()),
        ({"with_children": True}, {"hnu", "hnu-law", "hnu-tour"}),
        ({"with_children": False, "under": "hnu-tour"}, {"hnu-tour-1201"}),
        ({"levels": [1, 2]}, {"hnu", "hnu-law", "hnu-tour"}),
        ({"attributes": ["holds_members"], "under": "hnu-tour"}, {"hnu-tour-1201"}),
        ({"lines": ["rural"]}, set()),
    ],
    ids=lambda given: str(sorted(given)) if isinstance(given, set) else str(given),
)  # fmt: skip
def test_a_target_narrows_the_subtree(world, target, expected):
    assert asked(target, world["hnu"]) == expected


def test_all_keys_must_hold(world):
    assert asked({"lines": ["rural"], "levels": [2]}, world["hi"]) == {"qh-hs", "qh-yj", "wn-xl"}
    assert asked({"attributes": ["league_organisation"], "levels": [1]}, world["hi"]) == {
        "qh", "wn", "hnu", "qzu",
    }  # fmt: skip


def test_the_national_office_asks_every_province(world):
    assert asked({"kinds": ["province"]}, world["cn"]) == {"hi", "ah"}


def test_closed_units_are_not_asked_and_count_for_nothing(world):
    OrgUnit.objects.filter(code="hnu-tour-1201").update(is_open=False, closed_on="2026-11-01")
    assert "hnu-tour-1201" not in asked({}, world["hnu"])
    assert "hnu-tour" in asked({"with_children": False}, world["hnu"])


def test_one_statement_answers(world, django_assert_num_queries):
    unit = world["hi"]
    target = {
        "under": "hnu",
        "not_units": ["hnu-law"],
        "with_children": True,
        "attributes": ["league_organisation"],
    }
    with django_assert_num_queries(1):
        assert asked(target, unit) == {"hnu", "hnu-tour"}
