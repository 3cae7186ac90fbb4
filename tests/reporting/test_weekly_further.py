"""A kind or a line that stands further below only: its units in the whole subtree, as they stood in that week."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from orgs.choices import Kind, Line
from orgs.kernel import clock
from orgs.operations import tree
from orgs.operations.closing import close_units
from reporting.pages import further
from tests.reporting.closed_weeks import LAST, add_universities, close, report

pytestmark = pytest.mark.django_db
URL = "/weekly/"
CLASSES = ["hnu-law-1201", "hnu-law-1202", "hnu-law-1301", "hnu-tour-1201", "qzu-sci-1201"]


@pytest.fixture
def closed(world):
    close(LAST.previous())
    for code, contacts in (("hnu-law-1201", 20), ("hnu-tour-1201", 10), ("qh-hs-jl", 30)):
        report(world, code, contacts)
    return close()


def shown(world, answer) -> list[str]:
    codes = {pk: code for code, pk in world.ids.items()}
    return [codes.get(line.entry.row.unit_id, "?") for line in answer.context["page"].lines]


def test_colleges_are_listed_at_the_province_in_official_order_with_their_figures(world, sign_in, closed):
    answer = sign_in("province").get(URL, {"kind": Kind.COLLEGE})
    assert shown(world, answer) == ["hnu-law", "hnu-tour", "qzu-sci"]
    law, *_others = answer.context["page"].lines
    assert (law.superior, law.entry.coverage.part, law.entry.coverage.base) == (world["hnu"].name, 20, 136)
    assert answer.context["page"].page.paginator.count == 3
    assert "各级下级" in answer.text
    chips = [words for words, _url in answer.context["narrowing"].chips]
    assert chips == ["类型：院（系）团委"]


def test_a_number_opens_the_rows_of_that_unit(world, sign_in, closed):
    client = sign_in("province")
    law = client.get(URL, {"kind": Kind.COLLEGE}).context["page"].lines[0]
    assert client.get(law.urls["covered_capped"]).context["breakdown"].total == law.entry.coverage.part
    assert client.get(law.url).context["page"].coverage == law.entry.coverage


def test_they_are_sorted_by_rate_and_by_gap_with_those_without_a_rate_last(world, sign_in, closed):
    client = sign_in("province")
    found = shown(world, client.get(URL, {"kind": Kind.CLASS_BRANCH, "sort": "coverage"}))
    assert found[:2] == ["hnu-tour-1201", "hnu-law-1201"]  # 10 of 38, 20 of 43
    assert found[2:] == ["hnu-law-1202", "hnu-law-1301", "qzu-sci-1201"]
    found = shown(world, client.get(URL, {"kind": Kind.CLASS_BRANCH, "sort": "gap"}))
    assert found[:2] == ["hnu-tour-1201", "hnu-law-1201"]  # 21 and 15 people short of 80 %
    for sort in ("official", "coverage", "gap"):
        page = client.get(URL, {"kind": Kind.CLASS_BRANCH, "sort": sort}).context["page"]
        entries = [line.entry for line in page.lines]
        assert further.boards.ordered(entries, sort) == entries


def test_a_line_that_no_direct_unit_has_lists_its_units_and_narrows_by_kind(world, sign_in, closed):
    client = sign_in("province")
    rural = shown(world, client.get(URL, {"line": Line.RURAL}))
    assert rural == ["qh-hs", "qh-yj", "qh-hs-jl", "qh-hs-zj", "qh-yj-hx", "wn-xl", "wn-xl-nl"]
    both = client.get(URL, {"line": Line.RURAL, "kind": Kind.TOWNSHIP})
    assert shown(world, both) == ["qh-hs", "qh-yj", "wn-xl"]


def test_a_subtree_lists_its_own_only(world, sign_in, closed):
    client = sign_in("province")
    answer = client.get(URL, {"unit": world.ids["hnu"], "kind": Kind.CLASS_BRANCH})
    assert shown(world, answer) == CLASSES[:4]
    answer = sign_in("university").get(URL, {"kind": Kind.CLASS_BRANCH})
    assert shown(world, answer) == CLASSES[:4]


def test_a_department_lists_units_of_its_lines(world, sign_in, closed):
    client = sign_in("schools")
    assert shown(world, client.get(URL, {"kind": Kind.CLASS_BRANCH})) == CLASSES
    answer = client.get(URL, {"kind": Kind.VILLAGE})
    offered = {value for value, _words, _is in answer.context["narrowing"].kinds_below}
    assert Kind.VILLAGE not in offered
    assert "这个范围里没有单位" in answer.text


def test_they_stand_where_they_stood_in_that_week(world, sign_in, closed):
    tree.move_unit(world["hnu-law"], world["qzu"], reason="并入", by=None)
    client = sign_in("province")
    page = client.get(URL, {"unit": world.ids["hnu"], "kind": Kind.CLASS_BRANCH})
    assert shown(world, page) == CLASSES[:4]
    assert shown(world, client.get(URL, {"unit": world.ids["qzu"], "kind": Kind.CLASS_BRANCH})) == CLASSES[4:]
    # Who is in charge of the university today no longer reads what has left it.
    own = sign_in("university").get(URL, {"kind": Kind.CLASS_BRANCH})
    assert shown(world, own) == ["hnu-tour-1201"]


def test_units_come_in_pages_of_fifty_and_the_file_has_all(world, sign_in, django_assert_max_num_queries):
    add_universities(world, 60)
    close()
    client = sign_in("province")
    asked = {"kind": Kind.CLASS_BRANCH}
    with django_assert_max_num_queries(15):
        first = client.get(URL, asked)
    assert len(first.context["page"].lines) == 50
    assert len(client.get(URL, asked | {"page": "2"}).context["page"].lines) == 15
    text = b"".join(client.get(URL, asked | {"export": "csv"})).decode("utf-8-sig")
    head, *lines = list(csv.reader(io.StringIO(text)))[1:]
    assert head[:2] == ["团组织", "上级"]
    assert len(lines) == 65
    assert [line[0] for line in lines][:3] == [world[code].name for code in CLASSES[:3]]


def test_statements_are_the_same_for_three_and_for_sixty(world, sign_in, closed, django_assert_num_queries):
    client = sign_in("province")
    client.get(URL, {"kind": Kind.COLLEGE})
    with django_assert_num_queries(12):
        client.get(URL, {"kind": Kind.COLLEGE})
    with django_assert_num_queries(12):
        client.get(URL, {"kind": Kind.CLASS_BRANCH})


def test_todays_tree_leads_back_to_that_of_the_week(sign_in, closed):
    answer = sign_in("province").get(URL, {"kind": Kind.COLLEGE, "tree": "now"})
    assert answer.status_code == 302
    assert "tree=now" not in answer.url
    assert "kind=college" in answer.url


def test_the_national_office_chooses_a_province_first(world, sign_in, closed):
    client = sign_in("national")
    answer = client.get(URL, {"kind": Kind.COLLEGE})
    assert "这个范围里没有单位" in answer.text
    assert not answer.context["narrowing"].kinds_below
    answer = client.get(URL, {"kind": Kind.COLLEGE, "unit": world.ids["hi"]})
    assert shown(world, answer) == ["hnu-law", "hnu-tour", "qzu-sci"]


def test_a_unit_closed_within_the_week_is_not_listed(world, sign_in):
    with clock.frozen(LAST.starts_at + timedelta(days=1)):
        close_units([world["hnu-law-1301"]], reason="毕业", by=None)
    close()
    answer = sign_in("province").get(URL, {"kind": Kind.CLASS_BRANCH})
    assert "hnu-law-1301" not in shown(world, answer)
