"""Any two closed weeks side by side; every number of the comparison opens rows that sum to it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.kernel import triggers
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.operations import tree
from reporting.models import WeekUnit
from tests.reporting.closed_weeks import LAST, add_universities, close, report

pytestmark = pytest.mark.django_db
URL = "/weekly/"
FIRST = Week(2026, 41)  # the first that has units
NEWEST = FIRST.next(12)


@pytest.fixture
def thirteen_weeks(world):
    """One class reports in the first week, one in the next, one in the last; the others only pass."""
    report(world, "hnu-law-1201", 20, week=FIRST)
    close(FIRST)
    report(world, "hnu-law-1202", 40, week=FIRST.next())
    for n in range(1, 12):
        close(FIRST.next(n))
    report(world, "hnu-tour-1201", 30, week=NEWEST)
    return close(NEWEST)


def line_of(answer, world, code: str):
    return next(each for each in answer.context["compared"].lines if each.name == world[code].name)


def test_a_week_long_before_is_compared_with_what_happened_in_all_weeks_between(
    world, sign_in, thirteen_weeks
):
    client = sign_in("province")
    answer = client.get(URL, {"with": str(FIRST)})
    line = line_of(answer, world, "hnu")
    assert (line.before.part, line.now.part, line.people, line.opened) == (20, 90, 70, 2)
    values = [value for _year, weeks in answer.context["compare_years"] for value, _words in weeks]
    assert values == [str(NEWEST.previous(n)) for n in range(1, 13)]
    assert answer.context["address_parts"]


def test_under_todays_tree_any_two_weeks_are_compared_too(world, cast, sign_in, thirteen_weeks):
    client = sign_in("province")
    second = FIRST.next()
    plain, restated = (
        client.get(URL, {"w": str(FIRST.next(9)), "with": str(FIRST)} | more)
        for more in ({}, {"tree": "now"})
    )
    for code in ("hnu", "qzu", "qh"):
        lines = [line_of(answer, world, code) for answer in (plain, restated)]
        for name in ("before", "now", "people", "base", "opened", "changed", "closed"):
            assert len({getattr(line, name) for line in lines}) == 1, (code, name)
    assert str(second) in {value for _year, found in restated.context["compare_years"] for value, _w in found}
    tree.move_unit(world["hnu-law"], world["qzu"], reason="并入", by=None)
    moved = client.get(URL, {"w": str(FIRST.next(9)), "with": str(FIRST), "tree": "now"})
    assert [line_of(moved, world, code).opened for code in ("hnu", "qzu")] == [0, 1]


def test_under_todays_tree_what_happened_in_very_many_weeks_is_not_added_up(world, sign_in, thirteen_weeks):
    answer = sign_in("province").get(URL, {"with": str(FIRST), "tree": "now"})
    line = line_of(answer, world, "hnu")
    assert (line.people, line.opened, line.closed) == (70, None, None)
    assert "相隔超过 10 周的不汇总其间变动" in answer.text


def test_the_later_week_always_stands_on_the_right(sign_in, thirteen_weeks):
    answer = sign_in("province").get(URL, {"w": str(FIRST), "with": str(NEWEST)})
    assert answer.status_code == 302
    assert f"w={NEWEST}" in answer.url
    assert f"with={FIRST}" in answer.url


def test_a_far_week_costs_one_statement_more(sign_in, thirteen_weeks):
    client = sign_in("province")

    def statements(**asked) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL, asked).status_code == 200
        return len(captured)

    assert statements(**{"with": str(FIRST)}) == statements() + 1 <= 15


def test_every_number_of_a_line_opens_rows_that_sum_to_it(world, sign_in, thirteen_weeks):
    client = sign_in("province")
    line = line_of(client.get(URL, {"with": str(FIRST)}), world, "hnu")
    for name in ("people", "base", "unreported", "opened", "changed", "closed"):
        found = client.get(line.links[name]).context["found"]
        assert found.total == getattr(line, name) == sum(row.change for row in found.rows), name
    assert client.get(line.links["before"]).context["breakdown"].total == line.before.part
    assert client.get(line.links["now"]).context["breakdown"].total == line.now.part


def test_the_rows_of_a_difference_name_both_weeks_and_lead_on(world, sign_in, thirteen_weeks):
    client = sign_in("province")
    line = line_of(client.get(URL, {"with": str(FIRST)}), world, "hnu")
    answer = client.get(line.links["people"])
    rows = {row.name: (row.before, row.now, row.change) for row in answer.context["found"].rows}
    assert rows == {world["hnu-law"].name: (20, 60, 40), world["hnu-tour"].name: (0, 30, 30)}
    assert "与第41周" in answer.content.decode()
    weeks = client.get(line.links["opened"]).context["found"].rows
    assert [row.change for row in weeks if row.change] == [1, 1]
    assert client.get(weeks[0].url).status_code == 200


def test_a_missing_number_is_no_difference(world, sign_in):
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    weeks = [close(LAST.previous()), close()]
    numbers = {"hnu": (None, 9), "hnu-law": (None, 5), "hnu-tour": (3, 4)}
    with triggers.without_triggers(connection):
        for code, counts in numbers.items():
            for week, n in zip(weeks, counts, strict=True):
                WeekUnit.objects.for_week(week.pk).filter(unit_id=world.ids[code]).update(sub_cadres=n)
    url = f"/weekly/{LAST}/{world.ids['hnu']}/rows/cadres/since/{LAST.previous()}/"
    found = sign_in("province").get(url).context["found"]
    assert {row.name: row.change for row in found.rows} == {
        world["hnu-law"].name: None,
        world["hnu-tour"].name: 1,
    }
    assert found.total is None


def test_a_single_unit_above_its_base_is_shown_as_it_declared(world, sign_in):
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    close(LAST.previous())
    report(world, "hnu-law-1202", 400)
    close()
    client = sign_in("province")
    answer = client.get(URL, {"unit": world.ids["hnu-law"], "with": str(LAST.previous())})
    line = line_of(answer, world, "hnu-law-1202")
    assert line.now.part == 400
    assert client.get(line.links["now"]).context["breakdown"].total == 400


def test_a_unit_that_came_or_went_has_no_difference(world, cast, sign_in):
    report(world, "qh-hs-jl", 20, week=LAST.previous())
    close(LAST.previous())
    tree.move_unit(world["qh-hs"], world["wn"], reason="区划调整", by=cast["province"])
    client = sign_in("province")
    assert client.get(URL, {"with": "2026-W44"}).status_code == 404
    assert client.get(URL, {"with": str(LAST.previous())}).status_code == 404  # the very week shown


@pytest.mark.parametrize("since", ["2026-W53", "2027-W01", "2026-W20"])
def test_a_difference_needs_a_closed_week_before(world, sign_in, thirteen_weeks, since):
    url = f"/weekly/{NEWEST}/{world.ids['hnu']}/rows/orgs/since/{since}/"
    assert sign_in("province").get(url).status_code == 404


def test_the_distribution_names_the_units_of_each_step(world, sign_in):
    add_universities(world, 51)
    world.ids |= dict(OrgUnit.objects.values_list("code", "pk"))
    report(world, "u000-c", 40)
    close()
    answer = sign_in("province").get(URL, {"scope": "university"})
    found = answer.context["distribution"]
    assert [(each.label, [name for name, _url, _rate in each.units]) for each in found.bins] == [
        ("80–85%", ["第000学院团委"])
    ]
    assert len(found.without_rate) == found.n_without_rate == 52
    assert all(each.n == len(each.units) for each in found.bins)
