"""Search by sound: pinyin and initials, with the readings that place names have."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from orgs import naming, pinyin
from orgs.models import OrgUnit
from orgs.operations import tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyed(world):
    call_command("refresh_search_keys", stdout=StringIO())
    return world


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("琼海市", "qionghaishi"),
        ("东莞市", "dongguanshi"),
        ("蚌埠市", "bengbushi"),
        ("六安市", "luanshi"),
        ("枞阳县", "zongyangxian"),
        ("儋州市", "danzhoushi"),
        ("乐东黎族自治县", "ledonglizuzizhixian"),
        ("乐清市", "yueqingshi"),
        ("乐亭县", "laotingxian"),
        ("台州市", "taizhoushi"),
        ("重庆市", "chongqingshi"),
        ("厦门市", "xiamenshi"),
        ("番禺区", "panyuqu"),
        ("铅山县", "yanshanxian"),
        ("渑池县", "mianchixian"),
        ("洪洞县", "hongtongxian"),
        ("单县", "shanxian"),
        ("长沙市", "changshashi"),
        ("长子县", "zhangzixian"),
        ("成都市", "chengdushi"),
        ("大埔县", "dabuxian"),
        ("黄埔区", "huangpuqu"),
        ("绿城", "lvcheng"),
        ("会计学院（2012级）1班", "kuaijixueyuan2012ji1ban"),
        ("音乐学院", "yinyuexueyuan"),
    ],
)
def test_a_name_is_spelt_as_people_say_it(name, spelt):
    assert pinyin.both(name)[0] == spelt


def test_initials_follow_the_reading_of_the_place():
    assert pinyin.both("六安市乐清路")[1] == "lasyql"


def test_every_phrase_has_a_syllable_for_each_character():
    assert all(len(phrase) == len(syllables) for phrase, syllables in pinyin._listed())


@pytest.mark.parametrize("text", ["琼海", "qionghai", "QH", "qiong hai", "qhsw", "gqtqh"])
def test_a_city_is_found_by_name_sound_and_initials(keyed, text):
    assert OrgUnit.objects.best_matches(text, 5)[0].code == "qh"


def test_names_that_begin_with_the_text_stand_first(keyed, cast):
    tree.create_unit(
        keyed["qh-hs"], kind="village", code="qh-hs-wn", name="万宁村团支部", by=cast["province"]
    )
    codes = [unit.code for unit in OrgUnit.objects.best_matches("wanning", 5)]
    assert codes == ["wn", "qh-hs-wn"]
    tree.create_unit(
        keyed["hnu-law"],
        kind="class_branch",
        code="x-1",
        name="驻会山班团支部",
        intake_year=2013,
        by=cast["province"],
    )
    codes = [unit.code for unit in OrgUnit.objects.best_matches("会山", 5)]
    assert codes == ["qh-hs", "x-1"]


def test_the_picker_and_the_search_page_find_by_initials(keyed, sign_in):
    client = sign_in("province")
    assert client.get(reverse("orgs:pick-unit"), {"q": "qh"}).json()["results"][0]["name"] == "共青团琼海市委"
    assert "共青团琼海市委" in client.get(reverse("search"), {"q": "qionghai"}).content.decode()
    assert "共青团琼海市委" in client.get(reverse("orgs:list-units"), {"q": "qionghai"}).content.decode()


def test_a_former_name_is_found_by_its_sound(keyed, cast):
    tree.rename_unit(keyed["qh-hs-jl"], name="新村团支部", by=cast["province"], reason="更名")
    assert [unit.code for unit in OrgUnit.objects.best_matches("jialve", 5)] == ["qh-hs-jl"]


def test_refreshing_writes_only_keys_that_differ(world):
    first, second = StringIO(), StringIO()
    call_command("refresh_search_keys", stdout=first)
    call_command("refresh_search_keys", stdout=second)
    assert str(OrgUnit.objects.count()) in first.getvalue()
    assert second.getvalue() == ""


def test_a_key_begins_with_what_people_read():
    key = naming.search_key("共青团琼海市委", "琼海", "QH-1", ["琼海县团委"]).split("\n")
    assert key[:4] == ["共青团琼海市委", "琼海", "琼海县团委", "qh-1"]
    assert {"qionghai", "gqtqhsw", "qionghaixiantuanwei"} <= set(key)
