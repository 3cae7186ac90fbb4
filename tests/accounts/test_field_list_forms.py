"""Forms are data: WB-4.4 and RUR-3 go from page to registry by the targets of their fields, without code of their own."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.choices import GroupKind, Ties
from accounts.field_lists import RowInput, check_rows, read_fields
from accounts.models import Account, Expected, FieldList, Group, Platform, Submission
from accounts.operations import annex, registry, review
from tests.accounts.factories import launch

OWNER = {
    "university": "海南大学团委",
    "post": "团委副书记",
    "weibo_platform": "weibo_sina",
    "weibo_name": "海南大学团委微博",
}
PERSON = {"name": "符某乙", "mobile": "13800000777", "qq": "55501234", "email": "fu@example.com"}
GROUP = {
    "kind": "branch", "group_name": "法学2012级1班团支部微信群", "members": "38",
    "outstanding": "12", "youth": "", "topic": "青春", "ties": "地缘",
}  # fmt: skip


def fields_of(code: str):
    return read_fields(FieldList.objects.get(code=code).fields)


def round_of(code: str, world, cast, **facts):
    return launch(world, cast, field_list=FieldList.objects.get(code=code), **facts)


def posted(values: dict, **more) -> dict[str, str]:
    return {f"r0-{code}": str(value) for code, value in values.items()} | {
        "n_rows": "1", "version": "0", "page": "one", "note": "",
    } | more  # fmt: skip


def filled(client, expected, values: dict) -> str:
    """Form, check page, receipt; returns the receipt page."""
    form, check = (reverse(f"accounts:{name}", args=[expected.pk]) for name in ("fill-form", "check-form"))
    assert client.post(form, posted(values, next="1")).url == check
    version = Submission.objects.get(round=expected.round, unit=expected.unit).version
    return client.post(
        check, {"version": str(version), "key": f"k{expected.pk}"}, follow=True
    ).content.decode()


@pytest.mark.parametrize(
    ("code", "field", "typed", "wrong"),
    [
        ("WB-4.4", "email", "fu.example.com", "电子邮箱"),
        ("WB-4.4", "weibo_platform", "网易微博", "选项"),
        ("RUR-3", "kind", "聊天群", "选项"),
        ("RUR-3", "members", "许多", "整数"),
    ],
)
def test_new_types_say_what_is_wrong(db, code, field, typed, wrong):
    values = (OWNER | PERSON if code == "WB-4.4" else GROUP) | {field: typed}
    fields = fields_of(code)
    row = RowInput(
        {each.code: values[each.code] for each in fields if not each.personal},
        {each.code: values[each.code] for each in fields if each.personal},
    )
    errors = check_rows(fields, [row])[1]
    assert [(error.field, wrong in error.message) for error in errors] == [(field, True)]


def test_choice_takes_its_label_as_a_file_writes_it(db):
    (row,), errors = check_rows(fields_of("RUR-3"), [RowInput(dict(GROUP))])
    assert not errors
    assert row.values["ties"] == Ties.PLACE


def test_choices_of_the_lists_are_those_of_the_registry(db):
    by_code = {each.code: dict(each.choices) for each in fields_of("RUR-3")}
    assert by_code["kind"] == {value: str(label) for value, label in GroupKind.choices}
    assert by_code["ties"] == {value: str(label) for value, label in Ties.choices}
    platforms = next(each for each in fields_of("WB-4.4") if each.target == "account.platform")
    assert dict(platforms.choices) == dict(Platform.objects.filter(kind="weibo").values_list("pk", "name"))


def test_person_responsible_goes_from_the_page_to_the_named_weibo(world, cast, sign_in):
    weibo = registry.open_account(
        world["hnu"], platform="weibo_sina", identifier="hnu_weibo", nickname="海南大学团委微博", by=None
    )
    round = round_of("WB-4.4", world, cast, kinds=["university"])
    expected = Expected.objects.get(round=round, unit=world["hnu"])
    client = sign_in("university")
    page = client.get(reverse("accounts:fill-form", args=[expected.pk])).content.decode()
    assert 'value="海南大学团委"' in page
    assert "建设负责人" in page
    assert '<option value="weibo_sina" selected>新浪微博</option>' in page
    assert "再加一名管理员" not in page
    assert "已提交" in filled(client, expected, OWNER | PERSON)
    form = Submission.objects.get()
    asked = sign_in("province").get(reverse("accounts:list-review"), {"id": form.pk}).content.decode()
    assert "建设负责人" in asked
    assert PERSON["mobile"] not in asked
    assert PERSON["email"] not in asked
    review.approve(form.pk, version=form.version, by=cast["province"])
    weibo.refresh_from_db()
    assert (weibo.responsible_name, weibo.responsible_post) == ("符某乙", "团委副书记")
    assert "符某乙" not in str(list(weibo.events.values_list("changes", flat=True)))


def test_without_a_weibo_only_the_form_keeps_the_person(world, cast, sign_in):
    round = round_of("WB-4.4", world, cast, kinds=["university"])
    expected = Expected.objects.get(round=round, unit=world["hnu"])
    filled(sign_in("university"), expected, OWNER | PERSON | {"weibo_platform": "", "weibo_name": ""})
    form = Submission.objects.get()
    review.approve(form.pk, version=form.version, by=cast["province"])
    assert not Account.objects.exists()
    assert form.rows.get().personal["email"] == PERSON["email"]


def test_groups_are_opened_and_next_time_changed(world, cast, sign_in):
    client = sign_in("secretary")
    for at, name in enumerate(("第一次", "第二次")):
        round = round_of("RUR-3", world, cast, title=name, kinds=["class_branch"])
        expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
        values = GROUP | ({"group_name": "法学1201班团员之家", "members": "40"} if at else {})
        known = Group.objects.first()
        form = reverse("accounts:fill-form", args=[expected.pk])
        page = client.get(form).content.decode()
        if known:
            assert f'name="r0-group" value="{known.pk}"' in page
            values["r0"] = ""
        data = {name: value for name, value in values.items() if name != "r0"}
        more = {"r0-group": str(known.pk)} if known else {}
        client.post(form, posted(data, next="1", **more))
        sent = Submission.objects.get(round=round)
        check = reverse("accounts:check-form", args=[expected.pk])
        if known:
            assert "原登记：38" in client.get(check).content.decode()
        client.post(check, {"version": str(sent.version), "key": name})
        sent.refresh_from_db()
        for reviewer in ("college", "university"):
            sent = review.approve(sent.pk, version=sent.version, by=cast[reviewer])
    group = Group.objects.get()
    assert (group.name, group.members, group.outstanding_members) == ("法学1201班团员之家", 40, 12)
    assert (group.kind, group.topic, group.ties) == (GroupKind.BRANCH, "青春", Ties.PLACE)


def test_group_of_another_unit_is_never_taken_by_its_number(world, cast, sign_in):
    foreign = registry.open_group(world["qzu-sci-1201"], kind="branch", name="数学班群", members=9, by=None)
    round = round_of("RUR-3", world, cast, kinds=["class_branch"])
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
    form = reverse("accounts:fill-form", args=[expected.pk])
    sign_in("secretary").post(form, posted(GROUP, draft="1", **{"r0-group": str(foreign.pk)}))
    assert "group_id" not in Submission.objects.get().rows.get().values


def test_workbook_of_any_list_has_its_columns_masked_and_with_labels(world, cast, sign_in):
    round = round_of("WB-4.4", world, cast, kinds=["university"])
    expected = Expected.objects.get(round=round, unit=world["hnu"])
    filled(sign_in("university"), expected, OWNER | PERSON)
    book = load_workbook(io.BytesIO(annex.filled(round, world["hnu"], by=cast["province"])))
    sheet = book.active
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert sheet["A1"].value == "高校团委微博建设负责人信息统计表"
    assert {"建设负责人", "现有微博", "电子邮箱", "新浪微博"} <= set(texts)
    assert PERSON["mobile"] not in texts
    assert PERSON["email"] not in texts


def test_pasted_block_becomes_rows_without_a_script(world, cast, sign_in):
    round = round_of("RUR-3", world, cast, kinds=["class_branch"])
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
    client, grid = sign_in("secretary"), reverse("accounts:fill-grid", args=[expected.pk])
    block = "群类型\t群名称\t群成员数\n团青群\t一群\t30\t10\t\t\t地缘\n青农群\t二群\t40\n"
    empty = dict.fromkeys(GROUP, "")
    assert client.post(grid, posted(empty, paste="1", block=block)).url.startswith(grid)
    rows = [row.values for row in Submission.objects.get().rows.all()]
    assert [(row["kind"], row["group_name"], row["members"]) for row in rows] == [
        ("团青群", "一群", "30"),
        ("青农群", "二群", "40"),
    ]
    page = client.get(grid).content.decode()
    assert 'name="r1-group_name"' in page
    assert 'value="二群"' in page


def test_block_with_further_administrators_keeps_them_with_their_account(world, cast, sign_in):
    round = round_of("UNI-A", world, cast)
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
    client, grid = sign_in("secretary"), reverse("accounts:fill-grid", args=[expected.pk])
    block = (
        "law_1201\t海南大学法学2012级1班团支部微信群\t1\t41\t林某甲\tlin_moujia\t\t\t13800000123\n"
        "\t\t\t\t林某丙\tlin_moubing\t\t\t13800000124\n"
    )
    client.post(grid, posted({}, paste="1", block=block))
    rows = list(Submission.objects.get().rows.all())
    assert [row.continues for row in rows] == [False, True]
    assert rows[1].personal["admin_name"] == "林某丙"
    assert (
        "请先从表格中复制"
        in client.post(grid, posted({}, paste="1", block=" ", version="1"), follow=True).content.decode()
    )
