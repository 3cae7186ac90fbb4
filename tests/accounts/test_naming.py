"""Regular names and ids (UNI-3.2b, invariants A1 and A5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import naming
from orgs.kernel import texts


@pytest.mark.parametrize(
    ("unit", "school", "name"),
    [
        ("海南大学团委", "海南大学团委", "海南大学团委微信群"),
        ("法学院团委", "海南大学团委", "海南大学法学院团委微信群"),
        ("法学2012级1班团支部", "海南大学团委", "海南大学法学2012级1班团支部微信群"),
        ("加略村团支部", "", "加略村团支部微信群"),
        ("共青团琼海市委", "", "共青团琼海市委微信群"),
        ("某某中学", "", "某某中学团委微信群"),
    ],
)
def test_proposed_name_is_regular(unit, school, name):
    assert naming.regular_name(unit, school) == name
    assert naming.is_regular(name)


@pytest.mark.parametrize(
    "nickname",
    [
        "海南大学法学院团总支讨论组",
        "海南大学团委微信群2",
        "海南大学 法学院 团委微信群",
        "某校团工委微信群二群",
    ],
)
def test_variants_of_the_rule_are_regular(nickname):
    assert naming.is_regular(nickname)


@pytest.mark.parametrize("nickname", ["", "海大计科1201", "法学1班微信群", "海南大学团委", "团委微信群"])
def test_deviation_is_seen(nickname):
    assert not naming.is_regular(nickname)


def test_two_spellings_of_one_id_have_one_key():
    assert naming.identifier_key(" Ｈnu_JK1201\u200b ") == naming.identifier_key("hnu_jk1201") == "hnu_jk1201"


def test_hidden_characters_go_and_emoji_and_rare_characters_stay():
    assert naming.clean_text(" 𠮷\u202e木\x00\t群 👨\u200d👩 ") == "𠮷木 群 👨\u200d👩"


@given(st.text(max_size=12))
def test_what_is_typed_is_stored_as_a_file_would_be_read(text):
    """A6: a compatibility ideograph, a wide letter or a letter in two parts is no difference after a round trip."""
    once = naming.clean_text(text)
    assert naming.clean_text(once) == once
    assert texts.clean(once) == once


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_the_short_way_through_plain_text_changes_nothing(text):
    """A5, A1: what most cells are made of is passed on as it is; that is what the long way gives as well."""
    padded = f"\u200b {text}"  # takes the long way
    assert naming.clean_text(text) == naming.clean_text(padded)
    assert naming.clean_identifier(text) == naming.clean_identifier(padded)


@pytest.mark.parametrize(
    ("name", "pattern", "follows"),
    [
        ("海南大学团委微信群", "uniform", True),
        ("大家庭", "uniform", False),
        ("青农 会山", "青农*", True),
        ("会山青农", "青农*", False),
        ("会山镇团委微信群（2）", "{name}微信群*", True),
        ("阳江镇团委微信群", "{name}微信群*", False),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        ("青农群", "青*农*群", True),
        ("青群", "青*群*群", False),
        ("甲乙甲", "*乙*甲", True),
        ("甲", "甲*甲", False),
        ("微" * 120, "*微" * 40, True),
        ("微" * 120, "*微" * 39 + "*信", False),
    ],
)
def test_a_pattern_is_any_text_and_the_units_name(name, pattern, follows):
    assert naming.follows(name, pattern, "会山镇团委") is follows
