"""Import of the accounts of a hand-out: by caption, all faults at once, nothing written while there is one."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.excel import hand_out_table
from accounts.exceptions import AccountsError
from accounts.models import HandedAccount
from accounts.operations import hand_outs_import
from orgs.exceptions import NotAllowed, UnusableFile
from orgs.kernel.sheets import FileRejected
from orgs.models import Appointment, AuditEntry, Notification
from orgs.operations import tree
from tests.accounts.hand_out_scene import HEADER, SECRET, book_of, csv_of, imported, make, xlsx_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hand_out(world, cast):
    return make(world, cast)


def faults(found) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.message) for error in found.errors]


def test_accounts_are_sealed_and_every_unit_is_told_once(hand_out, world, cast):
    lines = (("hnu", "", "wb_hnu", SECRET), ("qzu", "", "wb_qzu", ""), ("hnu", "", "wb_hnu_2", SECRET))
    found = imported(hand_out, cast["province"], *lines)
    assert (found.n_accounts, found.n_units, found.errors) == (3, 2, [])
    assert HandedAccount.objects.get(user_name="wb_hnu").secret == SECRET
    assert HandedAccount.objects.get(user_name="wb_qzu").secret is None
    texts = dict(Notification.objects.values_list("unit__code", "text"))
    assert texts["hnu"].startswith("共青团海南省委发来2个新浪微博")
    assert set(texts) == {"hnu", "qzu"}
    assert AuditEntry.objects.get(verb="hand_out.imported").detail == {"accounts": 3, "units": 2}


def test_units_are_named_by_path_or_by_name_too(hand_out, world, cast):
    header = ("用户名", "组织路径")
    lines = (
        ("wb_law", "共青团海南省委/海南大学团委/法学院团委"),
        ("wb_tour", "海南大学团委/旅游学院团委"),
        ("wb_qzu", "琼州学院团委"),
    )
    found = imported(hand_out, cast["province"], *lines, header=header)
    assert found.errors == []
    units = dict(HandedAccount.objects.values_list("user_name", "unit__code"))
    assert units == {"wb_law": "hnu-law", "wb_tour": "hnu-tour", "wb_qzu": "qzu"}


def test_all_faults_are_named_at_once_and_nothing_is_written(hand_out, world, cast):
    lines = (
        ("hnu", "", "wb_hnu", SECRET),
        ("nowhere", "", "wb_a", ""),
        ("hnu", "", "WB_hnu", ""),
        ("", "", "wb_b", ""),
        ("hnu", "", "", SECRET),
        ("hnu", "", "wb c", ""),
        ("hnu", "", "x" * 61, ""),
        ("hnu", "", "wb_d", "ｆｕｌｌ" + SECRET),
    )
    found = imported(hand_out, cast["province"], *lines)
    assert [(row, column) for row, column, _message in faults(found)] == [
        (3, "团组织代码"),
        (4, "用户名"),
        (5, "团组织代码"),
        (6, "用户名"),
        (7, "用户名"),
        (8, "用户名"),
        (9, "初始密码"),
    ]
    assert "与第2行重复" in found.errors[1].message
    assert not HandedAccount.objects.exists()
    assert not Notification.objects.exists()
    assert SECRET not in str(found.errors) + "".join(map(str, found.errors))


def test_a_unit_outside_reads_like_one_that_does_not_exist(world, cast):
    hand_out = make(world, cast, "hnu", "university")
    lines = (("qzu", "", "wb_a", ""), ("nowhere", "", "wb_b", ""), ("hi", "", "wb_c", ""))
    found = imported(hand_out, cast["university"], *lines)
    assert len({error.message for error in found.errors}) == 1
    assert len(found.errors) == 3


def test_a_province_hands_out_in_its_own_subtree_only_even_if_the_person_sees_more(world, cast):
    hand_out = make(world, cast, "hi", "national")
    found = imported(hand_out, cast["national"], ("aq", "", "wb_aq", ""))
    assert "没有找到" in found.errors[0].message


def test_a_closed_unit_gets_no_account(hand_out, world, cast):
    tree.close_units([world["hnu-law-1201"]], reason="毕业", by=cast["college"])
    found = imported(hand_out, cast["province"], ("hnu-law-1201", "", "wb_a", ""))
    assert "已撤销" in found.errors[0].message


def test_the_scope_is_read_anew_once_the_tree_stands_still(world, cast):
    hand_out, by = make(world, cast, "hnu-law", "college"), cast["college"]
    by.remember_scope()
    new = tree.create_unit(
        world["hnu-law"],
        kind="class_branch",
        name="法学2026级1班团支部",
        code="hnu-law-2601",
        intake_year=2026,
        by=None,
    )
    assert imported(hand_out, by, (new.code, "", "wb_new", "")).errors == []
    tree.move_unit(world["hnu-law-1201"], world["hnu-tour"], reason="调整", by=None)
    (moved,) = imported(hand_out, by, ("hnu-law-1201", "", "wb_class", "")).errors
    assert "没有找到" in moved.message
    Appointment.objects.filter(user=by).update(ends_on="2026-11-01")
    with pytest.raises(NotAllowed):
        imported(hand_out, by, (new.code, "", "wb_more", ""))


def test_a_unit_that_was_merged_gets_no_account(hand_out, world, cast):
    tree.merge_units(world["hnu-law"], world["hnu-tour"], reason="合并", by=cast["university"])
    found = imported(hand_out, cast["province"], ("hnu-law", "", "wb_a", ""))
    assert "已撤销" in found.errors[0].message


def test_a_hand_out_of_the_national_office_reaches_every_province(world, cast):
    found = imported(make(world, cast, "cn", "national"), cast["national"], ("aq", "", "wb_aq", ""))
    assert (found.n_accounts, found.errors) == (1, [])


def test_a_name_that_is_not_the_one_of_the_code_is_refused(hand_out, cast):
    lines = (
        ("hnu", "琼州学院团委", "wb_a", ""),
        ("hnu-law", "琼州学院团委/法学院团委", "wb_b", ""),
        ("hnu-law", "海南大学团委/法学院团委", "wb_c", ""),
        ("qzu", " 琼州学院 团委", "wb_d", ""),
    )
    found = imported(hand_out, cast["province"], *lines)
    assert [(row, column) for row, column, _message in faults(found)] == [(2, "团组织"), (3, "团组织")]
    assert "“海南大学团委”不一致" in found.errors[0].message


def test_the_same_file_twice_names_who_has_each_account(hand_out, world, cast):
    imported(hand_out, cast["province"], ("hnu", "", "wb_hnu", SECRET))
    found = imported(hand_out, cast["province"], ("qzu", "", "wb_hnu", SECRET))
    assert "已发给海南大学团委" in found.errors[0].message
    assert HandedAccount.objects.count() == 1


def test_a_user_name_given_away_elsewhere_on_the_platform_is_named_to_those_who_see_the_unit(world, cast):
    imported(make(world, cast, "qzu", "outsider"), cast["outsider"], ("qzu", "", "wb_same", ""))
    by_province = imported(make(world, cast), cast["province"], ("hnu", "", "wb_same", ""))
    assert "琼州学院团委" in by_province.errors[0].message
    by_neighbour = imported(
        make(world, cast, "hnu", "university"), cast["university"], ("hnu", "", "wb_same", "")
    )
    assert by_neighbour.errors == []


def test_rows_left_blank_in_the_template_are_passed_over(hand_out, world, cast):
    found = imported(
        hand_out, cast["province"], ("hnu", "海南大学团委", "wb_hnu", ""), ("qzu", "琼州学院团委", "", "")
    )
    assert (found.n_accounts, found.n_blank) == (1, 1)
    with pytest.raises(AccountsError, match="没有填写用户名"):
        imported(hand_out, cast["province"], ("qzu", "琼州学院团委", "", ""))


def test_a_workbook_keeps_passwords_letter_by_letter_and_refuses_lost_digits(hand_out, cast):
    def read(*lines):
        return hand_out_table.read(xlsx_of(*lines), "账号.xlsx")

    table = read(("hnu", None, "wb_hnu", "007'=x"), ("qzu", None, 13800000123, 123456))
    assert [(row.user_name, row.secret) for row in table.rows] == [
        ("wb_hnu", "007'=x"),
        ("13800000123", "123456"),
    ]
    table = read(("hnu", None, "1.38E+10", "1.2E+11"), ("qzu", None, "=1/0", "x"))
    assert {(error.row, error.column) for error in table.errors} == {
        (2, "用户名"),
        (2, "初始密码"),
        (3, "用户名"),
    }


def test_a_file_without_the_captions_is_refused_in_words():
    with pytest.raises(UnusableFile, match="用户名"):
        hand_out_table.read(csv_of(("hnu", "x"), header=("代码", "名称")), "账号.csv")
    with pytest.raises(FileRejected):
        hand_out_table.read(b"\x00\x01", "账号.exe")


def test_every_sheet_is_read_and_a_fault_names_its_sheet(hand_out, cast):
    lines, more = [("hnu", None, "wb_hnu", "a")], [("qzu", None, "wb_qzu", "b"), ("hnu", None, "WB_hnu", "c")]
    data = book_of(
        {"一": [HEADER, *lines], "空": [], "二": [("用户名", "代码"), *((u, c) for c, _n, u, _s in more)]}
    )
    found = hand_outs_import.import_accounts(
        hand_out, hand_out_table.read(data, "账号.xlsx"), by=cast["province"]
    )
    (fault,) = found.errors
    assert (fault.sheet, fault.row, fault.column) == ("二", 3, "用户名")
    assert "与工作表“一”第2行重复" in fault.message
    data = book_of({"一": [HEADER, *lines], "二": [HEADER, *more[:1]]})
    found = hand_outs_import.import_accounts(
        hand_out, hand_out_table.read(data, "账号.xlsx"), by=cast["province"]
    )
    assert (found.n_accounts, found.n_units, found.errors) == (2, 2, [])


def test_rows_of_one_number_in_two_sheets_are_two(hand_out, cast):
    wrong = ("nowhere", None, "wb_a", "")
    data = book_of({"一": [HEADER, wrong], "二": [HEADER, ("nowhere", None, "wb_b", "")]})
    found = hand_outs_import.import_accounts(
        hand_out, hand_out_table.read(data, "账号.xlsx"), by=cast["province"]
    )
    assert found.n_rejected == 2


def test_a_sheet_that_can_not_be_read_is_named_and_the_file_refused():
    line = ("hnu", "", "wb_hnu", "a")
    with pytest.raises(UnusableFile, match="工作表“说明”没有可用的表头"):
        hand_out_table.read(book_of({"账号": [HEADER, line], "说明": [("请看",)]}), "账号.xlsx")
    for hidden in ("账号", "旧"):
        data = book_of({"账号": [HEADER, line], "旧": [HEADER, line]}, hidden=hidden)
        with pytest.raises(UnusableFile, match=f"工作表“{hidden}”是隐藏的"):
            hand_out_table.read(data, "账号.xlsx")


def test_who_does_not_hand_out_imports_nothing(hand_out, cast):
    for key in ("university", "auditor", "outsider", "nobody"):
        with pytest.raises(NotAllowed):
            imported(hand_out, cast[key], ("hnu", "", "wb_a", ""))


def test_the_template_is_read_back(hand_out, world, cast):
    content = hand_out_table.template([("hnu", "海南大学团委"), ("qzu", "=琼州学院团委")])
    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == ["团组织代码", "团组织", "用户名", "初始密码"]
    assert sheet["D2"].number_format == "@"
    assert sheet["B3"].data_type == "s"
    sheet["C2"], sheet["D2"] = "wb_hnu", SECRET
    file = io.BytesIO()
    book.save(file)
    found = hand_outs_import.import_accounts(
        hand_out, hand_out_table.read(file.getvalue(), "账号.xlsx"), by=cast["province"]
    )
    assert (found.n_accounts, found.n_blank) == (1, 1)


def test_many_rows_take_as_many_statements_as_a_few(hand_out, cast):
    counts = []
    for n in (2, 60):
        lines = [("hnu", "", f"wb_{n}_{at}", "") for at in range(n)]
        with CaptureQueriesContext(connection) as captured:
            imported(hand_out, cast["province"], *lines)
        counts.append(len(captured))
    assert counts[0] == counts[1]
