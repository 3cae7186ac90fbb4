"""The weekly page narrowed by subtree, 战线 and 类型: sentence, sums, tables and files follow."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from orgs.choices import Kind, Line
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db
URL = "/weekly/"


@pytest.fixture
def closed(world):
    for code, contacts in (("hnu-law-1201", 20), ("hnu-tour-1201", 10), ("qh-hs-jl", 30)):
        report(world, code, contacts)
    return close()


def shown(answer) -> set[int]:
    return {entry.row.unit_id for entry in answer.context["page"].board.entries()}


def test_a_line_narrows_sentence_figures_and_tables(world, sign_in, closed):
    answer = sign_in("province").get(URL, {"line": Line.UNIVERSITY})
    board = answer.context["page"].board
    assert shown(answer) == {world.ids["hnu"], world.ids["qzu"]}
    assert board.figure("orgs") == sum(row.sub_orgs for row in board.rows())
    assert board.coverage().part == 30
    page = answer.content.decode()
    assert "本周全省（战线：高校）团员微信覆盖率" in page
    assert world["wn"].name not in page.split("逐周覆盖率", 1)[1].split("</table>", 1)[0]


def test_a_kind_narrows_and_is_offered_only_where_there_is_one(world, sign_in, closed):
    client = sign_in("province")
    answer = client.get(URL, {"kind": Kind.COUNTY})
    kinds = {row.kind_id for row in answer.context["page"].board.in_operation()}
    offered = answer.context["narrowing"]
    assert {value for value, _words, _is in offered.kinds} == kinds
    assert Kind.CLASS_BRANCH in {value for value, _words, _is in offered.kinds_below}
    assert not kinds & {value for value, _words, _is in offered.kinds_below}


def test_a_subtree_shows_the_subordinates_of_that_unit_and_its_sums(world, sign_in, closed):
    answer = sign_in("province").get(URL, {"unit": world.ids["hnu"]})
    assert shown(answer) == {world.ids["hnu-law"], world.ids["hnu-tour"]}
    assert answer.context["page"].board.coverage().part == 30
    assert ("团组织：海南大学团委", f"?w={LAST}&scope=all") in answer.context["narrowing"].chips
    assert "生成本周通报" not in answer.content.decode()  # another unit's bulletin is its own matter


def test_without_script_the_best_match_of_what_was_typed_is_shown(world, sign_in, closed):
    client = sign_in("province")
    assert shown(client.get(URL, {"unit": "", "unit_q": "海南大学"})) == {
        world.ids["hnu-law"],
        world.ids["hnu-tour"],
    }
    answer = client.get(URL, {"unit": "", "unit_q": "查无此团委"})
    assert "没有找到“查无此团委”" in answer.content.decode()
    assert world.ids["hnu"] in shown(answer)


@pytest.mark.parametrize("unit", ["qzu", "hi"])
def test_a_unit_outside_the_own_subtree_does_not_exist(world, sign_in, closed, unit):
    assert sign_in("university").get(URL, {"unit": world.ids[unit]}).status_code == 404
    assert sign_in("university").get(URL, {"unit": "²"}).status_code == 404


def test_a_department_sees_its_lines_of_a_subtree_only(world, sign_in, closed):
    assert sign_in("schools").get(URL, {"unit": world.ids["qh"]}).status_code == 404
    assert not sign_in("schools").get(URL).context["page"].board.is_whole
    answer = sign_in("schools").get(URL, {"unit": world.ids["hnu"]})
    assert answer.context["page"].board.is_whole  # no other line hangs below the university


def test_the_scope_is_remembered_and_cleared(world, sign_in, closed):
    client = sign_in("province")
    client.get(URL, {"line": Line.UNIVERSITY})
    assert shown(client.get(URL)) == {world.ids["hnu"], world.ids["qzu"]}
    clear = client.get(URL).context["narrowing"].clear_url
    client.get(URL + clear)
    assert world.ids["qh"] in shown(client.get(URL))


def test_stepping_and_sorting_keep_the_scope(sign_in, closed):
    page = sign_in("province").get(URL, {"line": Line.UNIVERSITY}).context["page"]
    assert all("line=university" in url for _words, url, _is in [*page.sorts, *page.scopes])


def test_nonsense_narrows_nothing(world, sign_in, closed):
    answer = sign_in("province").get(URL, {"line": "x", "kind": "y", "scope": "z"})
    assert answer.context["page"].board.is_for_all


def test_a_scope_without_units_says_so_and_leads_back(sign_in, closed):
    page = sign_in("province").get(URL, {"line": Line.SCHOOL}).content.decode()
    assert "这个范围里没有单位" in page
    assert "清除筛选" in page


def test_the_rows_of_a_narrowed_figure_sum_to_it(world, sign_in, closed):
    client = sign_in("province")
    page = client.get(URL, {"line": Line.UNIVERSITY}).context["page"]
    rows = client.get(page.kpis[0].url).context["breakdown"]
    assert rows.total == sum(part.value for part in rows.parts) == page.board.coverage().part == 30


def test_the_file_has_the_units_of_the_scope(world, sign_in, closed):
    answer = sign_in("province").get(URL, {"line": Line.UNIVERSITY, "export": "csv"})
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    names = {line[0] for line in lines}
    assert {world["hnu"].name, world["qzu"].name} <= names
    assert world["qh"].name not in names


def test_the_bulletin_says_that_it_is_not_narrowed(sign_in, closed):
    client = sign_in("province")
    assert "通报不按战线、类型筛选；" in client.get(URL, {"line": Line.UNIVERSITY}).content.decode()
    assert "通报不按战线、类型筛选；" not in client.get(URL, {"scope": "university"}).content.decode()


def test_a_unit_without_subordinates_leads_to_its_own_page(world, sign_in, closed):
    pk = world.ids["hnu-law-1201"]
    answer = sign_in("province").get(URL, {"unit": pk})
    assert answer.url.startswith(reverse("reporting:show-unit-week", args=[LAST, pk]))
