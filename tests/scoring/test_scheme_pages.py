"""Pages of schemes: listed, shown, checked, tried, kept as a draft, approved item by item, compared."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from orgs.exceptions import NotAllowed
from orgs.models import AuditEntry
from scoring.models import Item, Scheme
from scoring.operations import finalising, schemes
from scoring.operations import sheets as sheet_operations
from tests.scoring.sheet_steps import assess_all, made_final, without_self_assessment
from tests.scoring.test_unseen_schemes import WORK

pytestmark = pytest.mark.django_db
NEW = "/assess/schemes/new/"


def text() -> str:
    return WORK.read_text(encoding="utf-8")


def page(client, url, **data) -> str:
    response = client.get(url, data)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def client_of(sign_in):
    return sign_in("province")


@pytest.fixture
def draft(world, cast):
    """The invented scheme of the province."""
    from_page = schemes.store(schemes.parse(text()), source=text(), unit=world["hi"], by=cast["province"])
    return Scheme.objects.get(pk=from_page.pk)


def test_the_list_names_versions_state_and_sheets(client_of, sheets):
    shown = page(client_of, "/assess/schemes/")
    assert "市县微信工作综合考评方案（2013年）" in shown
    assert "高校微信工作综合考评方案（2013年）" in shown
    assert "0 / 13" in shown  # no item is approved yet
    assert "随平台提供" in shown


def test_the_list_is_a_file_too(client_of, scheme_files):
    response = client_of.get("/assess/schemes/?export=csv")
    rows = b"".join(response.streaming_content).decode()
    assert "市县微信工作综合考评方案（2013年）,sup-a,1,草稿,0,13," in rows
    assert AuditEntry.objects.filter(verb="list.exported").count() == 1


def test_without_a_scheme_the_list_says_what_to_do(client_of, world, cast):
    Scheme.objects.all().delete()
    assert "还没有考评方案" in page(client_of, "/assess/schemes/")


def test_a_scheme_is_shown_with_rules_in_words_and_where_each_comes_from(client_of, scheme_files):
    scheme = Scheme.objects.get(code="sup-a")
    shown = page(client_of, scheme.get_absolute_url())
    for words in (
        "原附件缺失，拟定内容，待团省委核定",
        "有制度性文件得 0.2 分；次数：每次得 0.1 分，该项最多 1.0 分。",
        "≥80% 且 &lt;90% 得 0.5 分",
        "&lt;70% 得 -0.2 分",
        "按文意理解",
        "SUP-A 二.2",
        "由考核小组评定，旁列",
        "优秀 ≥9；良好 ≥7；合格 ≥6；不合格 &lt;6",
        "没有全部核定以前，可以评分，不能定稿",
    ):
        assert words in shown, words


def test_every_kind_of_rule_is_said_in_words(client_of, draft):
    shown = page(client_of, draft.get_absolute_url())
    for words in (
        "从 50% 得 0 分，到 100% 得 30.0 分，其间按比例，步长 0.5，不足舍去",
        "每次扣 2.0 分，头 1 次不扣，最低 -6.0 分",
        "取得分最低的一档，不重复扣分",
        "各月最后一周的平均数（至少 2 个月）",
        "连续 2 周低于 85% 扣 5.0 分",
        "各部分相加，最低 0 分，最多 20.0 分",
        "&gt;50% 且 ≤90% 得 6.0 分",
        "每 2（不足舍去）得 1.0 分",
        "-8.0 至 0分",
    ):
        assert words in shown, words


def test_a_wrong_scheme_is_refused_with_line_and_key_and_nothing_is_lost(client_of, world):
    wrong = text().replace("full_points: 100", "full_points: 90")
    before = Scheme.objects.count()
    response = client_of.post(NEW, {"text": wrong, "action": "save"})
    shown = response.content.decode()
    assert response.status_code == 422
    assert "第10行 sections：分值合计为 100，应为 90，请调整。" in shown
    assert "full_points: 90" in shown
    assert Scheme.objects.count() == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "请选择文件，或填写方案内容"),
        ({"text": "  "}, "请选择文件，或填写方案内容"),
        ({"text": "- 1"}, "文件不是考评方案"),
        ({"text": "code: ["}, "不是有效的 YAML"),
        ({"file": SimpleUploadedFile("a.yaml", "名".encode("gbk"))}, "UTF-8"),
        ({"file": SimpleUploadedFile("a.yaml", b"x" * 900_000)}, "文件太大"),
        ({"file": SimpleUploadedFile("a.yaml", b"")}, "文件是空的"),
    ],
)
def test_what_is_no_scheme_is_said(client_of, world, data, words):
    response = client_of.post(NEW, data)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_checking_tries_the_scheme_with_the_frozen_weeks_and_writes_nothing(client_of, world, week):
    before = Scheme.objects.count()
    file = SimpleUploadedFile("scheme.yaml", text().encode())
    response = client_of.post(NEW, {"file": file, "action": "check"})
    shown = response.content.decode()
    assert response.status_code == 200
    for words in (
        "检查通过",
        "9 个评分点",
        "试算",
        "等次分布",
        "14.0 分 × 1",
        "由人填报或评定",
        "invented-work",
    ):
        assert words in shown, words
    assert "该周周报中没有本单位" in shown  # the other units of the kind
    assert Scheme.objects.count() == before


def test_a_scheme_is_kept_as_a_draft_of_the_province(client_of, world, cast):
    response = client_of.post(NEW, {"text": text(), "action": "save"}, follow=True)
    scheme = Scheme.objects.get(code="invented-work")
    assert "已保存“基层新媒体工作考评方案（试行）”第 1 版（草稿）" in response.content.decode()
    assert (scheme.unit, scheme.state, scheme.source) == (world["hi"], "draft", text())
    assert AuditEntry.objects.get(verb="scheme.loaded", object_id=str(scheme.pk)).by == cast["province"]
    again = client_of.post(NEW, {"text": text(), "action": "save"}, follow=True)
    assert "没有变化" in again.content.decode()
    assert Scheme.objects.filter(code="invented-work").count() == 1


def test_a_new_version_starts_from_the_text_of_the_old_one(client_of, draft):
    assert "code: invented-work" in page(client_of, NEW, **{"from": draft.pk})
    assert client_of.get(NEW, {"from": 999_999}).status_code == 404


def test_items_are_approved_one_by_one_and_the_last_approves_the_scheme(client_of, draft, cast):
    items = list(Item.objects.filter(section__scheme=draft).order_by("section__position", "position"))
    for n, item in enumerate(items, 1):
        client_of.post(reverse("scoring:approve-scheme-item", args=[draft.pk, item.pk]))
        draft.refresh_from_db()
        assert draft.is_approved is (n == len(items))
    client_of.post(reverse("scoring:approve-scheme-item", args=[draft.pk, items[0].pk]))
    assert AuditEntry.objects.filter(verb="scheme.item_approved").count() == len(items)
    assert AuditEntry.objects.filter(verb="scheme.approved").count() == 1
    items[0].refresh_from_db()
    assert (items[0].approved_by, items[0].is_approved) == (cast["province"], True)
    shown = page(client_of, draft.get_absolute_url())
    assert "待团省委核定" not in shown
    assert "核定本项" not in shown


def test_all_that_is_open_is_approved_at_once(client_of, draft):
    client_of.post(reverse("scoring:approve-scheme", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.is_approved
    assert not Item.objects.filter(section__scheme=draft, state="draft").exists()


def test_an_item_of_another_scheme_is_not_approved_here(client_of, draft, scheme_files):
    other = Item.objects.filter(section__scheme__code="sup-a").first()
    url = reverse("scoring:approve-scheme-item", args=[draft.pk, other.pk])
    assert client_of.post(url).status_code == 404


def test_one_open_item_keeps_a_sheet_from_being_finalised(sheets, week, cast):
    sheet = sheet_operations.compute_sheet(sheets["qh"])
    sheet = without_self_assessment(assess_all(sheet, cast["province"]), cast)
    items = list(Item.objects.filter(section__scheme=sheet.scheme_id))
    for item in items[:-1]:
        schemes.approve_item(item, by=cast["province"])
    with pytest.raises(finalising.NotReady, match="核定"):
        finalising.propose(sheet, version=sheet.version, by=cast["province"])
    schemes.approve_item(items[-1], by=cast["province"])
    assert made_final(sheet, cast).is_final


def test_a_used_edition_stays_and_two_versions_are_compared(client_of, draft, world):
    sheet_operations.open_sheets(draft, 2026, [world["qh"]], by=None)
    changed = text().replace("每两名管理员一分", "每三名管理员一分").replace("per: 2", "per: 3")
    client_of.post(NEW, {"text": changed, "action": "save"})
    newer = Scheme.objects.get(code="invented-work", version=2)
    assert newer.state == "draft"
    assert Scheme.objects.filter(pk=draft.pk).exists()
    shown = page(client_of, reverse("scoring:compare-schemes", args=[newer.pk]))
    for words in ("第 1 版 → 第 2 版", "每两名管理员一分", "每三名管理员一分", "每 3（不足舍去）", "修改"):
        assert words in shown, words
    assert "要求达到的比例" not in shown
    back = page(client_of, reverse("scoring:compare-schemes", args=[draft.pk]), **{"with": newer.pk})
    assert "第 1 版 → 第 2 版" in back


def test_criteria_that_came_and_went_are_told(client_of, draft, world):
    sheet_operations.open_sheets(draft, 2026, [world["qh"]], by=None)
    changed = (
        text()
        .replace("code: a4", "code: a9")
        .replace("full_points: 100", "full_points: 100\nclause: SUP-4.3")
    )
    changed = changed.replace("clause: SUP-2.2.3\ntarget", "target")
    client_of.post(NEW, {"text": changed, "action": "save"})
    newer = Scheme.objects.get(code="invented-work", version=2)
    shown = page(client_of, reverse("scoring:compare-schemes", args=[newer.pk]))
    for words in ("新增", "取消", "SUP-4.3"):
        assert words in shown, words


def test_a_single_version_has_nothing_to_be_compared_with(client_of, draft):
    assert "没有其他版本" in page(client_of, reverse("scoring:compare-schemes", args=[draft.pk]))


def test_a_kept_scheme_is_tried_with_the_weeks_of_a_year(client_of, draft, week):
    url = reverse("scoring:try-scheme", args=[draft.pk])
    shown = page(client_of, url)
    assert "2026年" in shown
    assert "系统能计算的共 80.0 分（总分 100.0 分）" in shown
    assert "不写入考评表" in shown
    assert "2026年" in page(client_of, url, year="1999")


def test_without_a_closed_week_nothing_is_tried(client_of, draft):
    assert "还没有已结的周报" in page(client_of, reverse("scoring:try-scheme", args=[draft.pk]))


def test_a_scheme_of_another_province_does_not_exist(sign_in, draft, world, cast):
    foreign = schemes.store(schemes.parse(text().replace("invented-work", "foreign")), unit=world["ah"])
    client = sign_in("province")
    for name in ("show-scheme", "try-scheme", "compare-schemes"):
        assert client.get(reverse(f"scoring:{name}", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("scoring:approve-scheme", args=[foreign.pk])).status_code == 404
    with pytest.raises(NotAllowed):
        schemes.approve_scheme(Scheme.objects.get(pk=foreign.pk), by=cast["province"])
    response = client.post(NEW, {"text": text().replace("invented-work", "foreign"), "action": "save"})
    assert "这个代码已用于其他单位的方案" in response.content.decode()


def test_units_and_assessors_do_not_manage_schemes(sign_in, draft):
    assert sign_in("auditor").get("/assess/schemes/").status_code == 403
    # A committee writes schemes for the level below it; those of others don't exist for it (SUP-2.2.3).
    assert not sign_in("city").get("/assess/schemes/").context["lines"]
    for key in ("city", "auditor"):
        assert sign_in(key).get(draft.get_absolute_url()).status_code == 404
