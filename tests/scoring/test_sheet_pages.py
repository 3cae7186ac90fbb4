"""The pages of the assessment, through HTTP."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from orgs.models import AuditEntry
from scoring import todo
from scoring.models import Criterion, Item, Scheme, Score, Sheet
from scoring.operations import scores
from scoring.operations import sheets as operations
from scoring.operations.schemes import store
from scoring.scheme_files import parse
from tests.scoring.conftest import HAINAN_UNIVERSITY, QIONGHAI, close_week

pytestmark = pytest.mark.django_db


@pytest.fixture
def computed(sheets, week):
    for code in ("qh", "hnu"):
        operations.compute_sheet(sheets[code])
    return {code: Sheet.objects.get(pk=sheet.pk) for code, sheet in sheets.items()}


def field(sheet, code, name="points"):
    return f"{name}_{Score.objects.get(sheet=sheet, criterion__code=code).pk}"


def item_of(sheet, code):
    return Criterion.objects.get(item__section__scheme=sheet.scheme_id, code=code).item_id


def shown(sheet):
    return reverse("scoring:show-sheet", args=[sheet.pk])


def entered(sheet, code=""):
    address = reverse("scoring:enter-score", args=[sheet.pk])
    return f"{address}?item={item_of(sheet, code)}" if code else address


def test_the_list_shows_self_assessed_grade_and_progress(computed, sign_in):
    page = sign_in("province").get(reverse("scoring:list-sheets")).content.decode()
    assert "共青团琼海市委" in page
    assert "海南大学团委" in page
    assert "3 / 13" in page  # rows 二.1, 二.2, 三.4 of 琼海市


@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("city", {"共青团琼海市委"}),
        ("outsider", {"琼州学院团委"}),
        ("auditor", {"共青团琼海市委", "海南大学团委"}),
        ("schools", {"海南大学团委", "琼州学院团委"}),
    ],
)
def test_everyone_sees_the_sheets_in_the_own_charge(computed, sign_in, who, units):
    lines = sign_in(who).get(reverse("scoring:list-sheets")).context["lines"]
    assert {each.line.sheet.unit.name for each in lines} == units


@pytest.mark.parametrize("who", ["sysadmin", "nobody", "departed"])
def test_who_has_no_part_in_the_assessment_gets_403(computed, sign_in, who):
    assert sign_in(who).get(reverse("scoring:list-sheets")).status_code == 403


@pytest.mark.parametrize("who", ["outsider", "city", "secretary", "college", "nobody"])
def test_a_foreign_sheet_does_not_exist(computed, sign_in, who):
    client, sheet = sign_in(who), computed["hnu"]
    assert client.get(shown(sheet)).status_code == 404
    assert client.get(reverse("scoring:download-sheet", args=[sheet.pk])).status_code == 404
    for name in ("enter-score", "compute-sheet", "submit-self-assessment", "propose-sheet"):
        assert client.post(reverse(f"scoring:{name}", args=[sheet.pk])).status_code == 404


def test_a_system_administrator_may_not_read_sheets(computed, sign_in):
    assert sign_in("sysadmin").get(shown(computed["hnu"])).status_code == 403


def test_the_sheet_opens_its_arithmetic(computed, sign_in):
    page = sign_in("auditor").get(shown(computed["qh"])).content.decode()
    for text in ("得分依据", "21,586", "25,148", "85.8%", "80–89%", "SUP-A 二.2", "2012、共青团基层组织系统"):
        assert text in page
    assert "原附件缺失，拟定内容，待团省委核定" in page
    assert "2026年微信工作综合考评表" in page


def test_both_numbers_lead_to_their_rows(computed, sign_in, world):
    client, unit = sign_in("auditor"), world.ids["qh"]
    page = client.get(shown(computed["qh"])).content.decode()
    rows = reverse("reporting:show-rows", args=["2026-W46", unit, "covered_members"])
    assert f'href="{rows}"' in page
    base = reverse("orgs:list-bases", args=[unit])  # the recorded base stands there
    assert f'href="{base}"' in page
    assert client.get(base).status_code == 200
    assert client.get(rows).status_code == 200


def test_the_sheets_before_and_after_in_official_order(computed, sign_in):
    client, found = sign_in("province"), []
    for code in ("qh", "wn"):
        context = client.get(shown(computed[code])).context
        found.append(tuple(each and each.unit.code for each in (context["previous"], context["following"])))
    assert found == [(None, "wn"), ("qh", None)]


def test_a_row_of_more_criteria_than_there_are_signs_opens(world, sign_in, cast):
    one = "          - {code: c%d, label: 要点%d, points: 1, rule: judged, provenance: source, clause: 一}\n"
    text = (
        "code: many\ntitle: 逐条\nsheet_title: 考评表\ntarget_kinds: [county]\nfull_points: 22\n"
        "grades: [[excellent, 20], [fail, 0]]\nsections:\n  - title: 全部\n    points: 22\n    items:\n"
        "      - content: 逐条\n        points: 22\n        provenance: source\n        criteria:\n"
    ) + "".join(one % (n, n) for n in range(1, 23))
    scheme = Scheme.objects.get(pk=store(parse(text), source=text).pk)
    sheet = operations.open_sheets(scheme, 2026, [world["qh"]], by=None)[0]
    row = sign_in("province").get(shown(sheet)).context["current"]
    assert [row.cells[n].sign for n in (0, 9, 19, 20, 21)] == ["①", "⑩", "⑳", "(21)", "(22)"]


def test_a_missing_base_is_said_on_the_page(computed, sign_in):
    assert "底数未登记" in sign_in("auditor").get(shown(computed["hnu"])).content.decode()


def test_totals_and_the_best_grade_still_possible(computed, sign_in):
    context = sign_in("auditor").get(shown(computed["qh"])).context
    totals = context["totals"]
    assert (totals.total, totals.scored_max, totals.attainable) == ("2.9", "3.5", "9.4")
    assert [name for name, _floor, is_reached in context["ladder"] if is_reached] == ["优秀"]


def test_the_auditor_enters_scores(computed, sign_in):
    sheet = computed["qh"]
    data = {"version": sheet.version, field(sheet, "3.1"): "0.4", field(sheet, "1.3"): "0.8"}
    response = sign_in("auditor").post(entered(sheet), data)
    assert response.status_code == 302
    kept = dict(Score.objects.filter(sheet=sheet).values_list("criterion__code", "assessed_points"))
    assert (kept["3.1"], kept["1.3"], kept["2.2.a"]) == (Decimal("0.4"), Decimal("0.8"), None)


def test_the_computed_score_is_overridden_with_a_reason_only(computed, sign_in):
    sheet, client = computed["qh"], sign_in("auditor")
    data = {"version": sheet.version, field(sheet, "2.2.a"): "-0.2"}
    refused = client.post(entered(sheet, "2.2.a"), data)
    assert refused.status_code == 422
    assert "系统计算为 0.5 分，改为 -0.2 分须填写调整理由。" in refused.content.decode()
    data[field(sheet, "2.2.a", "reason")] = "现场核减"
    assert client.post(entered(sheet, "2.2.a"), data).status_code == 302
    assert Score.objects.get(sheet=sheet, criterion__code="2.2.a").assessed_points == Decimal("-0.2")


def test_too_many_points_are_refused_inline_and_the_typed_text_stays(computed, sign_in):
    sheet = computed["qh"]
    data = {"version": sheet.version, field(sheet, "3.1"): "0.7", field(sheet, "3.2"): "0.3"}
    response = sign_in("auditor").post(entered(sheet), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>错误：" in page
    assert "请填写 0 至 0.5 之间的分数，步长 0.1。" in page
    assert 'value="0.7"' in page
    assert 'value="0.3"' in page


def test_words_instead_of_a_number_are_refused(computed, sign_in):
    sheet = computed["qh"]
    data = {"version": sheet.version, field(sheet, "3.1"): "很好"}
    response = sign_in("auditor").post(entered(sheet), data)
    assert response.status_code == 422
    assert "请填写数字" in response.content.decode()


def test_a_refused_row_is_opened_so_that_its_reason_can_be_given(computed, sign_in, cast):
    sheet = scores.enter_scores(
        computed["qh"],
        counts=[scores.CountEntry("1.3", 6, True)],
        version=computed["qh"].version,
        by=cast["city"],
    )
    data = {"version": sheet.version, field(sheet, "1.3"): "0.3"}
    response = sign_in("auditor").post(entered(sheet, "2.2.a"), data)
    assert response.context["current"].tally.item.pk == item_of(sheet, "1.3")
    assert field(sheet, "1.3", "reason") in response.content.decode()


def test_somebody_elses_save_is_told(computed, sign_in):
    sheet = computed["qh"]
    data = {"version": sheet.version - 1, field(sheet, "3.1"): "0.4"}
    response = sign_in("auditor").post(entered(sheet), data)
    assert response.status_code == 409
    assert "您打开页面以后，这张表在别处保存过" in response.content.decode()


def test_the_unit_assesses_itself_and_counts_its_documents(computed, sign_in):
    sheet, client = computed["qh"], sign_in("city")
    assert client.get(shown(sheet)).context["mode"] == "self"
    data = {
        "version": sheet.version,
        field(sheet, "1.3"): "0.9",
        field(sheet, "1.3", "count"): "6",
        field(sheet, "1.3", "rule"): "yes",
    }
    assert client.post(entered(sheet, "1.3"), data).status_code == 302
    kept = Score.objects.get(sheet=sheet, criterion__code="1.3")
    assert (kept.self_points, kept.computed_points, kept.assessed_points) == (
        Decimal("0.9"),
        Decimal("0.8"),
        None,
    )


def test_a_unit_never_enters_an_assessed_score(computed, sign_in):
    sheet = computed["qh"]
    sign_in("city").post(entered(sheet), {"version": sheet.version, field(sheet, "3.1"): "0.5"})
    kept = Score.objects.get(sheet=sheet, criterion__code="3.1")
    assert (kept.self_points, kept.assessed_points) == (Decimal("0.5"), None)


def test_a_unit_cannot_have_its_sheet_computed_or_finalised(computed, sign_in):
    client, sheet = sign_in("city"), computed["qh"]
    for name in ("compute-sheet", "propose-sheet"):
        assert client.post(reverse(f"scoring:{name}", args=[sheet.pk])).status_code == 403


def test_computing_again_follows_the_last_week(computed, sign_in, world):
    close_week(world, 47, {"qh": QIONGHAI | {"sub_covered_members": 25000}})
    client, sheet = sign_in("province"), computed["qh"]
    client.post(reverse("scoring:compute-sheet", args=[sheet.pk]))
    assert "99.4%" in client.get(shown(sheet)).content.decode()


def test_unfinished_sheets_are_refused_with_words(computed, sign_in):
    client, sheet = sign_in("province"), computed["qh"]
    address = reverse("scoring:propose-sheet", args=[sheet.pk])
    page = client.post(address, {"version": sheet.version}, follow=True).content.decode()
    assert "还有评分点没有考评得分" in page


def test_only_the_province_confirms_a_flag(computed, sign_in, world):
    sheet = computed["hnu"]
    flag = sheet.consequences.get(kind="not_excellent")
    address = reverse("scoring:confirm-consequence", args=[sheet.pk, flag.pk])
    assert sign_in("auditor").post(address).status_code == 403
    assert sign_in("province").post(address).status_code == 302
    flag.refresh_from_db()
    assert flag.is_confirmed


def test_only_the_province_dismisses_a_flag_with_a_reason(computed, sign_in):
    sheet = computed["hnu"]
    flag = sheet.consequences.get(kind="not_excellent")
    address = reverse("scoring:dismiss-consequence", args=[sheet.pk, flag.pk])
    assert sign_in("auditor").post(address, {"reason": "有误"}).status_code == 403
    province = sign_in("province")
    assert "请填写不予认定的理由" in province.post(address, follow=True).content.decode()
    page = province.post(address, {"reason": "抽查时账号被停用"}, follow=True).content.decode()
    assert "抽查时账号被停用" in page


def test_the_button_is_off_while_something_is_missing_and_the_page_says_what(computed, sign_in):
    page = sign_in("province").get(shown(computed["hnu"])).content.decode()
    assert 'disabled aria-describedby="final-missing"' in page
    for words in ("还没有提交自评", "没有考评得分", "拟定内容", "还没有认定"):
        assert words in page
    assert "final-missing" not in sign_in("university").get(shown(computed["hnu"])).content.decode()


def test_the_group_goes_on_without_a_self_assessment_for_a_reason(computed, sign_in):
    client, sheet = sign_in("auditor"), computed["qh"]
    address = reverse("scoring:waive-self-assessment", args=[sheet.pk])
    page = client.post(address, {"version": sheet.version}, follow=True).content.decode()
    assert "请填写单位未交自评的原因" in page
    page = client.post(
        address, {"version": sheet.version, "reason": "催交两次未交"}, follow=True
    ).content.decode()
    assert "催交两次未交" in page
    assert "还没有提交自评" not in page
    assert sign_in("city").post(address, {"reason": "x"}).status_code == 403


def test_a_flag_of_another_sheet_is_not_found(computed, sign_in):
    flag = computed["hnu"].consequences.first()
    address = reverse("scoring:confirm-consequence", args=[computed["qh"].pk, flag.pk])
    assert sign_in("province").post(address).status_code == 404


def test_the_download_has_the_computed_score_in_its_cell(computed, sign_in):
    response = sign_in("city").get(reverse("scoring:download-sheet", args=[computed["qh"].pk]))
    assert response["Content-Disposition"].startswith("attachment")
    assert load_workbook(io.BytesIO(response.content)).worksheets[0]["F8"].value == 1.5
    (line,) = AuditEntry.objects.filter(verb="sheet.downloaded")
    assert (line.by.username, line.object_id) == ("city", str(computed["qh"].pk))


def test_the_number_of_statements_stays_put(computed, sign_in, django_assert_max_num_queries):
    auditor, province = sign_in("auditor"), sign_in("province")
    with django_assert_max_num_queries(15):
        auditor.get(shown(computed["qh"]))
    with django_assert_max_num_queries(15):
        province.get(reverse("scoring:list-sheets"))


def test_strange_addresses_are_harmless(computed, sign_in):
    client, sheet = sign_in("auditor"), computed["qh"]
    foreign = Item.objects.exclude(section__scheme=sheet.scheme).first()
    for text in ("²", "-1", "x", str(foreign.pk), ""):
        assert client.get(shown(sheet), {"item": text}).status_code == 200
    assert client.get(reverse("scoring:list-sheets"), {"year": "²", "page": "x"}).status_code == 200
    assert client.post(
        reverse("scoring:submit-self-assessment", args=[sheet.pk]), {"version": "²"}
    ).status_code in {302, 403}


def test_home_reminds_of_what_is_not_scored(computed, cast):
    assert [line.label for line in todo.for_user(cast["city"])] == ["年度自评未完成"]
    assert [line.count for line in todo.for_user(cast["auditor"])] == [2]
    assert todo.for_user(cast["secretary"]) == []


def test_over_claims_are_pointed_out(computed, sign_in):
    assert HAINAN_UNIVERSITY["sub_covered_members"] > HAINAN_UNIVERSITY["base_assessed"]
    assert "覆盖数大于底数" in sign_in("auditor").get(shown(computed["hnu"])).content.decode()
