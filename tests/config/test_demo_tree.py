"""`demo --scale large`: the national divisions are merged by code into what the demo has; on a cut of the file."""

from __future__ import annotations

import lzma

import pytest

from config.demo_data import tree
from config.demo_data.load import load_nation
from orgs.models import OrgUnit
from orgs.operations import bulk_load
from orgs.operations.reference import load_reference
from orgs.operations.tree_check import check_tree
from tests.orgs.forest import wrong_descendant_sets

pytestmark = pytest.mark.django_db

STANDS = """34,,安徽省,province
3408,34,安庆市,city
340722,3407,枞阳县,county
46,,海南省,province
4602,46,三亚市,city
4604,46,儋州市,city
460400100,460400,那大镇,township
460202198,460202,海棠区直辖村级区划,township
469002,4690,琼海市,county
"""
NEW = """11,,北京市,province
1101,11,市辖区,city
3401,34,合肥市,city
3407,34,铜陵市,city
340705,3407,铜官区,county
340722999,340722,新设镇,township
460400100001,460400100,中兴社区居委会,village
460400100002,460400100,中兴居委会,village
460400100003,460400100,中兴社区,village
460202198001,460202198,永宁社区居委会,village
469002999,469002,新设镇,township
460400999,460400,新设镇,township
"""
NOT_OF_2013 = """4690,46,省直辖县级行政区划,city
460400,4604,儋州市,county
460202,4602,海棠区,county
"""


@pytest.fixture
def cut(tmp_path):
    file = tmp_path / "national.csv.xz"
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.write("code,parent_code,name,level\n" + STANDS + NEW + NOT_OF_2013)
    return file


def codes_of(lines: str) -> list[str]:
    return [line.partition(",")[0] for line in lines.splitlines()]


def test_what_is_not_there_yet_is_added_by_code_in_the_provinces_of_the_demo_too(cut):
    load_reference()
    wanted = {*codes_of(STANDS), "00", "34", "46", "3408", "4602", "4604"}
    bulk_load.load_tree([row for row in tree.small() if row.code in wanted])
    before = dict(OrgUnit.objects.values_list("code", "name"))
    assert set(codes_of(STANDS)) <= before.keys()
    for _again in range(2):
        load_nation(cut)
        assert set(OrgUnit.objects.values_list("code", flat=True)) == {*before, *codes_of(NEW)}
    after = dict(OrgUnit.objects.values_list("code", "name"))
    assert before.items() <= after.items()
    superiors = dict(OrgUnit.objects.values_list("code", "parent__code"))
    # 枞阳 stays below 安庆, and what the file hangs below a division that 2013 did not have hangs above it.
    assert (superiors["340722"], superiors["3407"]) == ("3408", "34")
    assert (superiors["460400999"], superiors["460202198001"]) == ("4604", "460202198")
    named = [after[f"46040010000{n}"] for n in (1, 2, 3)]
    assert named == ["中兴社区团支部", "中兴居委会团支部", "中兴社区第二团支部"]
    assert (wrong_descendant_sets(), check_tree().is_sound) == ([], True)
