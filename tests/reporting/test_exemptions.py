"""免予要求: granted with a reason by who runs the campaign, kept in the ledger, judged anew, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from reporting.exceptions import ReportingError
from reporting.models import Exemption
from reporting.operations import exemptions, judging
from tests.reporting.campaign_rows import NOW, figure, judge, make_campaign, standings, tallies

JL = "qh-hs-jl"

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(world):
    made = make_campaign(world, figure("groups_member", {"kinds": ["village"]}, code="groups"), unit="qh")
    judge(made, NOW)
    return made


@pytest.fixture
def grant(world, cast, campaign):
    def _grant(code=JL, by="city", reason="村庄正在撤并", requirement="groups"):
        return exemptions.grant(campaign.pk, requirement, world.ids[code], reason=reason, by=cast[by])

    return _grant


def test_an_exempt_unit_is_not_asked_from_the_next_judging_on(world, campaign, grant):
    grant()
    job = Job.objects.get(key__startswith=f"judge-{campaign.pk}-x")
    with clock.frozen(NOW + timedelta(minutes=1)):
        judging.judge_in_job(job.pk)
    assert standings(campaign, world)[JL] == "x"
    assert tallies(campaign, world)["qh-hs"] == (1, 0, 1)


def test_it_is_kept_in_the_ledger(cast, grant):
    exemption = grant()
    entry = AuditEntry.objects.get(verb="exemption.granted")
    assert (entry.object_id, entry.by, entry.reason) == (str(exemption.pk), cast["city"], "村庄正在撤并")


@pytest.mark.parametrize("by", ["township", "auditor", "villager"])
def test_only_who_runs_the_campaign_grants(grant, by):
    with pytest.raises(NotAllowed):
        grant(by=by)


def test_a_superior_of_who_runs_it_grants_too(grant):
    assert grant(by="province").pk


@pytest.mark.parametrize(
    ("reason", "error"), [(" ", "请填写理由"), ("找 13912345678", "个人信息"), ("长" * 201, "200")]
)
def test_the_reason_is_one_that_may_be_read(grant, reason, error):
    with pytest.raises(ReportingError, match=error):
        grant(reason=reason)


def test_what_makes_no_sense_is_refused(campaign, grant):
    grant()
    for arguments in ({}, {"requirement": "nothing"}, {"code": "wn-xl-nl", "by": "province"}):
        with pytest.raises(IllegalMove):
            grant(**arguments)
    campaign.state = "ended"
    campaign.save()
    with pytest.raises(IllegalMove):
        grant(code="qh-hs-zj")


def test_withdrawn_it_asks_again(world, cast, campaign, grant):
    exemption = grant()
    judge(campaign, NOW + timedelta(minutes=1))
    with clock.frozen(NOW + timedelta(minutes=2)):
        exemptions.withdraw(exemption.pk, by=cast["city"])
    judge(campaign, NOW + timedelta(minutes=3))
    assert standings(campaign, world)[JL] == "0"
    with pytest.raises(IllegalMove):
        exemptions.withdraw(exemption.pk, by=cast["city"])
    assert AuditEntry.objects.filter(verb="exemption.withdrawn").count() == 1


def test_a_unit_below_does_not_withdraw_its_own(cast, grant):
    with pytest.raises(NotAllowed):
        exemptions.withdraw(grant().pk, by=cast["township"])


def test_the_page_grants_and_withdraws(sign_in, world, campaign):
    client = sign_in("city")
    url = reverse("reporting:exempt-unit", args=[campaign.pk, world.ids[JL], "groups"])
    assert "批准免予" in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    answer = client.post(url, {"reason": "村庄正在撤并"}, follow=True)
    assert "免予要求：村庄正在撤并" in " ".join(answer.content.decode().split())
    assert "撤回免予" in answer.content.decode()
    again = client.post(url, {"reason": "村庄正在撤并"})
    assert (again.status_code, "不用重复批准" in again.content.decode()) == (422, True)
    exemption = Exemption.objects.get()
    client.post(reverse("reporting:withdraw-exemption", args=[exemption.pk]))
    exemption.refresh_from_db()
    assert exemption.withdrawn_at is not None


def test_the_button_is_for_who_runs_the_campaign(sign_in, world, campaign):
    url = reverse("reporting:show-campaign-requirement", args=[campaign.pk, world.ids["qh-hs"], "groups"])
    link = reverse("reporting:exempt-unit", args=[campaign.pk, world.ids[JL], "groups"])
    assert link in sign_in("city").get(url).content.decode()
    assert link not in sign_in("township").get(url).content.decode()
