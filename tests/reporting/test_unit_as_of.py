"""The unit's page as of a closed week: names, places and figures of then, whatever has changed since."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.operations import tree
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db
WEEK = str(LAST)


def page_of(client, world, code: str, **params):
    return client.get(reverse("orgs:show-unit", args=[world.ids[code]]), params)


@pytest.fixture
def closed(world):
    report(world, "hnu-law-1201", 20)
    report(world, "qh-hs-jl", 30)
    return close()


def test_the_weeks_to_choose_from_are_the_closed_ones(world, sign_in, closed):
    as_of = page_of(sign_in("university"), world, "hnu").context["as_of"]
    assert as_of.years == [(2026, [(WEEK, LAST.label)])]
    assert as_of.panel is None


def test_before_the_first_close_there_is_nothing_to_choose(world, sign_in):
    answer = page_of(sign_in("university"), world, "hnu")
    assert answer.context["as_of"].years == []
    assert "下级组织的时点" not in answer.content.decode()


def test_subordinates_stand_as_they_stood_and_what_became_of_them_is_said(world, cast, sign_in, closed):
    law, hnu = world["hnu-law"].name, world["hnu"].name
    tree.rename_unit(world["hnu-law"], name="法学部团委", by=cast["province"])
    tree.rename_unit(world["hnu"], name="海南综合大学团委", by=cast["province"])
    page = page_of(sign_in("province"), world, "hnu", week=WEEK).content.decode()
    assert f">{law}</a>" in page
    assert "现名：法学部团委" in page
    assert f"本单位当时名称：{hnu}" in page
    assert f"当时上级：{world['hi'].name}" in page
    assert "名称、隶属和数字都是当时的" in page
    assert reverse("reporting:show-unit-week", args=[WEEK, world.ids["hnu-law"]]) in page
    today = page_of(sign_in("province"), world, "hnu").content.decode()
    assert f">{law}</a>" not in today


def test_a_unit_that_has_moved_stands_below_its_superior_of_then(world, cast, sign_in, closed):
    tree.move_unit(world["qh-hs"], world["wn"], reason="区划调整", by=cast["province"])
    client = sign_in("province")
    past = page_of(client, world, "qh", week=WEEK).context["as_of"].panel.context["past"]
    line = next(each for each in past.lines if each.entry.row.unit_id == world.ids["qh-hs"])
    assert line.now == f"现属：{world['wn'].name}"
    assert line.entry.coverage.part == 30
    there = page_of(client, world, "wn", week=WEEK).context["as_of"].panel.context["past"]
    assert world.ids["qh-hs"] not in {each.entry.row.unit_id for each in there.lines}


def test_the_figures_sum_to_the_last_row_and_open_their_rows(world, sign_in, closed):
    past = page_of(sign_in("university"), world, "hnu", week=WEEK).context["as_of"].panel.context["past"]
    assert sum(line.entry.row.sub_orgs for line in past.lines) + past.board.root.own_orgs == past.n_orgs
    rows = sign_in("university").get(past.lines[0].rows["covered_capped"])
    assert rows.status_code == 200


def test_a_unit_set_up_since_says_so(world, cast, sign_in, closed):
    new = tree.create_unit(
        world["hnu"], kind="college", name="海洋学院团委", code="hnu-sea", by=cast["province"]
    )
    answer = sign_in("university").get(reverse("orgs:show-unit", args=[new.pk]), {"week": WEEK})
    assert "当时还没有设立" in answer.content.decode()


@pytest.mark.parametrize("week", ["2026-W45", "2026-W99", "x"])
def test_a_week_that_is_not_closed_is_no_address(world, sign_in, closed, week):
    assert page_of(sign_in("university"), world, "hnu", week=week).status_code == 404


def test_the_page_keeps_to_fifteen_statements(world, sign_in, closed):
    client = sign_in("province")
    for params in ({}, {"week": WEEK}):
        with CaptureQueriesContext(connection) as captured:
            page_of(client, world, "hi", **params)
        assert len(captured) <= 15
