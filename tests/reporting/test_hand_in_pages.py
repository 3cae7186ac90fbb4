"""The pages of 报送材料: a secretary hands in, who runs the campaign decides, lists say who has not, files are attachments."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from orgs.kernel import clock
from orgs.models import AuditEntry
from reporting.models import Exemption, HandIn
from reporting.operations import hand_ins
from tests.reporting.campaign_rows import NOW, at, judge, make_campaign
from tests.reporting.paper_scene import DUE, MONTHLY, REPORT, UNIVERSITIES, handed, papers, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campaign(world):
    return papers(world)


@pytest.fixture
def place(campaign, world):
    def _place(name, code="hnu", requirement=REPORT):
        units = [] if name == "list-campaign-hand-ins" else [world[code].pk]
        return reverse(f"reporting:{name}", args=[campaign.pk, requirement, *units])

    return _place


def page(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def file(data=None, name="总结.pdf"):
    return SimpleUploadedFile(name, pdf() if data is None else data)


def test_a_unit_hands_in_on_its_page(place, sign_in):
    client = sign_in("university")
    text = page(client.get(place("show-hand-ins")))
    assert 'type="file"' in text
    assert 'accept=".pdf,.docx' in text
    text = page(client.post(place("hand-in"), {"file": file()}, follow=True))
    assert "已报送，等待接收" in text
    assert "总结.pdf" in text
    assert 'type="file"' not in text
    assert "联系部署单位退回" in text


@pytest.mark.parametrize(("given", "words"), [
    ({}, "请选择文件"), ({"file": file(b"")}, "文件是空的"), ({"file": file(b"MZ")}, "内容与扩展名不符"),
    ({"file": file(name="a.exe")}, "只接收 PDF"), ({"file": "text"}, "请选择文件"),
])  # fmt: skip
def test_what_is_wrong_with_a_file_stands_beside_it(place, sign_in, given, words):
    text = page(sign_in("university").post(place("hand-in"), given), 422)
    assert words in text
    assert 'role="alert"' in text
    assert not HandIn.objects.exists()


def test_a_file_over_the_limit_is_told(place, sign_in, settings):
    settings.UPLOAD_LIMITS = settings.UPLOAD_LIMITS | {"bytes": 1024 * 1024}
    text = page(sign_in("university").post(place("hand-in"), {"file": file(pdf() * 60_000)}), 422)
    assert "文件超过 1 MB" in text


def test_the_superior_accepts_or_returns_on_the_same_page(place, campaign, world, cast, sign_in):
    found = handed(campaign, world["hnu"], cast["university"])
    client = sign_in("province")
    text = page(client.get(place("show-hand-ins")))
    assert reverse("reporting:accept-hand-in", args=[found.pk]) in text
    url = reverse("reporting:return-hand-in", args=[found.pk])
    bad = page(client.post(url, {"reason": ""}), 422)
    assert "请填写退回理由" in bad
    assert page(client.post(url, {"reason": "没有数据"}, follow=True)).count("没有数据") >= 1
    own = page(sign_in("university").get(place("show-hand-ins")))
    assert "材料被退回，请修改后重新报送。理由：没有数据" in own
    assert 'type="file"' in own
    newer = handed(campaign, world["hnu"], cast["university"], text="新的")
    done = page(client.post(reverse("reporting:accept-hand-in", args=[newer.pk]), follow=True))
    assert "已接收" in done
    late = client.post(reverse("reporting:return-hand-in", args=[newer.pk]), {"reason": "晚了"})
    assert "已经接收，不能再退回" in page(late, 422)


def test_the_unit_sees_no_decision_and_others_do_not_see_it_at_all(place, campaign, world, cast, sign_in):
    found = handed(campaign, world["hnu"], cast["university"])
    assert "accept/" not in page(sign_in("university").get(place("show-hand-ins")))
    outsider = sign_in("outsider")
    for url in (place("show-hand-ins"), reverse("reporting:download-hand-in", args=[found.pk])):
        assert outsider.get(url).status_code == 404
    for name in ("accept-hand-in", "return-hand-in"):
        url = reverse(f"reporting:{name}", args=[found.pk])
        assert outsider.post(url, {"reason": "x"}).status_code == 404
        assert sign_in("university").post(url, {"reason": "x"}).status_code == 403
    assert sign_in("auditor").post(place("hand-in"), {"file": file()}).status_code == 403


def test_the_file_is_only_ever_an_attachment(campaign, world, cast, sign_in):
    found = handed(campaign, world["hnu"], cast["university"])
    answer = sign_in("schools").get(reverse("reporting:download-hand-in", args=[found.pk]))
    assert answer.content == pdf()
    assert answer["Content-Type"] == "application/pdf"
    assert unquote(answer["Content-Disposition"]).startswith("attachment; filename*=utf-8''总结.pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert AuditEntry.objects.filter(verb="hand_in.read").count() == 1


def test_a_damaged_file_is_told_and_not_sent(campaign, world, cast, sign_in, tmp_path):
    found = handed(campaign, world["hnu"], cast["university"])
    (tmp_path / "hand_ins" / found.stored_name).write_bytes(b"broken\n")
    text = page(sign_in("province").get(reverse("reporting:download-hand-in", args=[found.pk]), follow=True))
    assert "文件已损坏或不在服务器上" in text


def test_who_has_not_handed_in(place, campaign, world, cast, sign_in):
    handed(campaign, world["hnu"], cast["university"])
    client, url = sign_in("province"), place("list-campaign-hand-ins")
    text = page(client.get(url))
    assert "应报送 2 个单位，已报送 1 个" in text
    missing = page(client.get(url, {"state": "missing"}))
    assert "琼州学院团委" in missing
    assert "海南大学团委" not in missing
    assert "没有符合条件" in page(client.get(url, {"state": "overdue"}))
    with clock.frozen(DUE):
        overdue = page(client.get(url, {"state": "overdue"}))
    assert "已逾期，未报" in overdue
    assert "海南大学团委" in page(client.get(url, {"state": "waiting"}))
    assert "没有符合条件" in page(client.get(url, {"state": "late"}))


def test_an_exempt_unit_is_not_missing(place, campaign, world, cast, sign_in):
    Exemption.objects.create(
        campaign=campaign, requirement_code=REPORT, unit=world["qzu"], reason="正在撤并", granted_at=NOW,
        granted_by=cast["province"],
    )  # fmt: skip
    client = sign_in("province")
    assert "应报送 1 个单位" in page(client.get(place("list-campaign-hand-ins")))
    assert "正在撤并" in page(client.get(place("show-hand-ins", "qzu")))


def test_the_list_is_exported_with_every_document(place, campaign, world, cast, sign_in):
    found = handed(campaign, world["hnu"], cast["university"])
    hand_ins.send_back(found.pk, reason="没有数据", by=cast["province"])
    handed(campaign, world["hnu"], cast["university"], text="新的")
    answer = sign_in("province").get(place("list-campaign-hand-ins"), {"export": "csv"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 5
    assert sum("没有数据" in line for line in lines) == 1
    assert sign_in("secretary").get(place("list-campaign-hand-ins"), {"export": "csv"}).status_code in {
        403,
        404,
    }


def test_a_monthly_document_has_a_page_for_each_month(place, sign_in):
    client, url = sign_in("university"), place("show-hand-ins", requirement=MONTHLY)
    with clock.frozen(clock.day_start(DUE.date().replace(month=12, day=2))):
        now = page(client.get(url))
        assert "2026年12月" in now
        before = page(client.get(url, {"period": "2026-11-01"}))
        assert "已逾期，未报" in before
        client.post(place("hand-in", requirement=MONTHLY), {"file": file(), "period": "2026-11-01"})
    assert HandIn.objects.get().period == "2026-11-01"
    assert HandIn.objects.get().is_late
    for key in ("2026-10-01", "2026-11-02", "x"):
        assert client.get(url, {"period": key}).status_code == 404


def test_the_list_of_a_unit_names_what_is_to_do_first(place, campaign, world, cast, sign_in):
    text = page(sign_in("university").get(reverse("reporting:list-hand-ins")))
    assert [text.index(word) for word in ("工作总结", "月报")]
    assert "计划数待填写" in text
    found = handed(campaign, world["hnu"], cast["university"])
    hand_ins.send_back(found.pk, reason="没有数据", by=cast["province"])
    text = page(sign_in("university").get(reverse("reporting:list-hand-ins")))
    assert text.index("已退回，待重报") < text.index("待报送")
    assert "没有数据" in text
    superior = page(sign_in("province").get(reverse("reporting:list-hand-ins")))
    assert "本单位部署的" in superior


def test_the_list_of_who_has_nothing_to_hand_in(campaign, sign_in):
    assert "没有要报送的材料" in page(sign_in("secretary").get(reverse("reporting:list-hand-ins")))


def test_home_tells_the_unit_and_the_superior(campaign, world, cast, sign_in):
    def home(key):
        return page(sign_in(key).get(reverse("home")))

    judge(campaign)
    assert "有材料待报送" in home("university")
    assert "下级报送的材料待接收" not in home("province")
    found = handed(campaign, world["hnu"], cast["university"])
    assert "有材料待报送" not in home("university")
    assert "下级报送的材料待接收" in home("province")
    hand_ins.send_back(found.pk, reason="没有数据", by=cast["province"])
    assert "报送的材料被退回" in home("university")
    assert "下级报送的材料待接收" not in home("province")
    handed(campaign, world["hnu"], cast["university"], text="新的")
    assert "报送的材料被退回" not in home("university")


def test_home_asks_for_the_planned_number_once_its_day_is_over(world, sign_in):
    campaign = papers(world, planned_by=at(17))
    judge(campaign)
    assert "有计划数待填写" in page(sign_in("university").get(reverse("home")))


def test_the_board_leads_to_the_documents(campaign, world, sign_in):
    judge(campaign)
    board = page(
        sign_in("province").get(reverse("reporting:show-campaign-board", args=[campaign.pk, world["hi"].pk]))
    )
    assert reverse("reporting:show-hand-ins", args=[campaign.pk, REPORT, world["qzu"].pk]) in board
    own = page(sign_in("university").get(reverse("reporting:list-unit-requirements", args=[world["hnu"].pk])))
    assert reverse("reporting:show-hand-ins", args=[campaign.pk, REPORT, world["hnu"].pk]) in own


def test_a_requirement_that_is_no_document_has_no_page(world, sign_in):
    other = make_campaign(world, {"target": UNIVERSITIES, "rule": {"metric": "admins"}}, code="other")
    for name, units in (("show-hand-ins", [world["hnu"].pk]), ("list-campaign-hand-ins", [])):
        url = reverse(f"reporting:{name}", args=[other.pk, "r1", *units])
        assert sign_in("province").get(url).status_code == 404
