"""计划数: the unit's own until its day, afterwards only the superior's with a reason; every number stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, OrgUnit
from reporting.exceptions import ReportingError
from reporting.models import Campaign, PlannedNumber
from reporting.operations import planned_numbers
from tests.reporting.campaign_rows import NOW, add_group, at, judge
from tests.reporting.paper_scene import PLAN, papers

BY = at(25)
TICK = timedelta(microseconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(world):
    return papers(world)


@pytest.fixture
def plan(campaign, world, cast):
    def _plan(planned, key="university", code="hnu", moment=NOW, **more):
        with clock.frozen(moment):
            return planned_numbers.plan(
                campaign.pk, PLAN, world[code].pk, planned=planned, by=cast[key], **more
            )

    return _plan


def test_a_unit_corrects_its_number_until_its_day_and_all_stay(plan, world):
    first, again, second = plan(10), plan(10), plan(12, moment=BY - TICK)
    assert first == again
    found = PlannedNumber.objects.filter(unit=world["hnu"]).order_by("pk")
    assert list(found.values_list("planned", "superseded_at")) == [(10, BY - TICK), (12, None)]
    assert second.reason == ""
    details = (
        AuditEntry.objects.filter(verb="plan.recorded").order_by("pk").values_list("body__detail", flat=True)
    )
    assert [(each["planned"], each["before"]) for each in details] == [(10, None), (12, 10)]


def test_from_its_day_on_only_the_superior_with_a_reason(plan):
    with pytest.raises(IllegalMove, match="已经截止"):
        plan(10, moment=BY)
    with pytest.raises(ReportingError, match="请填写理由"):
        plan(10, key="province", moment=BY)
    made = plan(10, key="province", moment=BY, reason="学校 来函补报")
    assert made.reason == "学校 来函补报"
    assert plan(11, key="schools", moment=BY, reason="更正").planned == 11


@pytest.mark.parametrize("key", ["auditor", "outsider", "college"])
def test_others_plan_nothing(plan, key):
    with pytest.raises((NotAllowed, OrgUnit.DoesNotExist)):
        plan(10, key=key)


def test_who_is_not_asked_plans_nothing(plan):
    with pytest.raises(IllegalMove, match="不对这个单位提出"):
        plan(10, key="college", code="hnu-law")


def test_an_ended_campaign_takes_no_number(plan):
    Campaign.objects.update(state="ended")
    with pytest.raises(IllegalMove, match="不在进行中"):
        plan(10)


def test_no_number_is_too_large(plan):
    with pytest.raises(ReportingError, match="0到"):
        plan(planned_numbers.LARGEST + 1)


@pytest.fixture
def show(campaign, world, sign_in):
    def _show(key="university", code="hnu", **data):
        place = [campaign.pk, PLAN, world[code].pk]
        client = sign_in(key)
        if data:
            return client.post(reverse("reporting:record-plan", args=place), data, follow=True)
        return client.get(reverse("reporting:show-plan", args=place))

    return _show


def test_the_page_takes_the_number_and_shows_what_came_of_it(show, world):
    add_group(world, "hnu", at=at(17))
    answer = show(planned="4")
    text = answer.content.decode()
    assert "已保存计划数" in text
    assert "计划 4，完成 1（25.0%）" in text


@pytest.mark.parametrize(("planned", "words"), [
    ("", "请填写计划数"), ("x", "请填写整数"), ("-1", "不能小于0"), ("99999999999", "计划数太大"), ("1.5", "请填写整数"),
])  # fmt: skip
def test_a_wrong_number_is_told_in_words(show, planned, words):
    answer = show(planned=planned)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_after_its_day_the_unit_sees_no_form_and_the_superior_one_with_a_reason(show, world):
    with clock.frozen(BY):
        assert "<form" not in show().content.decode().split("<main")[1]
        assert show(planned="3").status_code == 422
        page = show("province", planned="3", reason="")
        assert (page.status_code, "补填或更改请填写理由" in page.content.decode()) == (422, True)
        assert "补报" in show("province", planned="3", reason="学校补报").content.decode()


def test_the_board_shows_planned_actual_and_share(campaign, plan, world, sign_in):
    plan(2, moment=at(10))
    add_group(world, "hnu", at=at(10))
    judge(campaign)
    board = sign_in("province").get(
        reverse("reporting:show-campaign-board", args=[campaign.pk, world["hi"].pk])
    )
    text = board.content.decode()
    assert "计划 2，完成 1（50.0%）" in text
    assert reverse("reporting:show-plan", args=[campaign.pk, PLAN, world["hnu"].pk]) in text


def test_the_files_of_a_board_hold_what_was_planned(campaign, plan, world, sign_in):
    plan(2, moment=at(10))
    add_group(world, "hnu", at=at(10))
    judge(campaign)
    client, place = sign_in("province"), [campaign.pk, world["hi"].pk]
    for url in (
        reverse("reporting:show-campaign-board", args=place),
        reverse("reporting:show-campaign-requirement", args=[*place, PLAN]),
    ):
        text = b"".join(client.get(url, {"export": "csv"})).decode("utf-8-sig")
        assert "计划与完成" in text
        lines = {line.partition(",")[0]: line for line in text.splitlines()}
        assert "计划 2，完成 1（50.0%）" in lines["海南大学团委"]
        assert "完成" not in lines["琼州学院团委"]
