"""The pages of units: search, picker, one unit, its changes; foreign units do not exist."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.choices import Kind, Measure
from orgs.exceptions import Conflict
from orgs.models import OrgUnit, UnitBase, UnitBaseVersion
from orgs.operations import tree
from orgs.operations.tree import NewUnit

CHANGES = ["create-unit", "rename-unit", "move-unit", "close-unit", "record-base"]


def page_of(world, code: str, name: str = "show-unit") -> str:
    return reverse(f"orgs:{name}", args=[world.ids[code]])


def test_unit_page_shows_children_bases_people_and_the_way_up(world, sign_in):
    answer = sign_in("university").get(page_of(world, "hnu-law"))
    text = answer.content.decode()
    for shown in ("法学院团委", "法学2012级1班团支部", "海南大学团委", "院团委陈"):
        assert shown in text
    assert reverse("orgs:show-unit", args=[world.ids["hnu"]]) in text
    assert page_of(world, "hi") not in text  # named, but above the own scope: no link


@pytest.mark.parametrize("name", ["show-unit", *CHANGES])
def test_neighbour_and_superior_units_answer_404(world, sign_in, name):
    client = sign_in("university")
    assert client.get(page_of(world, "qzu", name)).status_code == 404
    assert client.get(page_of(world, "hi", name)).status_code == 404


@pytest.mark.parametrize("name", CHANGES)
def test_secretary_sees_the_own_unit_but_may_not_change_it(world, sign_in, name):
    client = sign_in("secretary")
    assert client.get(page_of(world, "hnu-law-1201")).status_code == 200
    assert client.get(page_of(world, "hnu-law-1201", name)).status_code == 403


@pytest.mark.parametrize("name", CHANGES)
def test_every_form_opens(world, sign_in, name):
    assert sign_in("university").get(page_of(world, "hnu-law", name)).status_code == 200


@pytest.mark.parametrize("name", ["list-units", "pick-unit", "pick-unit-page"])
def test_stranger_is_sent_to_the_sign_in(world, client, name):
    assert client.get(reverse(f"orgs:{name}")).status_code == 302


def test_national_office_lists_the_provinces(world, sign_in):
    text = sign_in("national").get(page_of(world, "cn")).content.decode()
    assert "共青团海南省委" in text
    assert "共青团安徽省委" in text


def test_search_finds_own_units_only(world, sign_in):
    text = sign_in("university").get(reverse("orgs:list-units"), {"q": "2012级"}).content.decode()
    assert "法学2012级1班团支部" in text
    assert "数学2012级1班团支部" not in text


def test_list_without_search_shows_the_own_units(world, sign_in):
    text = sign_in("auditor").get(reverse("orgs:list-units")).content.decode()
    assert "共青团琼海市委" in text
    assert "海南大学团委" in text


def test_picker_answers_name_path_kind_and_children(world, sign_in):
    answer = sign_in("province").get(reverse("orgs:pick-unit"), {"q": "法学院"})
    assert answer.json() == {
        "results": [
            {
                "id": world.ids["hnu-law"],
                "name": "法学院团委",
                "path": "共青团海南省委 › 海南大学团委",
                "kind": "院（系）团委",
                "n_children": 3,
            }
        ]
    }


def test_picker_narrows_by_kind_and_subtree_and_never_shows_more_than_twenty(world, sign_in):
    tree.create_units(
        world["hnu-law"],
        [
            NewUnit(Kind.CLASS_BRANCH, f"法学2014级{n}班团支部", f"law14-{n}", intake_year=2014)
            for n in range(30)
        ],
        by=None,
    )
    client = sign_in("province")
    everything = client.get(reverse("orgs:pick-unit"), {"q": "法学"}).json()["results"]
    below = client.get(reverse("orgs:pick-unit"), {"under": world.ids["qh"], "kind": Kind.VILLAGE}).json()
    assert len(everything) == 20
    assert {unit["name"] for unit in below["results"]} == {"加略村团支部", "中酒村团支部", "红星村团支部"}


def test_picker_page_works_without_script_and_leads_only_to_own_addresses(world, sign_in):
    client = sign_in("province")
    url = reverse("orgs:pick-unit-page")
    text = client.get(url, {"q": "法学院", "next": page_of(world, "qh-hs", "move-unit")}).content.decode()
    assert 'type="radio"' in text
    assert page_of(world, "qh-hs", "move-unit") in text
    assert "evil.test" not in client.get(url, {"q": "法学院", "next": "https://evil.test/"}).content.decode()


def test_college_is_created_on_the_page(world, sign_in):
    values = {"kind": Kind.COLLEGE, "name": "海洋学院团委", "code": "hnu-sea"}
    answer = sign_in("university").post(page_of(world, "hnu", "create-unit"), values)
    assert answer.status_code == 302
    assert OrgUnit.objects.get(code="hnu-sea").parent_id == world.ids["hnu"]


def test_refusal_of_the_operation_stands_on_the_form_in_words(world, sign_in):
    values = {"kind": Kind.COLLEGE, "name": "法学院团委", "code": "x"}
    answer = sign_in("university").post(page_of(world, "hnu", "create-unit"), values)
    assert answer.status_code == 422
    assert "同一上级下已有“法学院团委”" in answer.content.decode()


def test_unit_moves_to_the_superior_chosen_by_id_or_by_text(world, sign_in):
    client = sign_in("province")
    url = page_of(world, "qh-hs", "move-unit")
    client.post(url, {"parent": world.ids["wn"], "reason": "区划调整", "version": 1})
    assert world["qh-hs"].parent_id == world.ids["wn"]
    client.post(url, {"parent": "", "parent_q": "琼海", "reason": "改回", "version": 2})
    assert world["qh-hs"].parent_id == world.ids["qh"]


def test_superior_out_of_scope_cannot_be_chosen(world, sign_in):
    url = page_of(world, "hnu-law", "move-unit")
    answer = sign_in("university").post(url, {"parent": world.ids["qzu"], "reason": "x", "version": 1})
    assert answer.status_code == 422
    assert world["hnu-law"].parent_id == world.ids["hnu"]


def test_stale_rename_page_is_answered_with_the_conflict(world, sign_in):
    client = sign_in("university")
    url = page_of(world, "hnu-law", "rename-unit")
    assert client.post(url, {"name": "法学部团委", "reason": "更名", "version": 1}).status_code == 302
    answer = client.post(url, {"name": "法律学院团委", "reason": "更名", "version": 1})
    assert answer.status_code == 422
    assert world["hnu-law"].name == "法学部团委"
    assert "曾用名" in client.get(page_of(world, "hnu-law")).content.decode()


def test_unit_closes_on_the_page_but_not_while_something_is_open_below(world, sign_in):
    client = sign_in("university")
    values = {"reason": "毕业", "version": 1}
    assert client.post(page_of(world, "hnu-law", "close-unit"), values).status_code == 422
    assert client.post(page_of(world, "hnu-law-1201", "close-unit"), values).status_code == 302
    assert not world["hnu-law-1201"].is_open


def test_a_unit_changed_meanwhile_is_not_closed_unseen(world, sign_in):
    """C3: what the page showed as going along may be something else now."""
    tree.rename_unit(world["hnu-law-1201"], name="法学2012级甲班团支部", by=None)
    client, url = sign_in("university"), page_of(world, "hnu-law-1201", "close-unit")
    answer = client.post(url, {"reason": "毕业", "version": 1})
    assert (answer.status_code, world["hnu-law-1201"].is_open) == (422, True)
    assert str(Conflict.default_message) in answer.content.decode()
    assert client.post(url, {"reason": "毕业", "version": 2}).status_code == 302


def test_base_is_recorded_with_year_source_and_author(world, cast, sign_in):
    values = {"measure": Measure.MEMBERS_2012, "count": 36412, "year": 2012, "source": "2012年底团内统计"}
    sign_in("province").post(page_of(world, "hnu", "record-base"), values)
    base = UnitBase.objects.get(unit=world.ids["hnu"], measure=Measure.MEMBERS_2012)
    assert (base.count, base.year, base.recorded_by_id) == (36412, 2012, cast.ids["province"])
    assert UnitBaseVersion.objects.current().get(unit=world.ids["hnu"]).source == "2012年底团内统计"


def test_nobody_records_what_the_own_unit_is_assessed_by(world, sign_in):
    values = {"measure": Measure.MEMBERS_2012, "count": 1, "year": 2012, "source": "自报"}
    answer = sign_in("university").post(page_of(world, "hnu", "record-base"), values)
    assert answer.status_code == 403
    assert not UnitBase.objects.filter(unit=world.ids["hnu"]).exists()


@pytest.mark.parametrize("n_children", [10, 100])
def test_unit_page_asks_the_same_few_statements_whatever_the_number_of_children(
    world, sign_in, django_assert_num_queries, n_children
):
    new = [
        NewUnit(Kind.CLASS_BRANCH, f"旅游2014级{n}班团支部", f"tour14-{n}", intake_year=2014)
        for n in range(n_children - 1)
    ]
    tree.create_units(world["hnu-tour"], new, by=None)
    client = sign_in("university")
    client.get(page_of(world, "hnu-tour"))
    with django_assert_num_queries(15, exact=False):
        client.get(page_of(world, "hnu-tour"))
