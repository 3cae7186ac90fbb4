"""Who sees what, against a walk over parents that knows nothing of lft/rght."""

from __future__ import annotations

import pytest

from orgs.models import OrgUnit
from orgs.permissions import FILL, REVIEW, may, may_anywhere

SUBTREES = {
    "province": {"hi"},
    "city": {"qh"},
    "township": {"qh-hs"},
    "university": {"hnu"},
    "college": {"hnu-law"},
    "secretary": {"hnu-law-1201"},
    "outsider": {"qzu"},
    "auditor": {"qh", "hnu"},
    "departed": set(),
    "nobody": set(),
}


def below(codes: set[str]) -> set[str]:
    """The units with these codes and everything below, by walking parents."""
    parents = dict(OrgUnit.objects.values_list("pk", "parent_id"))
    codes_by_id = dict(OrgUnit.objects.values_list("pk", "code"))
    found = set()
    for pk in parents:
        walker: int | None = pk
        while walker is not None:
            if codes_by_id[walker] in codes:
                found.add(codes_by_id[pk])
                break
            walker = parents[walker]
    return found


@pytest.mark.parametrize("key", sorted(SUBTREES))
def test_everyone_sees_exactly_the_own_subtree(cast, key):
    visible = set(OrgUnit.objects.visible_to(cast[key]).values_list("code", flat=True))
    assert visible == below(SUBTREES[key])


def test_the_national_office_sees_the_whole_forest(cast):
    assert OrgUnit.objects.visible_to(cast["national"]).count() == OrgUnit.objects.count()


def test_a_department_sees_its_lines_and_its_own_committee(cast):
    visible = set(OrgUnit.objects.visible_to(cast["schools"]).values_list("code", flat=True))
    assert visible == below({"hnu", "qzu"}) | {"hi"}


def test_a_deactivated_person_sees_nothing(cast):
    person = cast["province"]
    person.is_active = False
    assert not OrgUnit.objects.visible_to(person).exists()


def test_what_may_be_done_depends_on_the_role_held_there(cast, world):
    assert may(cast["college"], REVIEW, world["hnu-law-1201"])
    assert not may(cast["college"], REVIEW, world["hnu-tour-1201"])
    assert not may(cast["secretary"], REVIEW, world["hnu-law-1201"])
    assert not may_anywhere(cast["auditor"], FILL)
