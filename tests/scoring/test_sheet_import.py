"""A sheet filled on site comes back: recognised, compared cell by cell, nothing overwritten without a choice."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from openpyxl import load_workbook

from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel.xlsx import Limits, open_workbook_values
from orgs.models import AuditEntry
from scoring.choices import Provenance
from scoring.excel import filled
from scoring.exceptions import NotReady, SheetFileRefused, SheetFinal
from scoring.models import Criterion, Item, Scheme, Score, Sheet
from scoring.operations import exports, scores, sheet_import
from scoring.operations import sheets as operations
from tests.scoring.sheet_steps import finalised

D = Decimal
pytestmark = pytest.mark.django_db
# Of the sheet of Qionghai: 一.3 is row 6, 二.1 (three criteria) row 7; on 计算依据 1.1.a is row 2, 1.3 row 6, 2.1.a row 7.


@pytest.fixture
def sheet(sheets, week, cast):
    """Computed, 1.3 scored 0.8 by the auditor."""
    found = operations.compute_sheet(sheets["qh"])
    return scores.enter_assessed_score(found, "1.3", D("0.8"), version=found.version, by=cast["auditor"])


def file_of(sheet, *, paper=(), own=(), change=None):
    """The exported file with cells of 考评表 and 计算依据 filled in."""
    book = load_workbook(io.BytesIO(exports.sheet_file(sheet).content))
    for name, cells in (("考评表", paper), ("计算依据", own)):
        for address, value in dict(cells).items():
            book[name][address].value = value
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def compared(sheet, by, **filling):
    own, given = recognised(file_of(sheet, **filling), by)
    return own, given, sheet_import.compare(own, given, by=by)


def recognised(content, by, sheet=None):
    """As `receive`, read here instead of in a process of its own."""
    return sheet_import.recognise(open_workbook_values(io.BytesIO(content), Limits()), by=by, sheet=sheet)


def kinds(comparison):
    return {each.key: (each.kind, each.cell.place) for each in comparison.differences}


def points(sheet):
    return {
        score.criterion.code: score.points for score in Score.objects.filter(sheet=sheet).in_sheet_order()
    }


def test_an_untouched_file_has_no_difference(sheet, cast):
    _own, given, comparison = compared(sheet, cast["auditor"])
    assert (comparison.differences, given.faults, comparison.n_same) == ([], [], 38)


def test_a_row_whose_notice_of_proposed_content_came_or_went_is_the_same_row(sheet, cast):
    """On paper as on the page it stands where the item or one of its criteria is proposed."""
    content = file_of(sheet, paper={"F9": 0.4, "F13": 0.3})
    criteria = Criterion.objects.filter(item__section__scheme=sheet.scheme_id)
    criteria.filter(code="3.1").update(provenance=Provenance.RECONSTRUCTED)
    criteria.filter(code="3.5").update(provenance=Provenance.SOURCE)
    Item.objects.filter(criteria__code="3.5").update(provenance=Provenance.SOURCE)
    paper = load_workbook(io.BytesIO(exports.sheet_file(sheet).content)).worksheets[0]
    assert ["拟定内容" in paper[address].value for address in ("B9", "B13")] == [True, False]
    own, given = recognised(content, cast["auditor"])
    found = sheet_import.compare(own, given, by=cast["auditor"])
    assert given.faults == []
    assert {each.key: each.provenance for each in found.differences} == {
        "3.1:assessed": "拟定",
        "3.5:assessed": "原文",
    }


def test_single_criteria_are_read_from_the_paper_several_from_the_workings(sheet, cast):
    filling = {"paper": {"F6": 1.0, "F9": "0.5分", "F10": "０．４"}, "own": {"J2": 0.5, "J3": 0}}
    own, given, comparison = compared(sheet, cast["auditor"], **filling)
    assert kinds(comparison) == {
        "1.1.a:assessed": ("changed", "“计算依据”J2"),
        "1.1.b:assessed": ("changed", "“计算依据”J3"),
        "1.3:assessed": ("changed", "“考评表”F6"),
        "3.1:assessed": ("changed", "“考评表”F9"),
        "3.2:assessed": ("changed", "“考评表”F10"),
    }
    assert given.faults == []
    keys = {each.key for each in comparison.differences}
    sheet_import.take(own, given, keys - {"3.2:assessed"}, version=own.version, by=cast["auditor"])
    found = points(sheet)
    assert (found["1.1.a"], found["1.1.b"], found["1.3"], found["3.1"]) == (D("0.5"), D(0), D(1), D("0.5"))
    assert found["3.2"] is None
    entry = AuditEntry.objects.filter(verb="sheet.imported").get()
    assert entry.detail["kept"] == ["3.2:assessed"]
    assert len(entry.detail["taken"]) == 4


def test_the_points_of_an_item_with_several_criteria_are_spread_by_nobody(sheet, cast):
    _own, given, comparison = compared(sheet, cast["auditor"], paper={"F4": 0.7})
    assert comparison.differences == []
    assert given.faults == [
        "“考评表”F4填的是“0.7”，这一项有2个评分点，系统不代为分配：请在“计算依据”J2、J3逐点填写后重新上传。"
    ]


def test_an_item_filled_with_the_sum_of_its_criteria_is_no_fault(sheet, cast):
    filling = {"paper": {"F4": 0.7}, "own": {"J2": 0.5, "J3": 0.2}}
    assert compared(sheet, cast["auditor"], **filling)[1].faults == []


def test_two_places_that_differ_are_named(sheet, cast):
    _own, _given, comparison = compared(sheet, cast["auditor"], paper={"F6": 0.9}, own={"J6": 0.7})
    (found,) = comparison.differences
    assert found.kind == "refused"
    assert found.remedy == "“考评表”F6填的是“0.9”，“计算依据”J6填的是“0.7”，请改成一致后重新上传。"


def test_what_is_no_score_is_named_by_its_cell(sheet, cast):
    cells = {"F6": 1.2, "F9": 0.55, "F10": -0.1, "F11": "很好", "F13": "=1/0", "F14": "2013-12-24"}
    own, given, comparison = compared(sheet, cast["auditor"], paper=cells)
    assert {each.cell.code: (each.kind, each.remedy) for each in comparison.differences} == {
        "1.3": ("refused", "“考评表”F6“1.2”：请填写 0 至 1.0 之间的分数，步长 0.1。"),
        "3.1": ("refused", "“考评表”F9“0.55”：请填写 0 至 0.5 之间的分数，步长 0.1。"),
        "3.2": ("refused", "“考评表”F10“-0.1”：请填写 0 至 0.5 之间的分数，步长 0.1。"),
        "3.3": ("refused", "“考评表”F11“很好”不是分数，请填写数字，如 0.5；没有评分的留空。"),
        "3.5": ("refused", "“考评表”F13“”不是分数，请填写数字，如 0.5；没有评分的留空。"),
        "4.1": ("refused", "“考评表”F14“2013-12-24”不是分数，请填写数字，如 0.5；没有评分的留空。"),
    }
    assert sheet_import.take(own, given, {"1.3:assessed"}, version=own.version, by=cast["auditor"]) == []
    assert points(sheet)["1.3"] == D("0.8")


def test_a_sum_of_binary_fractions_is_the_number_it_means(sheet, cast):
    _own, _given, comparison = compared(sheet, cast["auditor"], paper={"F6": 0.1 + 0.2})
    assert [each.cell.points for each in comparison.differences] == [D("0.3")]


def test_another_than_the_computed_score_needs_its_reason_in_the_file(sheet, cast):
    _own, _given, comparison = compared(sheet, cast["auditor"], own={"J10": 0.8})
    (found,) = comparison.differences
    assert (found.kind, found.entered_by) == ("refused", "系统计算")
    assert "“计算依据”J10“0.8”：系统计算为 0.5 分" in found.remedy
    own, given, comparison = compared(sheet, cast["auditor"], own={"J10": 0.8, "K10": "按复核材料"})
    assert [each.kind for each in comparison.differences] == ["changed"]
    sheet_import.take(own, given, {"2.2.a:assessed"}, version=own.version, by=cast["auditor"])
    score = Score.objects.get(sheet=sheet, criterion__code="2.2.a")
    assert (score.assessed_points, score.reason) == (D("0.8"), "按复核材料")


def test_a_computed_score_is_not_erased(sheet, cast):
    _own, _given, comparison = compared(sheet, cast["auditor"], own={"J10": None})
    assert [each.kind for each in comparison.differences] == ["refused"]


def test_a_blank_takes_a_score_back_only_by_choice(sheet, cast):
    own, given, comparison = compared(sheet, cast["auditor"], paper={"F6": None}, own={"J6": None})
    assert kinds(comparison) == {"1.3:assessed": ("changed", "“考评表”F6")}
    sheet_import.take(own, given, {"1.3:assessed"}, version=own.version, by=cast["auditor"])
    assert points(sheet)["1.3"] is None


def test_what_the_portal_changed_meanwhile_is_a_conflict_with_its_author(sheet, cast):
    content = file_of(sheet, paper={"F6": 1.0, "F9": 0.5})
    scores.enter_assessed_score(sheet, "1.3", D("0.5"), version=sheet.version, by=cast["province"])
    own, given = recognised(content, cast["auditor"])
    comparison = sheet_import.compare(own, given, by=cast["auditor"])
    conflict = next(each for each in comparison.differences if each.key == "1.3:assessed")
    assert (conflict.kind, conflict.portal) == ("conflict", D("0.5"))
    assert conflict.entered_by == cast["province"].display_name
    assert conflict.entered_at is not None


def test_what_only_the_portal_changed_stays_without_a_question(sheet, cast):
    content = file_of(sheet)
    sheet = scores.enter_assessed_score(sheet, "1.3", D("0.5"), version=sheet.version, by=cast["province"])
    own, given = recognised(content, cast["auditor"])
    comparison = sheet_import.compare(own, given, by=cast["auditor"])
    assert (comparison.differences, comparison.n_newer) == ([], 1)


def test_somebody_saved_since_the_comparison(sheet, cast):
    own, given, _comparison = compared(sheet, cast["auditor"], paper={"F6": 1.0})
    scores.enter_assessed_score(sheet, "3.1", D("0.5"), version=sheet.version, by=cast["province"])
    with pytest.raises(Conflict):
        sheet_import.take(own, given, {"1.3:assessed"}, version=own.version, by=cast["auditor"])


def test_rows_may_be_sorted_and_sheets_renamed(sheet, cast):
    def shuffle(book):
        book["考评表"].title = "表一"
        ws = book["计算依据"]
        for column in range(1, 14):
            first, last = ws.cell(2, column), ws.cell(20, column)
            first.value, last.value = last.value, first.value
        ws["J20"].value = 0.5

    _own, given, comparison = compared(sheet, cast["auditor"], paper={"F6": 0.9}, change=shuffle)
    assert kinds(comparison) == {
        "1.1.a:assessed": ("changed", "“计算依据”J20"),
        "1.3:assessed": ("changed", "“表一”F6"),
    }
    assert given.faults == []


def test_missing_rows_are_said_and_change_nothing(sheet, cast):
    def cut(book):
        book["计算依据"].delete_rows(2)
        book["考评表"]["B6"].value = "改过的内容"

    _own, given, comparison = compared(sheet, cast["auditor"], change=cut)
    assert comparison.differences == []
    assert "1.1.a" in given.faults[0]


def test_the_unit_fills_its_own_column_only(sheet, cast):
    own, given, comparison = compared(sheet, cast["city"], paper={"E6": 0.9, "F6": 1.0})
    assert {key: kind for key, (kind, _place) in kinds(comparison).items()} == {
        "1.3:self": "changed",
        "1.3:assessed": "foreign",
    }
    sheet_import.take(own, given, {"1.3:self", "1.3:assessed"}, version=own.version, by=cast["city"])
    score = Score.objects.get(sheet=sheet, criterion__code="1.3")
    assert (score.self_points, score.assessed_points) == (D("0.9"), D("0.8"))


def without_id(book):
    del book["识别码"]


def forged(book):
    book["识别码"]["D1"].value = "99"


@pytest.mark.parametrize(
    ("change", "words"), [(without_id, "没有考评表的识别码"), (forged, "识别码与系统发出的不一致")]
)
def test_a_file_without_its_own_id_is_refused(sheet, cast, change, words):
    with pytest.raises(SheetFileRefused, match=words):
        compared(sheet, cast["auditor"], change=change)


def test_a_file_of_another_sheet_is_refused(sheet, sheets, cast):
    content = file_of(sheet)
    with pytest.raises(SheetFileRefused, match="这是共青团琼海市委2026年考评表"):
        recognised(content, cast["auditor"], sheets["hnu"])
    with pytest.raises(SheetFileRefused, match="不是您能看到的"):
        recognised(content, cast["university"])


def test_a_file_of_another_edition_of_the_scheme_is_refused(sheet, cast):
    content = file_of(sheet)
    Scheme.objects.filter(pk=sheet.scheme_id).update(content_hash="0" * 64)
    with pytest.raises(SheetFileRefused, match="请重新下载"):
        recognised(content, cast["auditor"])


def test_a_final_sheet_takes_nothing(sheets, week, cast):
    final = finalised(sheets, cast)
    with pytest.raises(SheetFinal):
        recognised(file_of(final), cast["auditor"])


def test_who_only_reads_imports_nothing(sheet, cast):
    own, given, _comparison = compared(sheet, cast["auditor"], paper={"F6": 1.0})
    with pytest.raises(NotAllowed):
        sheet_import.compare(own, given, by=cast["secretary"])


def test_the_unit_that_handed_in_imports_no_more(sheet, cast):
    content = file_of(sheet, paper={"E6": 1.0})
    Sheet.objects.filter(pk=sheet.pk).update(state="assessing", self_submitted_at="2026-11-18T01:00:00Z")
    own, given = recognised(content, cast["city"])
    with pytest.raises(NotReady):
        sheet_import.compare(own, given, by=cast["city"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.5", "0.5"), ("0.5分", "0.5"), ("−0.2", "-0.2"), (".5", "0.5"), ("1.", "1"), ("1e2", None), ("1,5", None),
     ("nan", None), ("", None), ("0.30000000000000004", "0.3"), ("9" * 400, None), ("٣", None)],
)  # fmt: skip
def test_what_reads_as_points(text, expected):
    found = filled.number(text)
    assert found == (None if expected is None else D(expected))


def upload(content, name="考评表.xlsx"):
    file = io.BytesIO(content)
    file.name = name
    return {"file": file}


def test_the_page_shows_every_difference_and_takes_what_is_chosen(sheet, sign_in):
    client = sign_in("auditor")
    url = reverse("scoring:import-sheet", args=[sheet.pk])
    assert client.get(url).status_code == 200
    content = file_of(sheet, paper={"F6": 1.0, "F9": 0.5, "F10": 7})
    answer = client.post(url, upload(content))
    assert answer.status_code == 200
    text = answer.content.decode()
    for words in ("“考评表”F6", "步长 0.1", "cell_1.3:assessed", "cell_3.1:assessed"):
        assert words in text
    fields = {"given": answer.context["sealed"], "version": sheet.version, "cell_3.1:assessed": "file"}
    done = client.post(reverse("scoring:take-import", args=[sheet.pk]), fields, follow=True)
    assert "已从文件导入 1 处得分，2 处保留系统中的值。" in done.content.decode()
    assert (points(sheet)["1.3"], points(sheet)["3.1"]) == (D("0.8"), D("0.5"))
    # The same again: the version is another one, and nothing is lost.
    again = client.post(reverse("scoring:take-import", args=[sheet.pk]), fields)
    assert again.status_code == 409
    assert "cell_1.3:assessed" in again.content.decode()


def test_all_at_once(sheet, sign_in):
    client = sign_in("auditor")
    answer = client.post(
        reverse("scoring:import-sheet", args=[sheet.pk]), upload(file_of(sheet, paper={"F6": 1, "F9": 0.5}))
    )
    fields = {"given": answer.context["sealed"], "version": sheet.version, "all": "file"}
    client.post(reverse("scoring:take-import", args=[sheet.pk]), fields)
    assert (points(sheet)["1.3"], points(sheet)["3.1"]) == (D(1), D("0.5"))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"not a file", "不是 Excel"), (b"PK\x03\x04broken", "已损坏"), (b"", "请重新选择文件")],
)
def test_files_that_are_none_are_refused_in_words(sheet, sign_in, content, words):
    answer = sign_in("auditor").post(reverse("scoring:import-sheet", args=[sheet.pk]), upload(content))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_was_sealed_for_another_is_not_taken(sheet, sign_in):
    answer = sign_in("auditor").post(
        reverse("scoring:import-sheet", args=[sheet.pk]), upload(file_of(sheet, paper={"F6": 1}))
    )
    sealed = answer.context["sealed"]
    url = reverse("scoring:take-import", args=[sheet.pk])
    for given in (sealed, sealed[:-2], ""):
        done = sign_in("province").post(url, {"given": given, "version": sheet.version, "all": "file"})
        assert done.url == reverse("scoring:import-sheet", args=[sheet.pk])
    assert points(sheet)["1.3"] == D("0.8")


def test_the_command_takes_what_only_the_file_changed(sheet, cast, tmp_path, capsys):
    path = tmp_path / "a.xlsx"
    path.write_bytes(file_of(sheet, paper={"F6": 1.0, "F9": 0.5, "F10": 9}))
    scores.enter_assessed_score(sheet, "1.3", D("0.5"), version=sheet.version, by=cast["province"])
    who = {"user": cast["auditor"].username}
    call_command("import_sheet", str(path), dry_run=True, json=True, **who)
    found = json.loads(capsys.readouterr().out)
    assert {each["key"]: each["kind"] for each in found["differences"]} == {
        "1.3:assessed": "conflict", "3.1:assessed": "changed", "3.2:assessed": "refused",
    }  # fmt: skip
    assert found["taken"] == []
    call_command("import_sheet", str(path), **who)
    assert "导入 1 处，保留系统的值 2 处" in capsys.readouterr().out
    assert (points(sheet)["1.3"], points(sheet)["3.1"]) == (D("0.5"), D("0.5"))


def test_the_command_says_what_is_wrong(sheet, cast, tmp_path):
    path = tmp_path / "a.xlsx"
    with pytest.raises(CommandError, match="读不了文件"):
        call_command("import_sheet", str(path), user=cast["auditor"].username)
    path.write_bytes(b"nothing")
    with pytest.raises(CommandError, match="不是 Excel"):
        call_command("import_sheet", str(path), user=cast["auditor"].username)
    with pytest.raises(CommandError, match="没有用户名为"):
        call_command("import_sheet", str(path), user="nemo")
