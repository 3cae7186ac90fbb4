"""Forms are data in files too: every field list is read by its own labels in all layouts, and comes back unchanged (D1, A6)."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.choices import SubmissionStatus
from accounts.excel import collection_form
from accounts.excel.collection_form import Annex, AnnexRow, AnnexUnit
from accounts.excel.columns import columns_of
from accounts.exceptions import AccountsError
from accounts.field_lists import RowInput, read_fields
from accounts.models import FieldList, Submission, UploadBatch
from accounts.operations import annex, files, upload
from accounts.operations.handing_in import HandingIn, hand_in
from accounts.operations.upload_found import UnitForm
from tests.accounts.forms import launch
from tests.accounts.upload_files import filled, packed

LAW1, LAW2 = "hnu-law-1201", "hnu-law-1202"
PATHS = {LAW1: "法学院团委/法学2012级1班团支部", LAW2: "法学院团委/法学2012级2班团支部"}
REASON = "核对全省管理员名单"
PERSONAL = {
    "UNI-A": {
        "admin_name": "林某甲", "admin_wechat": "lin_moujia{n}", "admin_nickname": "小林",
        "admin_qq": "35412076{n}", "admin_mobile": "1380000012{n}",
    },
    "WB-4.4": {"name": "符某乙", "mobile": "1380000077{n}", "qq": "5550123{n}", "email": "fu.mou{n}@example.com"},
    "RUR-3": {},
}  # fmt: skip
PLAIN = {
    "UNI-A": {"account_id": "law_120{n}", "account_nickname": "法学{n}班微信群", "groups": 1, "contacts": 41},
    "WB-4.4": {
        "university": "海南大学团委", "post": "团委副书记", "weibo_platform": "weibo_sina",
        "weibo_name": "海南大学团委微博{n}",
    },
    "RUR-3": {
        "kind": "leaders", "group_name": "法学{n}班群", "members": 38, "outstanding": 12, "youth": None,
        "topic": "青春", "ties": "place",
    },
}  # fmt: skip
LISTS = pytest.mark.parametrize("code", list(PLAIN))
LAYOUTS = pytest.mark.parametrize("layout", ["annex", "detail", "flat"])


def answers(code: str, n: int) -> RowInput:
    """A good row in its stored form."""
    plain, personal = (
        {key: _numbered(text, n) for key, text in each[code].items()} for each in (PLAIN, PERSONAL)
    )
    return RowInput(plain, personal)


def _numbered(value: object, n: int) -> object:
    return value.format(n=n) if isinstance(value, str) else value


def round_of(code: str, world, cast, **facts):
    return launch(world, cast, field_list=FieldList.objects.get(code=code), **facts)


def fields_of(code: str):
    return read_fields(FieldList.objects.get(code=code).fields)


def written(code: str, layout: str, rows: list[tuple[str, RowInput]]) -> bytes:
    """The rows in one of the three layouts; the flat one with its columns back to front and the choices as labels."""
    fields = fields_of(code)
    columns = columns_of(fields)
    lines = [
        AnnexRow({each.code: _shown(each, row) for each in fields}, unit=AnnexUnit(unit, "改过的名称"))
        for unit, row in rows
    ]
    if layout == "flat":
        header = ["组织路径", *(column.label for column in columns)]
        table = [header] + [
            [PATHS[line.unit.code], *(line.cells[column.code] for column in columns)] for line in lines
        ]
        return packed(filled([list(reversed(each)) for each in table]))
    paper = Annex("法学2012级1班团支部", "支书林", lines, with_detail=layout == "detail", columns=columns)
    return collection_form.write(paper)


def _shown(each, row: RowInput):
    value = row.get(each)
    return value if isinstance(value, int) else each.shown(value)


def rows_of(form) -> list[tuple]:
    rows = form.rows.all() if isinstance(form, Submission) else form.rows
    return [(each.values, each.personal, each.continues) for each in rows]


@LISTS
@LAYOUTS
def test_every_list_is_read_in_every_layout_by_its_captions(world, cast, code, layout):
    round = round_of(code, world, cast)
    rows = [(LAW1, answers(code, 1)), *([] if layout == "annex" else [(LAW2, answers(code, 2))])]
    found = upload.preview(written(code, layout, rows), "表.xlsx", round=round, by=cast["university"])
    assert (found.errors, found.normalised) == ([], [])
    assert {form.unit_id: rows_of(form) for form in found.forms} == {
        world[unit].pk: [(row.values, row.personal, False)] for unit, row in rows
    }
    upload.take_in(found, round=round, by=cast["university"])
    assert Submission.objects.filter(status=SubmissionStatus.SUBMITTED).count() == len(rows)


@LISTS
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("is_large", [False, True])
def test_every_list_comes_back_without_a_change(world, cast, settings, tmp_path, code, full, is_large):
    """Download, upload: 0 cells differ, whether masked (an unchanged masked cell means "keep") or in full."""
    settings.MEDIA_ROOT = tmp_path
    round, by = round_of(code, world, cast), cast["university"]
    forms = [
        UnitForm(world[unit].pk, unit, (answers(code, n), answers(code, n + 5)), (("", n), ("", n)))
        for n, unit in enumerate((LAW1, LAW2), start=1)
    ]
    assert not hand_in(forms, HandingIn(round, "all", cast["province"])).refused
    Submission.objects.update(filled_by=None)
    more = {"full": full, "reason": REASON, "by": by}
    if is_large:
        job = annex.ask(round, world["hnu"], **more)
        annex.run_write(job.pk)
        content = b"".join(files.pieces(job))
    else:
        content = annex.filled(round, world["hnu"], **more)
    shown = str([cell.value for sheet in load_workbook(io.BytesIO(content)) for row in sheet for cell in row])
    assert ("****" in shown) == (bool(PERSONAL[code]) and not full)
    Submission.objects.update(status=SubmissionStatus.RETURNED, desk=None)
    found = upload.preview(content, "收集表.xlsx", round=round, by=by)
    assert (found.errors, found.normalised) == ([], [])
    saved = {form.unit_id: rows_of(form) for form in Submission.objects.prefetch_related("rows")}
    assert {form.unit_id: rows_of(form) for form in found.forms} == saved


def test_a_number_the_registry_does_not_keep_is_kept_from_the_round_before(world, cast):
    """WB-4.4: the person responsible has a number in the forms only."""
    before, by = round_of("WB-4.4", world, cast), cast["university"]
    typed = answers("WB-4.4", 1)
    form = UnitForm(world[LAW1].pk, LAW1, (typed,), (("", 1),))
    hand_in([form], HandingIn(before, "before", cast["province"]))
    content = annex.filled(before, world[LAW1], by=by)
    again = round_of("WB-4.4", world, cast, title="第二轮")
    (kept,) = upload.preview(content, "表.xlsx", round=again, by=by).forms
    assert kept.rows[0].personal == typed.personal
    other = answers("WB-4.4", 1)
    other.personal["mobile"] = "199****0000"
    data = written("WB-4.4", "flat", [(LAW1, other)])
    (error,) = upload.preview(data, "表.xlsx", round=again, by=by).errors
    assert "隐去" in error.message


def test_an_administrators_number_is_never_taken_for_the_responsible_persons(world, cast):
    first = round_of("UNI-A", world, cast)
    form = UnitForm(world[LAW1].pk, LAW1, (answers("UNI-A", 1),), (("", 1),))
    hand_in([form], HandingIn(first, "first", cast["province"]))
    weibo = round_of("WB-4.4", world, cast)
    row = answers("WB-4.4", 1)
    row.personal["mobile"] = "138****0121"
    (error,) = upload.preview(
        written("WB-4.4", "flat", [(LAW1, row)]), "表.xlsx", round=weibo, by=cast["university"]
    ).errors
    assert "隐去" in error.message


def test_captions_that_do_not_repeat_stand_alone_and_in_other_words(world, cast):
    """The 统计表 as universities keep it: one header row without groups, 填报单位 above it."""
    round = round_of("WB-4.4", world, cast)
    header = ["序号", "高校", "姓名", "职务", "手机号码", "QQ", "邮箱", "微博平台", "微博名称"]
    line = [
        1,
        "海南大学团委",
        "符某乙",
        "团委副书记",
        "13800000771",
        "",
        "fu@example.com",
        "新浪微博",
        "海大微博",
    ]
    rows = [["高校团委微博建设负责人信息统计表"], ["填报单位：海南大学团委"], header, line]
    (form,) = upload.preview(packed(filled(rows)), "表.xlsx", round=round, by=cast["university"]).forms
    assert form.unit_id == world["hnu"].pk
    assert (form.rows[0].values["weibo_platform"], form.rows[0].personal["email"]) == (
        "weibo_sina",
        "fu@example.com",
    )


def test_a_wrong_choice_is_named_corrected_on_the_page_and_sent_back(world, cast, sign_in):
    round = round_of("RUR-3", world, cast)
    row = answers("RUR-3", 1)
    row.values["kind"] = "聊天群"
    client = sign_in("university")
    file = SimpleUploadedFile("群.xlsx", written("RUR-3", "flat", [(LAW1, row)]))
    page = client.post(reverse("accounts:upload-annex"), {"round": round.pk, "file": file}, follow=True)
    assert "“聊天群”请从列出的选项中选择一项" in page.content.decode()
    batch = UploadBatch.objects.get()
    rejected = client.get(reverse("accounts:download-rejected", args=[batch.pk]))
    sheet = load_workbook(io.BytesIO(rejected.content)).active
    assert [cell.value for cell in sheet[1]][1:4] == ["微信群-群类型", "微信群-群名称", "微信群-群成员数"]
    typed = {"cell|Sheet\t2|kind": "支部群（面向团员）"}
    client.post(reverse("accounts:amend-upload", args=[batch.pk]), typed)
    client.post(reverse("accounts:import-upload", args=[batch.pk]))
    assert Submission.objects.get().rows.get().values["kind"] == "branch"


def test_a_file_of_another_form_is_refused_with_the_right_ones_name(world, cast):
    round = round_of("RUR-3", world, cast)
    data = written("UNI-A", "flat", [(LAW1, answers("UNI-A", 1))])
    with pytest.raises(AccountsError, match="“微信群-群类型”这样的一行。请使用下载的《微信群登记表》"):
        upload.preview(data, "表.xlsx", round=round, by=cast["university"])


@LAYOUTS
def test_a_list_somebody_has_just_made_is_read_at_once(world, cast, layout):
    """Two fields, one group without a label: no code knows them."""
    fields = [
        {"code": "slogan", "group": "a", "label": "口号", "type": "text", "required": True},
        {"code": "n", "group": "b", "group_label": "活动", "label": "场次", "type": "count"},
    ]
    FieldList.objects.create(code="X", title="活动登记表", fields=fields)
    round = round_of("X", world, cast)
    row = RowInput({"slogan": "青春", "n": 3})
    found = upload.preview(written("X", layout, [(LAW1, row)]), "表.xlsx", round=round, by=cast["university"])
    assert (found.errors, found.normalised) == ([], [])
    assert [rows_of(form) for form in found.forms] == [[(row.values, {}, False)]]


def test_two_rows_of_a_list_without_administrators_are_two_rows(world, cast):
    """A row that says little is no further administrator where the list has none."""
    round = round_of("RUR-3", world, cast)
    workbook = Workbook()
    for values in (
        ["组织路径", "群类型", "群名称", "群成员数"],
        [PATHS[LAW1], "团青群", "一群", 30],
        [PATHS[LAW1], "团青群", "二群", 31],
        [PATHS[LAW2], None, None, None],
    ):
        workbook.active.append(values)
    found = upload.preview(packed(workbook), "表.xlsx", round=round, by=cast["university"])
    assert [len(form.rows) for form in found.forms] == [2]
    assert {error.row for error in found.errors} == {4}
    assert found.rows_total == found.accepted + found.rejected == 3
