"""写部署: a pack is written, checked, tried out, kept, launched and ended on pages; nothing that was typed is lost."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from reporting.choices import CampaignState
from reporting.models import Campaign, CampaignVersion
from reporting.operations import campaigns
from reporting.packs import parse
from reporting.packs.starter import starter
from tests.reporting.campaign_rows import add_group
from tests.reporting.pack_files import INVENTED, SMALL, edited

pytestmark = pytest.mark.django_db
NEW = "reporting:new-campaign"
BY_UNIVERSITY = edited("unit: hi\n", "").replace("code: small", "code: own")


@pytest.fixture
def write(sign_in):
    """write("province", text, "check") -> the answer of the page; a campaign's own page with `pk`."""

    def _write(key, text, do, *, pk=None, version=0, **more):
        url = reverse("reporting:edit-campaign", args=[pk]) if pk else reverse(NEW)
        return sign_in(key).post(url, {"text": text, "do": do, "version": version} | more)

    return _write


def load(text=SMALL, **kwargs):
    return campaigns.load_pack(parse(text), **kwargs).campaign


@pytest.mark.parametrize("name", ["共青团海南省委", '团委："试点" #1: x', "海南大学团委"])
def test_the_template_is_a_valid_pack(world, name):
    pack = parse(starter(name, clock.today()))
    assert pack.issuer == name
    assert [demand.kind for demand in pack.demands] == ["figure", "document"]


def test_the_page_begins_with_the_template_in_the_units_name(sign_in):
    text = sign_in("university").get(reverse(NEW)).content.decode()
    assert "code: notice-20261118" in text
    assert "海南大学团委" in text
    assert "groups_member" in text


def test_every_problem_stands_with_its_line_and_nothing_is_lost(write):
    text = edited("threshold: 1", "treshold: 1").replace("issuer: 团省委", 'issuer: ""')
    answer = write("province", text, "check")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "有 3 处需要更正" in page
    assert "第 4 行" in page
    assert "第 25 行" in page
    assert "是否应为 threshold" in page
    assert "treshold: 1}" in page
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("do", ["check", "save"])
def test_what_the_registry_lacks_is_told_too(write, do):
    answer = write("province", edited("{kinds: [university]}", "{units: [none]}"), do)
    assert answer.status_code == 422
    assert "没有代码为 none 的团组织" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_a_check_shows_the_burden_and_writes_nothing(write):
    page = write("province", SMALL, "check").content.decode()
    assert "核对通过" in page
    assert "各单位共需新填报 4 项" in page
    assert not Campaign.objects.exists()


def test_a_trial_says_how_many_meet_it_today_and_who_does_not(write, world):
    add_group(world, "hnu", "link")
    page = write("province", SMALL, "try").content.decode()
    assert "2 个单位中有 1 个已达到" in page
    assert reverse("orgs:show-unit", args=[world.ids["qzu"]]) in page
    assert "现为 0，应不少于 1" in page
    assert not Campaign.objects.exists()


def test_a_naming_rule_lists_the_names_that_deviate(write, world):
    add_group(world, "hnu", "link", name="海南大学团委微信群")
    odd = add_group(world, "qzu", "link", name="大家庭")
    rule = "    kind: naming\n    target: {kinds: [university]}\n    rule: {what: groups, pattern: uniform}\n"
    text = SMALL + "  - code: names\n    title: 规范名称\n    clause: TRY-1\n    hard: false\n" + rule
    page = write("province", text, "try").content.decode()
    assert "2 个名称中有 1 个不符合" in page
    assert reverse("accounts:show-group", args=[odd.pk]) in page
    assert "大家庭" in page


def test_it_is_kept_as_a_draft_and_found_again(write, sign_in):
    answer = write("university", BY_UNIVERSITY.replace("\n", "\r\n"), "save")
    campaign = Campaign.objects.get()
    assert answer.url == reverse("reporting:show-campaign", args=[campaign.pk])
    assert (campaign.unit.code, campaign.state) == ("hnu", CampaignState.DRAFT)
    assert campaign.versions.get().source == BY_UNIVERSITY
    assert campaign.versions.get().loaded_by.username == "university"
    page = sign_in("university").get(answer.url).content.decode()
    assert "启动" in page
    text = sign_in("university").get(reverse("reporting:edit-campaign", args=[campaign.pk])).content.decode()
    assert "code: own" in text


def test_a_file_takes_the_place_of_the_text(write):
    file = SimpleUploadedFile("notice.yaml", ("\ufeff" + SMALL).encode())
    page = write("province", "别的", "check", file=file).content.decode()
    assert "核对通过" in page
    assert "关于建群的通知" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\xff\xfe\x00", "打不开这个文件"), (b"", "请填写部署内容"), (b"x" * (1024 * 1024 + 1), "文件超过1兆")],
)
def test_a_file_that_is_no_text_is_refused_and_the_text_stays(write, content, told):
    answer = write("province", "别的内容", "save", file=SimpleUploadedFile("a.yaml", content))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "别的内容" in answer.content.decode()


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "x" * 200_001, 'code: "\\0"', 'code: "\\ud800"'])
def test_no_text_breaks_the_page(write, text):
    for do in ("check", "try", "save"):
        assert write("province", text, do).status_code == 422


def test_control_characters_are_named(write):
    page = write("province", edited("title: 关于建群的通知", 'title: "关于\\0通知"'), "save").content.decode()
    assert "含有不能保存的控制字符" in page


def test_who_may_not_run_campaigns_has_no_such_page(write, sign_in, world):
    for key in ("college", "secretary", "auditor", "sysadmin"):
        assert sign_in(key).get(reverse(NEW)).status_code == 403
        assert write(key, SMALL, "save").status_code == 403
    assert not Campaign.objects.exists()


def test_a_unit_outside_is_told_beside_its_line(write):
    for name in ("qzu", "hi"):
        answer = write("university", edited("unit: hi", f"unit: {name}"), "save")
        assert answer.status_code == 422
        assert f"没有代码为 {name} 的团组织" in answer.content.decode()
    assert not Campaign.objects.exists()


def test_a_department_asks_units_of_its_lines_only(write):
    answer = write("schools", SMALL, "check")
    assert "不在您的工作范围内" in answer.content.decode()
    assert write("schools", edited("[university, county]", "[university]"), "try").status_code == 200


def test_a_code_in_use_is_not_overwritten_by_a_new_campaign(write, world):
    load()
    page = write("province", edited("threshold: 1", "threshold: 2"), "check").content.decode()
    assert "已用于本单位的另一项部署" in page
    assert write("province", edited("threshold: 1", "threshold: 2"), "save").status_code == 409
    assert CampaignVersion.objects.count() == 1


def test_a_running_campaign_gets_a_next_version(write, world):
    campaign = load(launch=True)
    text = edited("threshold: 1", "threshold: 2")
    page = write("province", text, "check", pk=campaign.pk, version=1).content.decode()
    assert "保存后为第 2 版" in page
    assert "变更：groups" in page
    assert write("province", text, "save", pk=campaign.pk, version=1).status_code == 302
    assert list(campaign.versions.values_list("number", flat=True)) == [2, 1]
    assert Job.objects.filter(key=f"judge-{campaign.pk}-version-2").exists()
    assert write("province", text, "save", pk=campaign.pk, version=2).status_code == 302
    assert campaign.versions.count() == 2


def test_who_saves_second_keeps_the_text_and_sees_the_other(write, world):
    campaign = load()
    load(edited("threshold: 1", "threshold: 2"))
    mine = edited("threshold: 1", "threshold: 3")
    answer = write("province", mine, "save", pk=campaign.pk, version=1)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "threshold: 3" in page
    assert reverse("reporting:show-campaign-version", args=[campaign.pk, 2]) in page
    assert 'name="version" value="2"' in page
    assert write("province", mine, "save", pk=campaign.pk, version=2).status_code == 302
    assert campaign.versions.count() == 3


def test_the_code_of_a_campaign_stays(write, world):
    campaign = load()
    page = write("province", edited("code: small", "code: other"), "save", pk=campaign.pk, version=1)
    assert "代码不能改" in page.content.decode()
    assert Campaign.objects.count() == 1


def test_the_burden_is_shown_before_the_launch(sign_in, world):
    campaign = load()
    client, url = sign_in("province"), reverse("reporting:launch-campaign", args=[campaign.pk])
    assert "各单位共需新填报 4 项" in client.get(url).content.decode()
    client.post(url)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.launched_by.username) == (CampaignState.RUNNING, "province")
    assert client.post(url).status_code == 302


def test_it_ends_with_a_reason_once(sign_in, world):
    campaign = load(launch=True)
    client, url = sign_in("province"), reverse("reporting:end-campaign", args=[campaign.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "总结已经收齐"})
    client.post(url, {"reason": "再来"})
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.ENDED
    assert [entry.reason for entry in AuditEntry.objects.filter(verb="campaign.ended")] == ["总结已经收齐"]
    edit = reverse("reporting:edit-campaign", args=[campaign.pk])
    assert client.get(edit).status_code == 302


@pytest.mark.parametrize("name", ["edit-campaign", "launch-campaign", "end-campaign"])
def test_only_who_runs_campaigns_there_changes_one(sign_in, world, name):
    campaign = load()
    url = reverse(f"reporting:{name}", args=[campaign.pk])
    for key in ("university", "city", "outsider", "auditor", "secretary"):
        assert sign_in(key).get(url).status_code == 404
        assert sign_in(key).post(url).status_code == 404
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.DRAFT


def test_versions_are_listed_read_and_compared(sign_in, world):
    campaign = load(launch=True)
    load(edited("threshold: 1", "threshold: 2"))
    client = sign_in("city")
    page = client.get(reverse("reporting:list-campaign-versions", args=[campaign.pk])).content.decode()
    assert page.index("第 2 版") < page.index("第 1 版")
    url = reverse("reporting:show-campaign-version", args=[campaign.pk, 2])
    assert "招新" in client.get(url).content.decode()
    page = client.get(url, {"against": 1}).content.decode()
    assert "新增 1 行，删去 1 行" in page
    assert "招新" not in page
    assert client.get(url, {"against": 9}).status_code == 404
    assert client.get(reverse("reporting:show-campaign-version", args=[campaign.pk, 9])).status_code == 404


def test_a_draft_is_read_by_nobody_else(sign_in, world):
    campaign = load()
    for name, args in (("list-campaign-versions", []), ("show-campaign-version", [1])):
        url = reverse(f"reporting:{name}", args=[campaign.pk, *args])
        assert sign_in("city").get(url).status_code == 404


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_an_invented_notice_is_entered_through_the_page_without_code(write, sign_in, world, path):
    """An upper bound on groups, a monthly recurrence, a share of a head count: nothing the five notices know."""
    text = path.read_text(encoding="utf-8")
    assert write("province", text, "try").status_code == 200
    url = write("province", text, "save").url
    campaign = Campaign.objects.get()
    client = sign_in("province")
    client.post(reverse("reporting:launch-campaign", args=[campaign.pk]))
    page = client.get(url).content.decode()
    for demand in parse(text).demands:
        assert demand.title in page
