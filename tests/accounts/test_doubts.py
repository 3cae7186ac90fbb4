"""需核实: pure checks of one form against what is known beside it."""

from __future__ import annotations

import pytest

from accounts.doubts import AccountFigures, FieldCodes, FormFacts, checks, doubts

NAME = "海南大学法学2012级1班团支部微信群"


def codes(account: AccountFigures, **facts) -> list[str]:
    return [doubt.code for doubt in doubts([account], FormFacts(**facts))]


def test_clean_form_has_none():
    assert codes(AccountFigures(0, NAME, 1, 41), base_members=43, previous_contacts={0: 40}) == []


@pytest.mark.parametrize(("contacts", "found"), [(43, []), (44, ["above_base"])])
def test_more_contacts_than_members(contacts, found):
    assert codes(AccountFigures(0, NAME, 1, contacts), base_members=43) == found


def test_without_a_base_nothing_is_above_it():
    assert codes(AccountFigures(0, NAME, 1, 9999), base_members=None) == []


def test_contacts_without_a_group():
    assert codes(AccountFigures(0, NAME, 0, 5)) == ["no_group"]
    assert codes(AccountFigures(0, NAME, 0, 0)) == []


def test_nickname_off_the_rule_only_where_the_rule_applies():
    assert codes(AccountFigures(0, "海大计科1201", 1, 5)) == ["nickname"]
    assert codes(AccountFigures(0, "海大计科1201", 1, 5), naming_applies=False) == []


@pytest.mark.parametrize(("contacts", "found"), [(40, []), (39, ["fall"]), (60, [])])
def test_fall_of_more_than_a_fifth(contacts, found):
    assert codes(AccountFigures(0, NAME, 1, contacts), previous_contacts={0: 50}) == found


@pytest.mark.parametrize(("alike", "found"), [(1, []), (2, ["alike"])])
def test_one_equal_sibling_is_chance_two_are_not(alike, found):
    assert codes(AccountFigures(0, NAME, 1, 40), n_siblings_alike=alike) == found


def test_registered_elsewhere_is_said_without_saying_where():
    found = doubts(
        [AccountFigures(0, NAME, 1, 5)],
        FormFacts(identifier_taken=frozenset({0}), mobile_elsewhere=frozenset({0, 1})),
    )
    assert [(each.code, each.position) for each in found] == [
        ("identifier_taken", 0),
        ("mobile_elsewhere", 0),
        ("mobile_elsewhere", 1),
    ]
    assert all("疑点" not in each.message for each in found)


def test_account_no_longer_listed_is_named():
    assert codes(AccountFigures(0, NAME, 1, 5), unlisted=("旧群",)) == ["unlisted"]


def test_only_what_had_something_to_compare_was_checked():
    account = [AccountFigures(0, NAME, 1, 5)]
    assert checks(account, FormFacts(naming_applies=False)) == ["no_group", "identifier_taken"]
    known = FormFacts(base_members=43, previous_contacts={0: 4}, has_mobile=True)
    everything = ["nickname", "no_group", "above_base", "fall", "mobile_elsewhere", "identifier_taken"]
    assert checks(account, known) == everything
    uncounted = [AccountFigures(0)]
    assert checks(uncounted, FormFacts(base_members=43), FieldCodes(identifier="")) == []


def test_doubt_as_json_points_at_its_cell():
    (doubt,) = doubts([AccountFigures(2, NAME, 0, 5)], FormFacts())
    assert doubt.as_json() == {
        "code": "no_group",
        "field": "groups",
        "message": "填了联系人数，微信群个数却为 0",
        "position": 2,
    }
