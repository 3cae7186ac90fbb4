"""One campaign that can't be judged holds nobody up; a version that is not judged yet shows the one before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from orgs.choices import JobState
from orgs.models import Job
from reporting.models import CampaignPhase
from reporting.operations import judging
from reporting.operations.weekly import close_week
from reporting.pages import campaign_curve
from tests.reporting.campaign_rows import (
    NOW,
    WEEK,
    add_group,
    add_version,
    at,
    figure,
    judge,
    make_campaign,
    standings,
)

pytestmark = pytest.mark.django_db
VILLAGES = {"kinds": ["village"]}
UNJUDGED = {"levels": ["a", 10**30]}  # what no engine takes


@pytest.fixture
def broken(world):
    """Loaded before its check existed: the first of all campaigns."""
    return make_campaign(world, figure("admins", UNJUDGED), code="a-broken")


def test_the_close_goes_on_and_a_failed_job_says_which_campaign_it_was(world, broken):
    whole = make_campaign(world, figure("groups_member", VILLAGES))
    add_group(world, "qh-hs-jl")
    assert close_week(WEEK).state == "closed"
    assert standings(whole, world)["qh-hs-jl"] == "1"
    job = Job.objects.get(key=f"judge-{broken.pk}-{WEEK}")
    assert job.state == JobState.FAILED
    assert "工作部署 a-broken 未能评定" in job.error
    broken.refresh_from_db()
    assert broken.judged_until is None


def test_a_close_that_is_repeated_tells_it_once(world, broken):
    judging.judge_week(WEEK)
    judging.judge_week(WEEK)
    job = Job.objects.get(key=f"judge-{broken.pk}-{WEEK}")
    assert (job.state, job.attempts) == (JobState.FAILED, 2)


def test_the_hourly_judging_goes_on_as_well(world, broken):
    whole = make_campaign(world, figure("groups_member", VILLAGES))
    assert judging.judge_running() == {"a-broken": None, "c1": 2}
    assert standings(whole, world)


@pytest.fixture
def renewed(world):
    """Judged an hour ago under the first version; the second was loaded since."""
    add_group(world, "qh-hs-jl")
    made = make_campaign(world, figure("groups_member", VILLAGES, code="groups"))
    judge(made, NOW - timedelta(hours=1))
    add_version(
        made,
        figure("admins", VILLAGES, code="admins") | {"title": "新要求"},
        loaded_at=NOW - timedelta(minutes=5),
    )
    return made


def pages(sign_in, world, campaign):
    urls = [
        reverse("reporting:show-campaign", args=[campaign.pk]),
        reverse("reporting:show-campaign-board", args=[campaign.pk, world.ids["qh"]]),
    ]
    return [sign_in("city").get(url).content.decode() for url in urls]


def test_until_the_new_version_is_judged_the_old_one_is_shown(sign_in, world, renewed):
    for text in pages(sign_in, world, renewed):
        assert "正在核对" in text
        assert "要求1" in text
        assert "1/3" in text or "1 / 3" in text
        assert "新要求" not in text
    url = reverse("reporting:show-campaign-requirement", args=[renewed.pk, world.ids["qh-hs"], "groups"])
    assert "正在核对" in sign_in("city").get(url).content.decode()


def test_once_it_is_judged_the_new_version_is_shown(sign_in, world, renewed):
    judge(renewed, NOW)
    for text in pages(sign_in, world, renewed):
        assert "正在核对" not in text
        assert "新要求" in text


def test_the_curve_goes_on_from_version_to_version(world, renewed):
    judge(renewed, NOW)
    drawn = campaign_curve.read(renewed, world.ids["qh"], [])
    shares = [share for _label, share in drawn.points]
    assert [str(share) for share in shares] == ["1/3", "0"]


def test_the_ends_of_phases_stand_between_the_weeks(world, renewed):
    version = renewed.versions.get(number=1)
    phases = [
        CampaignPhase.objects.create(
            version=version, position=n, code=f"p{n}", title=f"阶段{n}", ends_at=ends
        )
        for n, ends in enumerate((at(1), at(16, 12), at(30)), 1)
    ]
    judge(renewed, NOW)
    drawn = campaign_curve.read(renewed, world.ids["qh"], phases)
    names = [label for label, _share in drawn.points]
    assert names == ["第46周", "现在", "第47周", "第48周"]
    assert [mark.text[:3] for mark in drawn.marks] == ["阶段2", "阶段3"]
    assert 0 < drawn.marks[0].at < 1
    assert drawn.marks[1].at == 3


def test_a_reminder_from_the_cell_leads_back_to_the_board(sign_in, world, renewed):
    client = sign_in("township")
    url = reverse("reporting:show-campaign-board", args=[renewed.pk, world.ids["qh-hs"]])
    remind = reverse("reporting:remind-units", args=[renewed.pk, world.ids["qh-hs"], "groups"])
    assert f'formaction="{remind}"' in client.get(url).content.decode()
    answer = client.post(remind, {"only": world.ids["qh-hs-zj"], "from": "board"})
    assert answer.url == url
    assert (
        f'formaction="{remind}"'
        not in sign_in("villager").get(reverse("reporting:show-campaign", args=[renewed.pk])).content.decode()
    )
