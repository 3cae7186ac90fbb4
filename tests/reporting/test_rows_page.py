"""The rows behind a figure: they sum to it, and end at the unit's own facts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.operations.registry import accounts as registry
from orgs.kernel import clock
from orgs.models import UnitBaseVersion
from reporting.models import WeekUnit
from reporting.operations import activity
from reporting.pages import lineage, own_facts, weeks
from reporting.pages.figure_words import FIGURES
from tests.reporting.closed_weeks import LAST, add_universities, close, report
from tests.reporting.registry import RandomRegistry
from tests.world import BUILT_AT

pytestmark = pytest.mark.django_db


def url(world, code: str, figure: str, week=LAST) -> str:
    return reverse("reporting:show-rows", args=[week, world[code].pk, figure])


@pytest.fixture
def closed(world):
    for code, contacts in (
        ("hnu-law-1201", 20),
        ("hnu-law-1301", 60),
        ("hnu-tour-1201", 38),
        ("qh-hs-jl", 40),
        ("hnu", 500),
    ):
        report(world, code, contacts)
    return close()


def sums(page: str) -> tuple[int, int]:
    """(sum of the listed rows, the sum the footer says) of the first table."""
    body, foot = re.search(r"<tbody>(.*?)</tbody>.*?<tfoot>(.*?)</tfoot>", page, re.S).groups()
    first = r'<tr[^>]*>.*?<td class="n"[^>]*>(?:<b>)?([\d,−-]+)'
    listed = [int(value.replace(",", "")) for value in re.findall(first, body, re.S)]
    return sum(listed), int(re.search(first, foot, re.S)[1].replace(",", ""))


@pytest.mark.parametrize("code", ["hi", "hnu", "hnu-law", "hnu-law-1301"])
def test_the_rows_of_every_figure_sum_to_it(sign_in, world, closed, code):
    client, row = sign_in("province"), WeekUnit.objects.get(week=closed, unit=world[code])
    wrong = {}
    for figure in FIGURES.values():
        known = [
            (sign, value) for name, sign in figure.parts if (value := getattr(row, f"sub_{name}")) is not None
        ]
        page = client.get(url(world, code, figure.name)).text
        if not known:
            assert "没有明细：这一项没有数字" in page, figure.name
            assert "未报</b>" in page, figure.name
            continue
        expected, found = sum(sign * value for sign, value in known), sums(page)
        if found != (expected, expected):
            wrong[figure.name] = (found, expected)
    assert not wrong


def test_the_rows_of_a_scope_sum_to_the_figure_of_the_scope(sign_in, world, closed):
    client = sign_in("province")
    page = client.get(url(world, "hi", "covered_capped"), {"scope": "university"}).text
    assert world["qh"].name not in page
    assert sums(page) == (106, 106)
    assert "106 / 215 人" in client.get("/weekly/", {"scope": "university"}).text


def test_the_rows_of_a_department_are_its_lines_and_sum_to_what_it_was_shown(sign_in, world, closed):
    page = sign_in("schools").get(url(world, "hi", "covered_capped")).text
    assert world["qh"].name not in page
    assert sums(page) == (106, 106)


def test_a_base_recorded_for_the_superior_is_explained(sign_in, world):
    UnitBaseVersion.objects.create(
        unit=world["hnu"],
        measure="members",
        count=200,
        year=2026,
        source="学校团委年报",
        valid_from=BUILT_AT,
    )
    report(world, "hnu-law-1201", 20)
    close()
    page = sign_in("university").get(url(world, "hnu", "base_members")).text
    assert "本级登记的底数与下级合计之差" in page
    assert sums(page) == (200, 200)


def test_the_last_rows_are_the_units_own_accounts_as_they_stood(sign_in, world, closed):
    account = world["hnu-law-1201"].accounts.get()
    registry.change_account(account, nickname="后来改的昵称", by=None)
    page = sign_in("college").get(url(world, "hnu-law-1201", "covered_capped")).text
    assert "法学2012级1班团支部微信群" in page
    assert "后来改的昵称" not in page
    assert "联系人 20" in page


def test_flows_end_at_the_events_of_the_week(sign_in, world, closed):
    account = world["hnu-law-1201"].accounts.get()
    with clock.frozen(LAST.ends_at + timedelta(days=1)):
        registry.change_account(account, nickname="下一周的改名", by=None)
    page = sign_in("college").get(url(world, "hnu-law-1201", "opened")).text
    assert "开通" in page
    assert "1 项，1 条记录" in page
    assert "改名" not in page
    assert "法学2012级1班团支部微信群" in page


def test_a_committee_that_has_own_facts_shows_them_beside_its_subordinates(sign_in, world, closed):
    page = sign_in("university").get(url(world, "hnu", "opened")).text
    assert "本级变动记录" in page
    assert "海南大学团委微信群" in page
    assert sums(page) == (4, 4)


def test_what_is_listed_of_a_unit_comes_to_its_own_figure(world, cast):
    """Each figure in its own rows: days, terms, forms, bases, accounts, groups, events."""
    RandomRegistry(LAST, 13).build()
    report(world, "hnu-law-1201", 20)
    edition = close()
    chosen, in_charge = weeks.choose_known(LAST, {}), cast["national"].units_in_charge()
    wrong, seen = [], set()
    for pk in WeekUnit.objects.filter(week=edition).values_list("unit_id", flat=True):
        line = lineage.read(chosen, pk, in_charge)
        for name, figure in FIGURES.items():
            value = own_facts.own_value(line, figure)
            found = own_facts.read(edition, line, figure).total if value is not None else None
            if found != value:
                wrong.append((line.row.code, name, found, value))
            seen |= {name} if value else set()
    assert not wrong
    assert seen == set(FIGURES)


def test_the_daily_records_and_bases_behind_a_figure_are_read_on_the_page(sign_in, world, cast):
    account = report(world, "hnu-law-1201", 20)
    with clock.frozen(LAST.ends_at - timedelta(hours=2)):
        activity.record_day(account, LAST.ends_on, 3, by=cast["college"])
    close()
    client = sign_in("college")
    posts = client.get(url(world, "hnu-law-1201", "posts")).text
    assert "11月15日发布 3 条" in posts
    base = client.get(url(world, "hnu-law-1201", "base_members")).text.partition("本级登记")[2]
    assert "43" in base
    assert "2026" in base


LEFT_OUT = {"较上周", "第一责任人、联络员"}  # differences, and telephones: no rows come to them


def unlinked(page: str) -> list[str]:
    """Cells of tables with a number that lead nowhere; lists of units only."""
    found = []
    for cell in re.findall(r"<td[^>]*data-label=.*?</td>", page, re.S):
        label = re.search(r'data-label="([^"]*)"', cell)[1]
        if label not in LEFT_OUT and re.search(r"\d", re.sub(r"<[^>]*>", "", cell)) and "/rows/" not in cell:
            found.append(f"{label}: {cell}")
    return found


def test_every_number_about_subordinates_opens_its_rows(sign_in, world, closed):
    client = sign_in("province")
    unit = reverse("reporting:show-unit-week", args=[LAST, world["hi"].pk])
    assert "/rows/movements/" in client.get("/weekly/").text
    for address in ("/weekly/", "/weekly/?kind=class_branch", unit):
        page = client.get(address).text
        assert page.count("/rows/") > 10, address
        assert not unlinked(page), address
    head = client.get(unit).text.partition('class="unit-head-top"')[2].partition("</header>")[0]
    assert {"/rows/orgs/", "/rows/base_members/"} <= set(re.findall(r"/rows/\w+/", head))


def test_unknown_figures_foreign_units_and_open_weeks_do_not_exist(sign_in, world, closed):
    client = sign_in("province")
    assert client.get(url(world, "hnu", "password")).status_code == 404
    assert client.get(url(world, "hnu", "orgs", LAST.next())).status_code == 404
    assert sign_in("outsider").get(url(world, "hnu", "orgs")).status_code == 404
    assert sign_in("secretary").get(url(world, "hnu-law", "orgs")).status_code == 404


def test_many_rows_are_paged_and_the_footer_is_the_whole_sum(
    sign_in, world, closed, django_assert_max_num_queries
):
    client = sign_in("province")
    with django_assert_max_num_queries(15) as small:
        client.get(url(world, "hi", "base_members"))
    add_universities(world, 55)
    earlier = LAST.previous()
    close(earlier)
    with django_assert_max_num_queries(15) as large:
        first = client.get(url(world, "hi", "base_members", earlier)).text
    assert len(large) <= len(small)
    second = client.get(url(world, "hi", "base_members", earlier), {"page": 2}).text
    assert sums(first)[0] + sums(second)[0] == sums(first)[1] == 395 + 55 * 50
