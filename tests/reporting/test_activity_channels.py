"""发布情况: channels that are asked, how long they are silent, and the demand on those below (SUP-2.1.3)."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from orgs.exceptions import NotAllowed
from orgs.models import AuditEntry
from reporting.models import DailyDuty
from reporting.operations.daily_duty import set_duty
from tests.reporting.activity_scene import TODAY, account_of, days_ago, group_of, recorded

pytestmark = pytest.mark.django_db
URL = "/activity/channels/"


def names(client, **params) -> list[str]:
    return [str(line.channel) for line in client.get(URL, params).context["lines"]]


@pytest.fixture
def silent(world, cast):
    """Accounts of direct units whose last item is so many days old; one without any record."""
    found = {}
    for code, n in (("hnu", 0), ("qzu", 14), ("qh", 45), ("wn", None)):
        found[code] = account_of(world[code])
        if n is not None:
            recorded(found[code], {days_ago(n): 1}, by=cast["province"])
    return found


def test_chips_count_those_silent_for_14_30_60_days_and_never_recorded(sign_in, silent):
    client = sign_in("province")
    words = [text for text, _url, _chosen in client.get(URL).context["chips"]]
    assert words == [
        "全部 4",
        "今天没有登记 3",
        "14天以上未发布 2",
        "30天以上未发布 1",
        "60天以上未发布 0",
        "没有记录 1",
    ]
    assert names(client, silent="14") == ["wx-qh", "wx-qzu"]  # the longest first
    assert names(client, silent="never") == ["wx-wn"]
    assert len(names(client, silent="nonsense")) == 4


def test_a_zero_recorded_today_does_not_stop_the_clock(cast, sign_in, silent):
    recorded(silent["qzu"], {TODAY: 0}, by=cast["province"])
    assert names(sign_in("province"), silent="14") == ["wx-qh", "wx-qzu"]


def test_a_channel_with_nothing_but_zeros_is_silent_since_its_first_record(world, cast, sign_in, silent):
    recorded(silent["wn"], {days_ago(20): 0, days_ago(3): 0}, by=cast["province"])
    assert "wx-wn" in names(sign_in("province"), silent="14")
    assert "wx-wn" not in names(sign_in("province"), silent="30")
    assert names(sign_in("province"), silent="never") == []


def test_everybody_sees_the_own_scope_and_what_is_not_asked_is_not_there(world, sign_in, silent):
    account_of(world["hnu-law"])
    group_of(world["hnu"])
    assert names(sign_in("university")) == ["wx-hnu"]
    assert names(sign_in("university"), kind="group") == ["海南大学团委工作群"]
    assert names(sign_in("schools")) == ["wx-hnu", "wx-qzu"]
    assert names(sign_in("nobody")) == []


def test_the_file_holds_the_list_and_leaves_unknown_days_empty(sign_in, silent):
    text = sign_in("province").get(URL, {"export": "csv"}).getvalue().decode("utf-8-sig")
    rows = {row[0]: row[3:] for row in csv.reader(io.StringIO(text))}
    assert rows["wx-qzu"] == [str(days_ago(14)), "14", str(days_ago(14))]
    assert rows["wx-wn"] == ["", "", ""]


def test_a_committee_asks_those_below_it_and_ends_that_again(world, cast, sign_in):
    account_of(world["hnu-law"])
    client, url = sign_in("university"), reverse("reporting:set-daily-duty", args=[world.ids["hnu"]])
    assert names(client) == []
    page = client.post(url, {"asks_below": "1"}, follow=True)
    assert "已要求所属团组织每日记录。" in page.text
    assert names(client) == ["wx-hnu-law"]
    client.post(url, {"asks_below": "1"})  # pressed twice
    assert AuditEntry.objects.filter(verb="daily_duty.set").count() == 1
    client.post(url, {"asks_below": "0"})
    assert names(client) == []
    assert not DailyDuty.objects.asking().exists()


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("province", "hnu"),  # above: the duty is the unit's own affair
        ("schools", "hi"),  # a department leads its lines only
        ("college", "hnu-law"),
        ("secretary", "hnu-law-1201"),
        ("outsider", "hnu"),
    ],
)
def test_nobody_else_sets_the_demand(world, cast, who, code):
    with pytest.raises(NotAllowed):
        set_duty(world.ids[code], asks_below=True, by=cast[who])


def test_the_national_office_asks_every_unit_of_the_forest(world, cast, sign_in):
    account_of(world["aq-zy"])
    set_duty(world.ids["cn"], asks_below=True, by=cast["national"])
    assert names(sign_in("national")) == ["wx-aq-zy"]
