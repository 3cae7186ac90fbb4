"""An ended campaign stands still: what is overdue, its weeks, its exemptions, and how its moments are said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from orgs.exceptions import IllegalMove
from orgs.kernel import clock
from orgs.models import Notification
from reporting.models import Campaign
from reporting.operations import exemptions
from tests.reporting.campaign_rows import MONDAY, NOW, WEEK, at, figure, judge, make_campaign
from tests.reporting.test_campaign_pages import row_of

JL = "qh-hs-jl"

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(world):
    wanted = figure("groups_member", {"kinds": ["village"]}, code="groups", deadline_at=at(14))
    made = make_campaign(world, wanted, unit="qh")
    judge(made, NOW)
    return made


@pytest.fixture
def show(sign_in, world, campaign):
    """show("show-campaign-board", "qh", week=…) -> the answer to the city."""

    def _show(name, *codes, **params):
        args = [campaign.pk, *(world.ids.get(each, each) for each in codes)]
        return sign_in("city").get(reverse(f"reporting:{name}", args=args), params)

    return _show


def end(campaign, moment):
    Campaign.objects.filter(pk=campaign.pk).update(state="ended", ended_at=moment)


def test_what_was_open_at_the_end_does_not_become_overdue(campaign, show):
    assert "已逾期" in row_of(show("show-campaign").text, "要求1")
    end(campaign, at(13))
    text = show("show-campaign").text
    assert "已逾期" not in row_of(text, "要求1")
    assert "第46周" not in text


def test_weeks_after_the_end_do_not_exist(campaign, show):
    end(campaign, at(13))
    assert show("show-campaign-board", "qh", week=str(WEEK)).status_code == 404
    assert "week=" not in show("show-campaign-board", "qh").text
    end(campaign, at(17))
    assert show("show-campaign-board", "qh", week=str(WEEK)).status_code == 200
    assert f"?week={WEEK}" in show("show-campaign-board", "qh").text


def test_its_exemptions_are_not_withdrawn(world, cast, campaign):
    given = exemptions.grant(campaign.pk, "groups", world.ids[JL], reason="撤并", by=cast["city"])
    end(campaign, NOW)
    with pytest.raises(IllegalMove, match="已结束"):
        exemptions.withdraw(given.pk, by=cast["city"])
    given.refresh_from_db()
    assert given.withdrawn_at is None


def test_a_past_week_shows_the_exemptions_of_its_end(world, cast, campaign, show):
    who = {"reason": "村庄正在撤并", "by": cast["city"]}
    with clock.frozen(MONDAY + timedelta(days=1)):
        given = exemptions.grant(campaign.pk, "groups", world.ids[JL], **who)
    exemptions.withdraw(given.pk, by=cast["city"])
    exemptions.grant(campaign.pk, "groups", world.ids["qh-hs-zj"], **who)
    told = {}
    for week in ("", str(WEEK)):
        text = show("show-campaign-requirement", "qh-hs", "groups", week=week).text
        rows = {name: row_of(text, name) for name in ("加略村团支部", "中酒村团支部")}
        told[week] = [who["reason"] in row for row in rows.values()]
    assert told == {"": [False, True], str(WEEK): [True, False]}


@pytest.mark.parametrize("only", ["", "abc", "0", "-1"])
def test_a_reminder_of_no_unit_reminds_nobody(sign_in, world, campaign, only):
    url = reverse("reporting:remind-units", args=[campaign.pk, world.ids["qh-hs"], "groups"])
    assert sign_in("city").post(url, {"only": only}).status_code == 404
    assert not Notification.objects.exists()


def test_the_end_of_a_week_is_said_as_24_o_clock(sign_in, world, campaign, show):
    Campaign.objects.update(judged_until=WEEK.ends_at)
    pages = [
        sign_in("city").get(reverse("reporting:list-campaigns")),
        show("show-campaign"),
        show("show-campaign-board", "qh"),
        sign_in("city").get(reverse("reporting:list-unit-requirements", args=[world.ids[JL]])),
    ]
    assert all("2026年11月15日 24:00" in page.text for page in pages)
    answer = show("show-campaign-board", "qh", week=str(WEEK), export="csv")
    file = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "截至 2026年11月15日 24:00" in file
