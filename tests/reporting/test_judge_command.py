"""`judge_campaigns`: now, or by workers; what it says; a campaign of the whole forest and its board."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from orgs.models import Job
from reporting.operations import judging
from tests.reporting.campaign_rows import WEEK, figure, judge, make_campaign, standings, tallies

pytestmark = pytest.mark.django_db


def told(*arguments):
    out = StringIO()
    call_command("judge_campaigns", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_judges_every_running_campaign(world):
    campaign = make_campaign(world, figure("admins", {"kinds": ["village"]}))
    ended = make_campaign(world, figure("admins"), code="ended")
    ended.state, ended.ended_at, ended.judged_until = "ended", WEEK.ends_at, WEEK.ends_at
    ended.save()
    assert json.loads(told("--json")) == {"c1": "2"}  # Sunday, and now
    assert standings(campaign, world)["qh-hs-jl"] == "0"
    assert told() == "c1: 1"


def test_it_leaves_the_work_to_a_worker(world):
    make_campaign(world, figure("admins"))
    assert told("--enqueue").endswith("queued")
    assert Job.objects.get().task == judging.TASK


def test_the_national_office_counts_provinces(world, sign_in):
    campaign = make_campaign(world, figure("admins", {"kinds": ["county"]}), unit="cn")
    judge(campaign)
    found = tallies(campaign, world)
    assert (found["cn"], found["hi"], found["ah"], found["aq"]) == (
        (3, 0, 0),
        (2, 0, 0),
        (1, 0, 0),
        (1, 0, 0),
    )
    url = reverse("reporting:show-campaign-board", args=[campaign.pk, world.ids["cn"]])
    text = sign_in("national").get(url).content.decode()
    assert "共青团海南省委" in text
    assert "0/2" in text
    assert sign_in("province").get(url).status_code == 404


def test_a_campaign_within_a_province_counts_no_further_up(world):
    campaign = make_campaign(world, figure("admins", {"kinds": ["village"]}), unit="qh")
    judge(campaign, WEEK.ends_at)
    assert sorted(tallies(campaign, world)) == ["qh", "qh-hs", "qh-yj"]
