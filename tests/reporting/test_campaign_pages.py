"""The pages of 工作部署: the list, one campaign, the board at every level, one requirement with its units, a unit's own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import CollectionRound, FieldList, Submission
from orgs.kernel import clock
from orgs.models import Notification
from reporting.models import Campaign, CampaignRound
from tests.reporting.campaign_rows import NOW, WEEK, add_group, at, figure, judge, make_campaign

VILLAGES = {"kinds": ["village"]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(world):
    """Villages want two groups, townships anything; one village has them since last week, one has half."""
    for code, day, n in (("qh-hs-jl", 10, 2), ("qh-hs-zj", 17, 1)):
        for _ in range(n):
            add_group(world, code, at=at(day))
    made = make_campaign(
        world,
        figure("groups_member", VILLAGES, code="groups", threshold="2", deadline_at=at(14)),
        figure("admins", {"kinds": ["township"]}, code="admins", is_hard=False, deadline_at=at(14)),
    )
    judge(made, NOW)
    return made


@pytest.fixture
def page(sign_in, world, campaign):
    """page("city", "show-campaign-board", "qh", week=…) -> the text of the page."""

    def _page(key, name, *codes, status=200, **params):
        args = [world.ids.get(each, each) for each in codes]
        if name != "list-unit-requirements":
            args = [campaign.pk, *args]
        answer = sign_in(key).get(reverse(f"reporting:{name}", args=args), params)
        assert answer.status_code == status
        return answer.content.decode()

    return _page


def rows(text):
    """The table rows of a page, tags taken away."""
    found = re.findall(r"<tr.*?</tr>", text, flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def row_of(text, name):
    return next(row for row in rows(text) if row.startswith(name))


def test_the_list_names_campaigns_of_the_own_unit_and_above(sign_in, campaign):
    for key in ("province", "city", "villager", "national"):
        text = sign_in(key).get(reverse("reporting:list-campaigns")).content.decode()
        assert "关于建设微信工作体系的通知" in text
        assert "进行中" in text


def test_a_draft_is_seen_by_who_runs_campaigns_there(sign_in, campaign):
    Campaign.objects.update(state="draft")
    url = reverse("reporting:show-campaign", args=[campaign.pk])
    assert sign_in("province").get(url).status_code == 200
    assert sign_in("city").get(url).status_code == 404


def test_a_campaign_of_another_province_does_not_exist(sign_in, world):
    foreign = make_campaign(world, figure("admins"), unit="ah", code="foreign")
    assert sign_in("city").get(reverse("reporting:show-campaign", args=[foreign.pk])).status_code == 404


def test_one_campaign_counts_what_the_own_unit_leads(page):
    text = page("city", "show-campaign")
    assert "应达到 5 项次，已达到 1 项次，未达到 4 项次" in text
    assert row_of(text, "要求1").endswith("已逾期 1 / 3")
    assert "进度滞后" in row_of(text, "要求2")
    assert "第46周" in text


def test_a_branch_reads_its_own_answer(page):
    assert "加略村团支部（含所属）应达到 1 项次，已达到 1 项次" in page("villager", "show-campaign")


def test_the_board_counts_at_every_level(page):
    text = page("province", "show-campaign-board", "hi")
    assert row_of(text, "合计") == "合计（含本级） 已逾期 1/4 进度滞后 0/3"
    row = row_of(text, "共青团琼海市委")
    assert "团市委王" in row
    assert "已逾期 1/3" in row
    assert "进度滞后 0/2" in row
    assert "海南大学团委" not in text
    text = page("city", "show-campaign-board", "qh-hs")
    assert row_of(text, "加略村团支部").endswith("已达到 不要求")
    assert "已逾期" in row_of(text, "中酒村团支部")


def test_the_board_of_a_past_week_shows_its_end(page):
    text = page("city", "show-campaign-board", "qh", week=str(WEEK))
    assert row_of(text, "会山镇团委").endswith("已逾期 1/2 进度滞后 0/1")
    for week in ("2026-W45", "2026-W47", "nonsense"):
        page("city", "show-campaign-board", "qh", week=week, status=404)


def test_units_outside_do_not_exist(page):
    page("city", "show-campaign-board", "wn", status=404)
    page("villager", "show-campaign-board", "qh", status=404)
    page("national", "show-campaign-board", "ah", status=404)
    page("city", "show-campaign-requirement", "qh", "nonsense", status=404)


def test_a_requirement_met_since_the_last_judging_says_so_and_until_when_it_was_judged(page, world):
    add_group(world, "qh-hs-zj", at=NOW - timedelta(minutes=1))
    text = page("city", "show-campaign-requirement", "qh-hs", "groups")
    assert "数据截至 2026年11月18日 10:00，每小时评定一次" in text
    row = row_of(text, "中酒村团支部")
    assert "已逾期" in row
    assert "现为 2，已达到标准，下次评定后更新" in row


def test_a_requirement_says_since_when_and_what_is_lacking(page):
    text = page("township", "show-campaign-requirement", "qh-hs", "groups")
    assert "2026-11-16 00:00" in row_of(text, "加略村团支部")
    assert "现为 1，应不少于 2" in row_of(text, "中酒村团支部")
    above = page("city", "show-campaign-requirement", "qh", "groups")
    assert "还有 1 个单位未达到" in row_of(above, "会山镇团委")


def test_a_unit_reads_what_is_asked_of_it(page):
    text = page("city", "list-unit-requirements", "qh-hs-zj")
    assert row_of(text, "要求1").startswith("要求1 已逾期 现为 1，应不少于 2")
    assert "没有对本单位的要求" in page("city", "list-unit-requirements", "qh")


@pytest.mark.parametrize(("day", "is_told"), [(13, True), (14, False)])
def test_who_submitted_in_time_and_waits_is_told_apart(page, world, cast, campaign, day, is_told):
    round_ = CollectionRound.objects.create(
        title="收集", field_list=FieldList.objects.get(code="UNI-A"), unit=world["hi"], kinds=["village"],
        opens_at=at(9), deadline_at=at(14), launched_by=cast["province"], launched_at=at(9),
    )  # fmt: skip
    CampaignRound.objects.create(campaign=campaign, round=round_)
    Submission.objects.create(
        round=round_, unit=world["qh-hs-zj"], status="submitted", desk=world["qh-hs"], submitted_at=at(day)
    )
    row = row_of(page("township", "show-campaign-requirement", "qh-hs", "groups"), "中酒村团支部")
    own = row_of(page("township", "list-unit-requirements", "qh-hs-zj"), "要求1")
    assert [("已按时提交，待审核" in text) for text in (row, own)] == [is_told, is_told]


def test_the_home_page_tells_of_what_is_not_met(sign_in, campaign):
    assert "工作部署有未达到的要求" in sign_in("township").get("/").content.decode()
    assert "工作部署有未达到的要求" not in sign_in("villager").get("/").content.decode()


def test_the_board_is_a_file_too(sign_in, world, campaign):
    url = reverse("reporting:show-campaign-board", args=[campaign.pk, world.ids["qh"]])
    answer = sign_in("city").get(url, {"export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "会山镇团委,qh-hs,2,1,已逾期,1,0,进度滞后" in text
    assert sign_in("secretary").get(url, {"export": "csv"}).status_code == 404


def test_a_reminder_goes_to_those_below_who_hold_it_back(sign_in, world, campaign):
    url = reverse("reporting:remind-units", args=[campaign.pk, world.ids["qh-hs"], "groups"])
    client = sign_in("township")
    client.post(url)
    client.post(url)
    (message,) = Notification.objects.all()
    assert message.unit_id == world.ids["qh-hs-zj"]
    assert "要求1" in message.text
    assert "已于" in message.text


def test_nobody_is_reminded_of_another_units(sign_in, world, campaign):
    url = reverse("reporting:remind-units", args=[campaign.pk, world.ids["qh-hs"], "groups"])
    assert sign_in("villager").post(url).status_code == 404
    assert sign_in("outsider").post(url).status_code == 404
    assert not Notification.objects.exists()


def test_before_the_first_judging_the_pages_say_so(sign_in, world):
    made = make_campaign(world, figure("admins"), launched_at=clock.now() - timedelta(minutes=5))
    for name, args in (("show-campaign", []), ("show-campaign-board", [world.ids["qh"]])):
        text = sign_in("city").get(reverse(f"reporting:{name}", args=[made.pk, *args])).content.decode()
        assert "尚未评定" in text


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("list-campaigns", ""),
        ("show-campaign", ""),
        ("show-campaign-board", "qh-hs"),
        ("show-campaign-board", "hi"),
        ("show-campaign-requirement", "qh-hs"),
        ("show-campaign-requirement", "hi"),
        ("list-unit-requirements", "qh-hs-zj"),
    ],
)
def test_pages_take_few_statements_however_many_units(
    sign_in, world, campaign, name, code, django_assert_max_num_queries
):
    args = [campaign.pk] if name.startswith("show") else []
    args += [world.ids[code]] if code else []
    args += ["groups"] if name.endswith("requirement") else []
    client = sign_in("province")
    url = reverse(f"reporting:{name}", args=args)
    client.get(url)
    with django_assert_max_num_queries(15):
        client.get(url)
