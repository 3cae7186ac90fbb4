"""Uploading the annex: layouts, whose rows they are, what is refused and how, and that the sums agree (D1)."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from accounts.choices import SubmissionStatus
from accounts.excel import collection_form
from accounts.excel.collection_form import Annex, AnnexRow, AnnexUnit
from accounts.exceptions import AccountsError
from accounts.models import Expected, Submission
from accounts.operations import review, rounds, upload
from orgs.kernel.sheets import FileRejected
from orgs.models import OrgUnit
from tests.accounts.forms import fresh, launch, row, submitted

FLAT = [
    "组织路径", "官方微信-微信号", "官方微信-微信昵称", "官方微信-微信群个数", "官方微信-联系人数",
    "管理员-姓名", "管理员-微信号", "管理员-微信昵称", "管理员-QQ号", "管理员-手机",
]  # fmt: skip
GOOD = [
    "law_120{n}",
    "海南大学{name}微信群",
    "1",
    "41",
    "管理员甲",
    "guanli_jia",
    "甲",
    "12345678",
    "1380000012{n}",
]


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def line(unit: str, n: int = 1, **changes: str) -> list[str]:
    values = [unit, *(text.format(n=n, name=unit.rpartition("/")[2]) for text in GOOD)]
    for caption, text in changes.items():
        values[FLAT.index(next(each for each in FLAT if each.endswith(caption)))] = text
    return values


def book(*rows: list[str], header: list[str] | None = None) -> bytes:
    workbook = Workbook()
    for values in (header or FLAT, *rows):
        workbook.active.append(values)
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def seen(data: bytes, round, by, name: str = "收集表.xlsx", **more) -> upload.Preview:
    found = upload.preview(data, name, round=round, by=by, **more)
    assert found.rows_total == found.accepted + found.rejected
    return found


LAW1, LAW2 = "海南大学团委/法学院团委/法学2012级1班团支部", "法学院团委/法学2012级2班团支部"


def test_good_rows_become_submitted_forms_on_the_right_desk(round, world, cast):
    found = seen(book(line(LAW1, 1), line(LAW2, 2)), round, cast["university"])
    assert (found.accepted, found.errors) == (2, [])
    upload.take_in(found, round=round, by=cast["university"])
    form = Submission.objects.get(unit=world["hnu-law-1201"])
    assert (form.status, form.desk, form.filled_by) == (
        SubmissionStatus.SUBMITTED,
        world["hnu-law"],
        cast["university"],
    )
    assert form.rows.get().personal["admin_mobile"] == "13800000121"


def test_a_wrong_row_is_named_by_row_column_value_and_remedy(round, world, cast):
    found = seen(book(line(LAW1, 1, 手机="1380000"), line(LAW2, 2)), round, cast["university"])
    (error,) = found.errors
    assert (error.row, error.column) == (2, "管理员-手机")
    assert "11 位" in error.message
    assert found.accepted == 1


def test_scientific_notation_is_recognised(round, cast):
    found = seen(book(line(LAW1, 1, 手机="1.38E+10")), round, cast["university"])
    assert "第 2 行「管理员-手机」：“1.38E+10”像是科学计数法" in str(found.errors[0])


def test_a_refused_number_is_not_repeated_in_full(round, cast):
    found = seen(book(line(LAW1, 1, 手机="138000001234")), round, cast["university"])
    assert "138000001234" not in str(found.errors[0])


def test_units_outside_the_subtree_read_like_units_that_do_not_exist(round, cast):
    rows = book(line("琼州学院团委/理工学院团委/数学2012级1班团支部"), line("没有的团支部"))
    foreign, unknown = seen(rows, round, cast["university"]).errors
    assert foreign.message == unknown.message


def test_a_bare_name_that_two_units_share_needs_its_path(round, world, cast):
    twin = world["hnu-tour-1201"]
    twin.name = "法学2012级1班团支部"
    twin.save()
    (error,) = seen(book(line("法学2012级1班团支部")), round, cast["university"]).errors
    assert "同名" in error.message
    assert seen(book(line(LAW1)), round, cast["university"]).errors == []


def test_a_units_form_goes_in_whole_or_not_at_all(round, cast):
    found = seen(book(line(LAW1, 1), line(LAW1, 2, 微信号="x")), round, cast["university"])
    assert found.accepted == 0
    assert "其他行有错" in found.errors[0].message


def test_a_unit_that_has_submitted_is_not_overwritten(round, world, cast):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    (error,) = seen(book(line(LAW1)), round, cast["university"]).errors
    assert "待审核" in str(error)


def test_full_width_digits_are_narrowed_and_it_is_said(round, cast):
    found = seen(book(line(LAW1, 1, 联系人数="４１")), round, cast["university"])
    assert found.outcome == "accept_normalised"
    assert (found.normalised[0].column, found.normalised[0].after) == ("官方微信-联系人数", "41")


def test_the_order_of_columns_does_not_matter(round, cast):
    order = list(reversed(range(len(FLAT))))
    data = book([line(LAW1)[i] for i in order], header=[FLAT[i] for i in order])
    assert seen(data, round, cast["university"]).accepted == 1


def test_csv_as_windows_writes_it(round, cast):
    text = "\r\n".join(",".join(values) for values in (FLAT, line(LAW1)))
    assert seen(text.encode("gb18030"), round, cast["university"], "表.csv").accepted == 1


def test_the_paper_belongs_to_the_unit_named_above_it(round, world, cast):
    values = dict(zip((c.code for c in collection_form.COLUMNS), line("法学院团委")[1:], strict=True))
    values |= {"groups": 2, "contacts": 50}
    second = {code: text for code, text in values.items() if code.startswith("admin_")}
    second |= {"admin_mobile": "13800000199", "admin_wechat": "guanli_yi"}
    annex = Annex("法学院团委", "院团委陈", (AnnexRow(values), AnnexRow(second, continues=True)))
    found = seen(collection_form.write(annex), round, cast["university"])
    assert found.errors == []
    (form,) = found.forms
    assert form.unit_id == world["hnu-law"].pk
    assert [each.continues for each in form.rows] == [False, True]


def test_sheet_two_alone_is_read_and_goes_by_code(round, world, cast):
    values = dict(zip((c.code for c in collection_form.COLUMNS), line(LAW1)[1:], strict=True))
    unit = AnnexUnit("hnu-law-1201", "改过的名称")
    annex = Annex("海南大学团委", "", (AnnexRow(values, unit=unit),), with_detail=True)
    found = seen(collection_form.write(annex), round, cast["university"])
    assert [form.unit_id for form in found.forms] == [world["hnu-law-1201"].pk]
    assert found.ignored_sheets == ["收集表"]


def test_an_unchanged_masked_number_keeps_the_registered_one(round, world, cast):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    review.approve(form.pk, version=form.version, by=cast["college"])
    review.approve(form.pk, version=fresh(form).version, by=cast["university"])
    again = launch(world, cast, title="第二轮")
    number = row(world["hnu-law-1201"]).personal["admin_mobile"]
    data = book(line(LAW1, 1, 手机=f"{number[:3]}****{number[-4:]}"))
    (kept,) = seen(data, again, cast["university"]).forms
    assert kept.rows[0].personal["admin_mobile"] == number
    (error,) = seen(book(line(LAW1, 1, 手机="199****0000")), again, cast["university"]).errors
    assert "隐去" in error.message


def test_a_formula_without_a_result_is_refused(round, cast):
    workbook = Workbook()
    for values in (FLAT, line(LAW1, 1)):
        workbook.active.append(values)
    workbook.active["E2"] = "=1+1"
    found = seen(saved(workbook), round, cast["university"])
    assert found.accepted == 0
    assert "公式" in found.errors[0].message


def test_a_file_without_the_header_is_refused_as_a_whole(round, cast):
    with pytest.raises(AccountsError, match="表头"):
        seen(book(["a", "b"], header=["x", "y"]), round, cast["university"])
    with pytest.raises(FileRejected):
        seen(b"<html></html>", round, cast["university"])


def test_all_or_nothing_leaves_nothing_when_one_is_refused(round, world, cast):
    found = seen(book(line(LAW1, 1), line(LAW2, 2)), round, cast["university"])
    submitted(round, world["hnu-law-1202"], by=cast["university"])
    with pytest.raises(AccountsError):
        upload.import_forms(found.forms, round=round, nonce="n", all_or_nothing=True, by=cast["university"])
    assert not Submission.objects.filter(unit=world["hnu-law-1201"]).exists()


def test_the_same_confirmation_twice_hands_in_once(round, cast):
    found = seen(book(line(LAW1)), round, cast["university"])
    first = upload.import_forms(found.forms, round=round, nonce="n", by=cast["university"])
    second = upload.import_forms(found.forms, round=round, nonce="n", by=cast["university"])
    assert first.submitted == second.submitted
    assert Submission.objects.get().attempt == 1


def test_the_command_prints_one_line_of_json_and_says_by_status_how_it_went(round, tmp_path, capsys):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(line(LAW1, 1), line(LAW2, 2, 手机="1")))
    with pytest.raises(SystemExit) as stopped:
        call_command("import_collection", str(path), "--unit", "hnu", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert stopped.value.code == 1
    assert (answer["outcome"], answer["rows_total"], answer["accepted"]) == ("reject_rows", 2, 1)
    assert answer["rejected"][0]["row"] == 3
    path.write_bytes(b"nonsense")
    with pytest.raises(SystemExit) as stopped:
        call_command("import_collection", str(path), "--unit", "hnu", "--json")
    assert stopped.value.code == 2
    with pytest.raises(SystemExit) as stopped:
        call_command("import_collection", str(tmp_path / "none.xlsx"), "--unit", "hnu")
    assert stopped.value.code == 2


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_all_or_nothing_refuses_the_good_rows_too_and_says_why(round, tmp_path, capsys, more):
    """D1: rows_total = accepted + rejected, always."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(line(LAW1, 1), line(LAW2, 2, 手机="1")))
    with pytest.raises(SystemExit) as stopped:
        call_command("import_collection", str(path), "--unit", "hnu", "--json", "--all-or-nothing", *more)
    answer = json.loads(capsys.readouterr().out)
    assert (stopped.value.code, answer["outcome"]) == (1, "reject_rows")
    assert (answer["rows_total"], answer["accepted"], answer["rejected_rows"]) == (2, 0, 2)
    (good,) = (each for each in answer["rejected"] if each["row"] == 2)
    assert "全部不导入" in good["message"]
    assert not Submission.objects.exists()


def test_a_dry_run_writes_nothing(round, tmp_path, capsys):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(line(LAW1)))
    call_command("import_collection", str(path), "--unit", "hnu", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["accepted"] == 1
    assert not Submission.objects.exists()


def test_of_two_units_of_one_name_the_refused_one_is_blamed(round, world, cast):
    """Names are no keys: two classes may be called the same."""
    OrgUnit.objects.filter(code="hnu-tour-1201").update(name=world["hnu-law-1201"].name)
    twin = f"海南大学团委/旅游学院团委/{world['hnu-law-1201'].name}"
    twin = twin.replace("旅游学院团委", world["hnu-tour"].name)
    found = seen(book(line(LAW1, 1), line(twin, 2)), round, cast["university"])
    assert len(found.forms) == 2
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
    rounds.exempt(expected, reason="在外实习", by=cast["college"])
    upload.take_in(found, round=round, by=cast["university"])
    assert [form.unit_id for form in found.forms] == [world["hnu-tour-1201"].pk]
    assert [error.row for error in found.errors] == [2]
    assert found.rows_total == found.accepted + found.rejected
