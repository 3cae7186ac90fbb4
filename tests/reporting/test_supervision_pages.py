"""The pages of 督导台账: list, filters, ledger as a file, tab of a unit, visits by the sheet of RUR-3."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.exceptions import IllegalMove
from orgs.kernel import clock
from orgs.models import AuditEntry
from reporting.exceptions import ReportingError
from reporting.models import Duty, VisitSheet
from reporting.operations import supervision, visit_sheets
from reporting.operations.visit_sheets import Seen
from tests.world import TODAY

pytestmark = pytest.mark.django_db

LIST, VISITS = reverse("reporting:list-duties"), reverse("reporting:list-visits")


@pytest.fixture
def opened(world, cast):
    def _open(code: str, by: str = "province", kind: str = "rectify", reason: str = "群里无人发布") -> Duty:
        given = supervision.Opening(kind, reason, date(2026, 11, 25), "SUP-2.1.2")
        return supervision.open_duty(world[code], given, by=cast[by])

    return _open


@pytest.fixture
def visited(opened, cast):
    def _visit(code: str, by: str = "province", day: int = 17, **seen) -> Duty:
        duty = opened(code, by, "visit", f"走访{day}")
        sheet = {"held_on": date(2026, 11, day), "version": 1, "by": cast[by]}
        visit_sheets.record(duty.pk, Seen(**seen), **sheet)
        return duty

    return _visit


def listed(client, **given) -> set[str]:
    return {line.duty.unit.code for line in client.get(LIST, given).context["lines"]}


def test_filters_narrow_the_list(opened, sign_in, cast):
    opened("qh")
    answered = opened("hnu", reason="没有周报")
    opened("hnu-law", "university", "talk")
    supervision.answer(answered.pk, "已改", version=1, by=cast["university"])
    client = sign_in("province")
    assert listed(client) == {"qh", "hnu", "hnu-law"}
    assert listed(client, state="open") == {"qh", "hnu-law"}
    assert listed(client, state="answered") == {"hnu"}
    assert listed(client, kind="talk") == {"hnu-law"}
    assert listed(client, side="made") == {"qh", "hnu"}
    assert listed(client, q="周报") == {"hnu"}
    assert listed(client, q="琼海") == {"qh"}
    assert listed(client, state="?", kind="?", side="?") == {"qh", "hnu", "hnu-law"}
    assert listed(client, state="overdue") == set()
    with clock.frozen(TODAY + timedelta(days=8)):
        assert listed(sign_in("province"), state="overdue") == {"qh", "hnu-law"}
    assert listed(sign_in("university"), side="received") == {"hnu"}
    assert listed(sign_in("outsider")) == set()


def test_the_ledger_is_one_file_with_all_its_columns(opened, sign_in, cast):
    duty = opened("hnu")
    supervision.answer(duty.pk, "=1+1", version=1, by=cast["university"])
    supervision.close(duty.pk, "已整改", held_on=None, version=2, by=cast["province"])
    text = b"".join(sign_in("province").get(LIST, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    heading, labels, row = text.strip().split("\r\n")
    assert heading.startswith("督导台账")
    assert labels.split(",")[:4] == ["序号", "团组织", "上级", "类别"]
    assert row.split(",")[0] == "1"
    for words in ("海南大学团委", "限期整改", "SUP-2.1.2", "已办结", "已整改", "2026-11-25"):
        assert words in row
    assert ",=1+1," not in row
    assert AuditEntry.objects.get(verb="list.exported").detail["rows"] == 1
    assert sign_in("secretary").get(LIST, {"export": "csv"}).status_code == 403


def test_demands_and_duties_stand_under_one_heading(sign_in):
    client = sign_in("province")
    for url in (LIST, reverse("reporting:list-demands"), VISITS):
        text = client.get(url).text
        assert "<h1>督导台账</h1>" in text
        assert text.count('aria-current="page"') >= 2  # the line of the menu and the tab
        for other in (LIST, reverse("reporting:list-demands"), VISITS):
            assert f'href="{other}"' in text


def test_the_tab_of_a_unit_shows_its_own_and_what_lies_below(opened, sign_in, world):
    opened("hnu-law")
    opened("qh")
    client = sign_in("province")
    url = reverse("reporting:list-unit-duties", args=[world["hnu"].pk])
    text = client.get(url).text
    assert "法学院团委" in text
    assert "琼海" not in text.split("<main", 1)[1]
    assert f"{reverse('reporting:new-duty')}?unit={world['hnu'].pk}" in text
    assert url in client.get(world["hnu"].get_absolute_url()).text
    own = sign_in("university").get(url).text
    assert "法学院团委" in own
    assert "提出督导事项</span>" not in own
    assert sign_in("outsider").get(url).status_code == 404


def test_a_visit_is_done_once_its_sheet_is_there(opened, sign_in, cast):
    duty, client = opened("qh-hs", "city", "visit"), sign_in("city")
    refused = client.post(
        reverse("reporting:close-duty", args=[duty.pk]),
        {"version": 1, "outcome": "已走访", "held_on": "2026-11-17"},
    )
    assert "请先填写走访记录" in refused.text
    url = reverse("reporting:record-visit", args=[duty.pk])
    assert "至少填写一项" in client.post(url, {"version": 1, "held_on": "2026-11-17"}).text
    assert client.post(url, {"version": 1, "held_on": "2026-11-17", "groups_built": "-1"}).status_code == 422
    kept = {"version": 1, "held_on": "2026-11-17", "groups_built": "0", "youth_in_touch": "86"}
    assert client.post(url, kept | {"content": "招工信息"}).status_code == 302
    sheet = VisitSheet.objects.get()
    assert (sheet.groups_built, sheet.youth_in_touch, sheet.posts_per_week) == (0, 86, None)
    shown = sign_in("township").get(reverse("reporting:show-duty", args=[duty.pk])).text
    assert "招工信息" in shown
    duty.refresh_from_db()
    supervision.close(duty.pk, "已走访", held_on=None, version=duty.version, by=cast["city"])
    with pytest.raises(IllegalMove):
        visit_sheets.record(duty.pk, Seen(groups_built=1), held_on=None, version=3, by=cast["city"])


def test_only_a_visit_has_a_sheet(opened, cast):
    duty = opened("qh")
    with pytest.raises(ReportingError, match="只有实地走访"):
        visit_sheets.record(
            duty.pk, Seen(groups_built=1), held_on=date(2026, 11, 17), version=1, by=cast["province"]
        )


def test_visits_are_counted_per_direct_unit_by_the_latest_of_each(visited, sign_in, world):
    visited("qh-hs", day=10, groups_built=1, youth_in_touch=20)
    visited("qh-hs", day=16, groups_built=3)
    visited("qh-yj", day=17, groups_built=2, online_activities=0)
    visited("wn", day=17, finding="没有了解到数字")
    client = sign_in("province")
    found = {line.unit.code: line for line in client.get(VISITS).context["page"].lines}
    assert (found["qh"].n_visits, found["qh"].n_units, found["qh"].sums) == (3, 2, (5, None, 0, None))
    assert (found["wn"].n_visits, found["wn"].sums) == (1, (None,) * 4)
    assert found["hnu"].n_visits == 0
    assert {line.n_visits for line in client.get(VISITS, {"year": "2025"}).context["page"].lines} == {0}
    below = client.get(VISITS, {"unit": world["qh"].pk}).context["page"].lines
    assert {line.unit.code: line.n_visits for line in below} == {"qh-hs": 2, "qh-yj": 1}
    text = b"".join(client.get(VISITS, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert "共青团琼海市委,3,2,5,,0," in text


def test_statements_do_not_grow_with_the_rows(opened, sign_in, world):
    client = sign_in("province")
    opened("hnu")
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for code in ("qh", "wn", "qzu", "vol", "hnu-law", "qh-hs"):
        opened(code)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(LIST).context["lines"]) == 7
    assert len(many) == len(few) <= 15
