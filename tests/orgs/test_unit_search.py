"""Finding units by the blocks of search keys: the same units as reading every one, whatever has changed meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from orgs import unit_search
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import OrgUnit, SearchBlock
from orgs.naming import by_script, script_of, search_key
from orgs.operations import search_blocks, search_keys, tree

pytestmark = pytest.mark.django_db
MOST = 20
TYPED = (
    "琼海",
    "qionghai",
    "qh",
    "法学",
    "法学院 1201",
    "2012级",
    "l",
    "1",
    "-",
    "hnu-law",
    "查无此团",
    "qu wei",
)


def found(user, text, most=MOST):
    units = OrgUnit.objects.visible_to(user)
    return [unit.code for unit in unit_search.best_matches(units, user.units_in_charge(), text, most)]


def plain(user, text):
    return [unit.code for unit in OrgUnit.objects.visible_to(user).best_matches(text, MOST)]


@pytest.fixture(autouse=True)
def keyed(world):
    """Keys as loads write them; those of the test world are shorter."""
    search_keys.refresh_all()


@pytest.mark.parametrize("key", ["province", "university", "schools", "national", "auditor"])
def test_the_same_units_in_the_same_order_as_reading_every_unit(cast, key):
    for text in TYPED:
        assert found(cast[key], text) == plain(cast[key], text), text
    assert found(cast[key], "琼", 1) == plain(cast[key], "琼")[:1]


def test_what_is_new_renamed_moved_and_merged_is_found_where_it_stands(world, cast):
    by = cast["province"]
    tree.create_unit(world["hnu"], kind=Kind.COLLEGE, name="海洋学院团委", code="hnu-sea", by=by)
    assert found(by, "海洋") == found(by, "haiyang") == ["hnu-sea"]
    with clock.frozen(clock.now() + timedelta(days=1)):
        tree.rename_unit(unit("hnu-sea"), name="食品学院团委", by=by)
    assert found(by, "食品") == found(by, "海洋") == ["hnu-sea"]  # the former name too
    tree.move_unit(world["qh-hs"], world["aq-zy"], reason="调整", by=None)
    assert found(by, "加略") == []
    assert found(cast["national"], "加略") == ["qh-hs-jl"]
    tree.merge_units(world["qh-yj"], world["qh-hs"], reason="合并", by=None)
    assert found(by, "红星") == []
    assert found(cast["national"], "红星") == ["qh-yj-hx"]
    assert search_blocks.repair() == 0


def test_blocks_that_are_lacking_or_wrong_are_written_anew(world, cast):
    SearchBlock.objects.filter(tree_id=world["hi"].tree_id).update(names="", letters="")
    SearchBlock.objects.filter(tree_id=world["ah"].tree_id).delete()
    SearchBlock.objects.create(tree_id=99, number=1, names="不在", letters="", digits="")
    assert found(cast["province"], "加略") == []
    search_keys.refresh_all()
    assert found(cast["province"], "加略") == ["qh-hs-jl"]
    assert not SearchBlock.objects.filter(tree_id=99).exists()
    assert search_blocks.repair() == 0


def test_closed_units_are_found_where_they_are_asked_for(world, cast):
    OrgUnit.objects.filter(code="qh-hs-jl").update(is_open=False, closed_on="2026-11-01")
    user = cast["province"]
    units, charge = OrgUnit.objects.visible_to(user), user.units_in_charge()
    assert unit_search.best_matches(units, charge, "加略", MOST) == []
    assert len(unit_search.best_matches(units, charge, "加略", MOST, with_closed=True)) == 1


def test_a_text_common_in_the_whole_nation_shows_the_leading_units_and_asks_for_more(
    cast, sign_in, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(unit_search, "MOST_BLOCKS", 0)
    leading = OrgUnit.objects.leading_others().in_operation().best_matches("团", MOST)
    with django_assert_max_num_queries(6):  # two of them the appointments
        assert found(cast["national"], "团") == [each.code for each in leading]
    assert found(cast["province"], "团") == plain(cast["province"], "团")
    for address in ("/search/", reverse("orgs:list-units")):
        assert "请补充关键字" in sign_in("national").get(address, {"q": "团"}).text
        assert "请补充关键字" not in sign_in("province").get(address, {"q": "团"}).text


def test_a_nation_is_not_read_unit_by_unit(cast, monkeypatch):
    monkeypatch.setattr(type(OrgUnit.objects.all()), "best_matches", None)
    assert found(cast["national"], "加略") == ["qh-hs-jl"]


NAMES = st.text("琼海市团委级班Aaz19-é·", min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(NAMES, min_size=1, max_size=4),
    code=st.text("ab-190", min_size=1, max_size=6),
    data=st.data(),
)
def test_every_part_of_a_key_stands_where_a_search_looks(names, code, data):
    keys = [search_key(name, "", code) for name in names]
    line = data.draw(st.sampled_from("\n".join(keys).split("\n")))
    first = data.draw(st.integers(0, len(line) - 1))
    word = line[first : data.draw(st.integers(first + 1, len(line)))]
    texts = dict(zip(("names", "letters", "digits"), by_script(keys), strict=True))
    assert not script_of(word) or word in texts[script_of(word)]


def unit(code):
    return OrgUnit.objects.get(code=code)
