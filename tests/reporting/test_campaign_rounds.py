"""收集任务 of a campaign: launched once for a phase and a form, to whom the pack names; both pages lead to each other."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import CollectionRound, Expected
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.models import OrgUnit
from reporting.exceptions import PackInvalid, ReportingError
from reporting.models import CampaignRound
from reporting.operations import campaign_rounds, campaigns
from reporting.packs import parse
from tests.reporting.pack_files import SMALL, edited

pytestmark = pytest.mark.django_db
ROUNDS = (
    SMALL
    + """\
rounds:
  - title: 管理员信息收集表（2013级除外）
    form: UNI-A
    clause: TRY-1
    phase: first
    target: {kinds: [college, class_branch], not_intake_years: [2013], under: hnu}
    opens: 2026-11-02
    deadline: 2026-11-30
  - {title: 已经过了, form: UNI-A, phase: second, deadline: 2026-11-10}
"""
)
ASKED = {"hnu-law", "hnu-tour", "hnu-law-1201", "hnu-law-1202", "hnu-tour-1201"}


@pytest.fixture
def campaign(world):
    return campaigns.load_pack(parse(ROUNDS), launch=True).campaign


def launch(campaign, by, phase="first", form="UNI-A"):
    return campaign_rounds.launch(campaign.pk, phase=phase, form=form, by=by)


def test_it_goes_to_whom_the_pack_names(campaign, cast):
    made = launch(campaign, cast["province"])
    asked = OrgUnit.objects.filter(pk__in=Expected.objects.filter(round=made).values("unit"))
    assert set(asked.values_list("code", flat=True)) == ASKED
    assert (made.title, made.clause, made.unit.code) == ("管理员信息收集表（2013级除外）", "TRY-1", "hi")
    link = CampaignRound.objects.get()
    assert (link.campaign, link.phase_code, link.round) == (campaign, "first", made)


def test_a_phase_is_launched_once(campaign, cast):
    assert launch(campaign, cast["province"]) == launch(campaign, cast["province"])
    assert CollectionRound.objects.filter(is_standing=False).count() == 1


def test_a_new_version_does_not_launch_it_again(campaign, cast):
    made = launch(campaign, cast["province"])
    campaigns.load_pack(parse(edited("（2013级除外）", "", ROUNDS)))
    assert launch(campaign, cast["province"]) == made


def test_only_who_launches_rounds_there_may(campaign, cast):
    for key in ("university", "city", "auditor"):
        with pytest.raises(NotAllowed):
            launch(campaign, cast[key])
    assert not CampaignRound.objects.exists()


def test_a_department_launches_what_asks_its_lines_only(campaign, cast):
    whole = edited("under: hnu", "under: hi", ROUNDS).replace(
        "[college, class_branch]", "[college, township]"
    )
    campaigns.load_pack(parse(whole))
    with pytest.raises(NotAllowed, match="不在您的工作范围内"):
        launch(campaign, cast["schools"])
    campaigns.load_pack(parse(ROUNDS))
    assert launch(campaign, cast["schools"]).expected.count() == len(ASKED)


def test_what_is_over_or_not_planned_is_refused(campaign, cast):
    with pytest.raises(ReportingError, match="截止时间已过"):
        launch(campaign, cast["province"], phase="second")
    with pytest.raises(ReportingError, match="没有这项收集任务"):
        launch(campaign, cast["province"], form="RUR-3")
    assert not CampaignRound.objects.exists()


def test_a_draft_launches_nothing(world, cast):
    draft = campaigns.load_pack(parse(ROUNDS)).campaign
    with pytest.raises(IllegalMove, match="不在进行中"):
        launch(draft, cast["province"])


def test_one_click_launches_it_and_the_pages_lead_to_each_other(sign_in, campaign):
    client = sign_in("province")
    show = reverse("reporting:show-campaign", args=[campaign.pk])
    url = reverse("reporting:launch-campaign-round", args=[campaign.pk])
    page = client.get(show).content.decode()
    assert url in page
    assert "已过截止，未发起" in page
    answer = client.post(url, {"phase": "first", "form": "UNI-A"})
    client.post(url, {"phase": "first", "form": "UNI-A"})
    link = CampaignRound.objects.get()
    of_round = reverse("accounts:show-round", args=[link.round_id])
    assert answer.url == of_round
    assert show in client.get(of_round).content.decode()
    page = client.get(show).content.decode()
    assert of_round in page
    assert url not in page


def test_who_launches_nothing_reads_that_it_runs(sign_in, campaign, cast):
    launch(campaign, cast["province"])
    page = sign_in("university").get(reverse("reporting:show-campaign", args=[campaign.pk])).content.decode()
    assert "已发起" in page
    url = reverse("reporting:launch-campaign-round", args=[campaign.pk])
    assert url not in page
    assert sign_in("university").post(url, {"phase": "first", "form": "UNI-A"}).status_code == 404


def test_a_form_stands_once_in_a_phase(world):
    with pytest.raises(PackInvalid, match=r"rounds\[2\].phase：同一阶段的同一张收集表只能写一次"):
        parse(edited("phase: second, deadline", "phase: first, deadline", ROUNDS))


def test_it_can_be_refused_by_the_registry(campaign, sign_in):
    """Nobody to ask: the page says so, and nothing stands half launched."""
    campaigns.load_pack(parse(edited("under: hnu", "under: vol", ROUNDS)))
    client, url = sign_in("province"), reverse("reporting:launch-campaign-round", args=[campaign.pk])
    answer = client.post(url, {"phase": "first", "form": "UNI-A"}, follow=True)
    assert "没有团组织" in answer.content.decode()
    assert not CampaignRound.objects.exists()
    assert not CollectionRound.objects.filter(is_standing=False).exists()


def test_a_round_that_runs_already_is_attached_once_and_to_one_campaign(campaign, world, cast):
    made = launch(campaign, cast["province"])
    CampaignRound.objects.all().delete()
    with pytest.raises(NotAllowed):
        campaign_rounds.attach(campaign.pk, made, phase="first", by=cast["university"])
    links = [campaign_rounds.attach(campaign.pk, made, phase="first", by=cast["province"]) for _ in range(2)]
    assert links[0] == links[1]
    other = campaigns.load_pack(parse(edited("code: small", "code: other")), launch=True).campaign
    with pytest.raises(ReportingError):
        campaign_rounds.attach(other.pk, made, phase="first", by=cast["province"])
