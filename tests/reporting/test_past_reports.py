"""Reports of weeks that are closed, after the tree has changed: they stay those of the week, as punctuality counts them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.operations import registry
from orgs.kernel import clock
from orgs.operations import tree
from orgs.operations.moves import merge_units
from reporting import punctuality
from reporting.operations import report_facts
from reporting.operations.reports import Said, confirm
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db
LIST = reverse("reporting:list-reports")
YEAR = reverse("reporting:list-report-years")


@pytest.fixture
def lost(world):
    """A class account of the law school, closed without a word on Thursday of the week that is then closed."""
    account = report(world, "hnu-law-1201", 20)
    with clock.frozen(LAST.starts_at + timedelta(days=3)):
        registry.close_account(account, reason="", by=None)
    close()
    return account.events.get(kind="closed").pk


def test_a_college_moved_since_leaves_its_closings_with_the_unit_it_stood_below(world, cast, lost):
    tree.move_unit(world["hnu-law"], world["qzu"], reason="并入", by=None)
    world["hnu"].refresh_from_db()
    world["qzu"].refresh_from_db()
    assert [event.pk for event in report_facts.read(world["hnu"], LAST).closings] == [lost]
    assert report_facts.read(world["qzu"], LAST).closings == []
    confirm(world["qzu"], LAST, Said(), version=0, by=cast["outsider"])
    found = confirm(world["hnu"], LAST, Said(closings={lost: "合并建群"}), version=0, by=cast["university"])
    assert found.explanations.get().event_id == lost


def test_a_closing_before_the_close_is_found_where_the_unit_stands(world):
    account = report(world, "hnu-law-1201", 20)
    registry.close_account(account, reason="", by=None)
    assert len(report_facts.read(world["hnu"], clock.Week.current()).closings) == 1
    assert report_facts.read(world["qzu"], clock.Week.current()).closings == []


def test_after_a_merger_past_reports_of_the_closed_unit_stand(sign_in, world, cast):
    close()
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        confirm(world["qzu"], LAST, Said("照常"), version=0, by=cast["outsider"])
    merge_units(world["qzu"], world["hnu"], reason="合校", by=None)
    client = sign_in("province")
    page = client.get(reverse("reporting:show-report", args=[world["qzu"].pk, LAST]))
    assert page.status_code == 200
    assert "照常" in page.text
    found = client.get(LIST, {"w": str(LAST)}).context["list"]
    assert found.counts["asked"] == 4
    lines = {line.unit.code: line for line in found.lines}
    assert lines["qzu"].state.label == "已确认"
    ids = [line.unit.pk for line in found.lines]
    assert set(punctuality.of_year(2026, ids)) == set(ids)
    this = clock.Week.current()
    assert client.get(LIST, {"w": str(this)}).context["list"].counts["asked"] == 3
    gone = reverse("reporting:show-report", args=[world["qzu"].pk, this])
    assert client.get(gone).status_code == 404


def test_the_year_lists_units_that_have_been_merged_since(sign_in, world, cast):
    """A direct unit that another has taken in was asked in W46, and its report of that week is one tap away."""
    close()
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        confirm(world["qzu"], LAST, Said("照常"), version=0, by=cast["outsider"])
    merge_units(world["qzu"], world["hnu"], reason="合校", by=None)
    client = sign_in("province")
    page = client.get(YEAR)
    lines = {line.unit.code: line for line in page.context["list"].shown}
    assert set(lines) == {"hnu", "qzu", "qh", "wn"}
    assert (lines["qzu"].found.on_time, lines["wn"].found.missing) == (1, 1)
    assert "照常" in client.get(lines["qzu"].url).text
    assert "已撤销" in page.text
    earlier = client.get(YEAR, {"year": "2025"}).context["list"]
    assert earlier.lines == []


def test_nobody_is_reminded_for_a_unit_that_has_been_merged(sign_in, world):
    close()
    merge_units(world["qzu"], world["hnu"], reason="合校", by=None)
    client = sign_in("province")
    answer = client.post(reverse("reporting:remind-reports"), {"w": str(LAST)}, follow=True)
    assert "已提醒 3 个团组织" in answer.text
    lines = {line.unit.code: line for line in answer.context["list"].lines}
    assert (lines["qzu"].state.label, lines["qzu"].may_remind) == ("未报", False)
    assert lines["hnu"].may_remind
    assert world["qzu"].name not in answer.context["text"]
    assert "3个单位未报周报" in [todo.label for todo in client.get("/").context["todos"]]
