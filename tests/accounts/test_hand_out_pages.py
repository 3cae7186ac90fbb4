"""Pages of 账号发放 and 账号领取: the whole way through HTTP, the password in one answer only, lists, files, figures."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.choices import HandedState
from accounts.models import Account, HandedAccount, HandOut
from accounts.operations import hand_outs
from accounts.operations.hand_outs import FirstUse
from orgs.models import Appointment
from orgs.operations import tree
from tests.accounts.hand_out_scene import SECRET, csv_of, handed_to, imported, make

pytestmark = pytest.mark.django_db
LIST, ENVELOPES = reverse("accounts:list-hand-outs"), reverse("accounts:list-envelopes")


def page(step: str, pk: int) -> str:
    return reverse(f"accounts:{step}", args=[pk])


def upload(client, hand_out, *lines):
    file = SimpleUploadedFile("账号.csv", csv_of(*lines))
    return client.post(page("import-hand-out", hand_out.pk), {"file": file})


@pytest.fixture
def handed(world, cast):
    return handed_to(world, cast)


def test_the_whole_way_from_the_province_to_the_registered_account(sign_in, world):
    province, university = sign_in("province"), sign_in("university")
    facts = {"platform": "weibo_sina", "title": "高校团委微博账号", "source": "WB-4"}
    made = province.post(reverse("accounts:new-hand-out"), facts)
    hand_out = HandOut.objects.get()
    assert made.url == page("import-hand-out", hand_out.pk)
    answer = upload(province, hand_out, ("hnu", "", "wb_hnu", SECRET))
    assert answer.url == page("show-hand-out", hand_out.pk)
    envelope = HandedAccount.objects.get()

    assert "有账号待领取" in university.get("/").content.decode()
    sealed = university.get(page("show-envelope", envelope.pk)).content.decode()
    assert "初始密码已封存" in sealed
    assert SECRET not in sealed
    opened = university.post(page("open-envelope", envelope.pk), {"confirm": "on"})
    assert SECRET in opened.content.decode()

    assert "领取的账号待启用" in university.get("/").content.decode()
    facts = {"done": FirstUse.values, "identifier": "https://weibo.com/wb_hnu", "nickname": "海南大学团委"}
    used = university.post(page("use-envelope", envelope.pk), facts)
    account = Account.objects.get(unit=world["hnu"])
    assert used.url == page("show-account", account.pk)
    assert account.identifier == "wb_hnu"
    shown = university.get(used.url).content.decode()
    assert "由共青团海南省委发放（高校团委微博账号）" in shown
    assert page("show-envelope", envelope.pk) in shown


def test_the_answer_with_the_password_is_kept_by_nothing_and_comes_once(sign_in, handed):
    client = sign_in("university")
    answer = client.post(page("open-envelope", handed.pk), {"confirm": "on"})
    assert answer.status_code == 200, "a redirect would have to carry the password somewhere"
    assert "no-store" in answer["Cache-Control"]
    assert SECRET not in str(answer.headers)
    again = client.post(page("open-envelope", handed.pk), {"confirm": "on"})
    assert again.status_code == 422
    assert SECRET not in again.content.decode()
    assert "校团委何于2026-11-18 10:00领取" in again.content.decode()
    for address in (
        page("show-envelope", handed.pk),
        ENVELOPES,
        page("use-envelope", handed.pk),
        "/",
        "/messages/",
        "/log/",
    ):
        assert SECRET not in client.get(address).content.decode()


def test_nothing_is_opened_by_looking_or_without_the_confirmation(sign_in, handed):
    client = sign_in("university")
    assert client.get(page("open-envelope", handed.pk)).status_code == 405
    answer = client.post(page("open-envelope", handed.pk))
    assert answer.status_code == 422
    assert "请先勾选确认" in answer.content.decode()
    handed.refresh_from_db()
    assert handed.state == HandedState.SEALED


def test_the_superior_sees_that_it_is_sealed_and_can_not_open_it(sign_in, handed):
    client = sign_in("province")
    shown = client.get(page("show-envelope", handed.pk)).content.decode()
    assert "只由海南大学团委的人员领取" in shown
    assert SECRET not in shown
    assert client.post(page("open-envelope", handed.pk), {"confirm": "on"}).status_code == 403


def test_the_neighbour_finds_nothing_and_the_class_below_neither(sign_in, handed):
    steps = ("show-envelope", "use-envelope", "withdraw-envelope")
    assert {sign_in("outsider").get(page(step, handed.pk)).status_code for step in steps} == {404}
    assert {sign_in("secretary").get(page(step, handed.pk)).status_code for step in steps} == {404}
    assert sign_in("auditor").get(ENVELOPES).status_code == 403
    assert sign_in("university").get(page("show-hand-out", handed.hand_out_id)).status_code == 404


def test_a_secretary_is_led_from_home_to_the_account_of_the_branch_and_registers_it(sign_in, world, cast):
    handed, client = handed_to(world, cast, "hnu-law-1201"), sign_in("secretary")
    assert "有账号待领取" in client.get("/").content.decode()
    assert "wb_hnu_law_1201" in client.get(ENVELOPES).content.decode()
    assert ENVELOPES in client.get(reverse("accounts:list-accounts")).content.decode()
    assert SECRET in client.post(page("open-envelope", handed.pk), {"confirm": "on"}).content.decode()
    facts = {"done": FirstUse.values, "identifier": "wb_class"}
    used = client.post(page("use-envelope", handed.pk), facts, follow=True)
    shown = used.content.decode()
    assert used.status_code == 200
    assert "管理员请在收集表中填报" in shown
    assert page("show-envelope", handed.pk) in shown


def test_a_sealed_account_of_a_branch_with_a_secretary_does_not_count_as_without_opener(
    sign_in, world, cast, handed
):
    handed_to(world, cast, "hnu-law-1201")
    address = page("show-hand-out", handed.hand_out_id)
    shown = sign_in("province").get(address, {"no_opener": "on"}).context["listing"]
    assert not shown.page.object_list


def test_a_file_with_faults_is_answered_with_all_of_them(sign_in, world, cast):
    hand_out = make(world, cast)
    answer = upload(sign_in("province"), hand_out, ("nowhere", "", "wb_a", SECRET), ("hnu", "", "", SECRET))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "第 2 行" in shown
    assert "第 3 行" in shown
    assert SECRET not in shown
    assert not HandedAccount.objects.exists()


def test_a_file_that_is_no_table_is_refused_in_words(sign_in, world, cast):
    file = SimpleUploadedFile("账号.csv", "代码,名称\nhnu,x".encode())
    answer = sign_in("province").post(page("import-hand-out", make(world, cast).pk), {"file": file})
    assert answer.status_code == 422
    assert "表头要有“用户名”" in answer.content.decode()


def test_the_template_lists_the_units_below(sign_in, world, cast):
    answer = sign_in("province").get(page("download-hand-out-template", make(world, cast).pk))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    codes = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert codes == ["qh", "wn", "hnu", "qzu", "vol"]


def test_the_figures_say_how_far_the_delivery_has_come(sign_in, world, cast, handed):
    qzu, vol = handed_to(world, cast, "qzu"), handed_to(world, cast, "vol")
    hand_outs.open_envelope(handed, by=cast["university"])
    hand_outs.withdraw(vol, reason="有误", by=cast["province"])
    client = sign_in("province")
    context = client.get(page("show-hand-out", handed.hand_out_id)).context
    figures = context["figures"]
    assert (figures.total, figures.sealed, figures.opened, figures.in_use, figures.withdrawn) == (
        2,
        1,
        1,
        0,
        1,
    )
    assert context["elsewhere"].total == 0
    shown = client.get(page("show-hand-out", handed.hand_out_id), {"state": "sealed"}).context["listing"]
    assert [row.record for row in shown.page.object_list] == [qzu]
    assert "不计逾期" in client.get(page("show-hand-out", handed.hand_out_id)).content.decode()
    assert handed.hand_out.title in client.get(LIST).content.decode()


def test_who_looks_after_schools_reads_figures_of_what_the_list_shows(sign_in, world, cast, handed):
    handed_to(world, cast, "qh")
    address = page("show-hand-out", handed.hand_out_id)
    answer = sign_in("schools").get(address)
    figures, listing = answer.context["figures"], answer.context["listing"]
    assert [row.record for row in listing.page.object_list] == [handed]
    assert (figures.total, figures.sealed) == (1, 1)
    assert "其他上级" not in answer.content.decode()
    ((_hand_out, in_list),) = sign_in("schools").get(LIST).context["lines"]
    assert in_list.total == 1
    assert sign_in("province").get(address).context["figures"].total == 2


def test_what_has_gone_to_another_superior_is_counted_apart_and_withdrawn_by_who_handed_it_out(
    sign_in, world, cast
):
    hand_out, client = make(world, cast, "hnu-law", "college"), sign_in("college")
    imported(
        hand_out,
        cast["college"],
        ("hnu-law-1201", "", "wb_gone", SECRET),
        ("hnu-law-1202", "", "wb_here", ""),
    )
    tree.move_unit(world["hnu-law-1201"], world["hnu-tour"], reason="调整", by=cast["university"])
    gone = HandedAccount.objects.get(user_name="wb_gone")
    answer = client.get(page("show-hand-out", hand_out.pk))
    assert answer.context["figures"].total == 1
    assert answer.context["elsewhere"].total == 1
    assert page("withdraw-envelope", gone.pk) in answer.content.decode()
    asked = client.get(page("withdraw-envelope", gone.pk))
    for shown in (answer.content.decode(), asked.content.decode()):
        assert "wb_gone" in shown
        assert world["hnu-law-1201"].name not in shown
    assert client.get(page("show-envelope", gone.pk)).status_code == 404
    assert sign_in("outsider").get(page("withdraw-envelope", gone.pk)).status_code == 404
    done = client.post(page("withdraw-envelope", gone.pk), {"reason": "已调走"})
    assert done.url == page("show-hand-out", hand_out.pk)
    gone.refresh_from_db()
    assert (gone.state, gone.secret) == (HandedState.WITHDRAWN, None)
    above = sign_in("university").get(page("show-hand-out", hand_out.pk)).context
    assert (above["elsewhere"].total, above["figures"].withdrawn) == (0, 1)


def test_envelopes_that_nobody_in_office_can_open_are_found(sign_in, world, cast, handed):
    vacant = handed_to(world, cast, "vol")
    asked = {"no_opener": "on"}
    shown = sign_in("province").get(page("show-hand-out", handed.hand_out_id), asked).context["listing"]
    assert [row.record for row in shown.page.object_list] == [vacant]
    Appointment.objects.filter(unit=world["hnu"], role="committee").update(ends_on="2026-11-01")
    shown = sign_in("province").get(page("show-hand-out", handed.hand_out_id), asked).context["listing"]
    assert {row.record for row in shown.page.object_list} == {vacant, handed}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_file_of_the_list_has_no_password(sign_in, handed, form):
    address = page("show-hand-out", handed.hand_out_id)
    columns = [
        "code",
        "unit",
        "superior",
        "state",
        "opened",
        "used",
        "account",
        "withdrawn",
        "reason",
        "secret",
    ]
    answer = sign_in("province").get(address, {"export": form, "col": columns})
    content = b"".join(answer.streaming_content)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]
    assert rows[0][:3] == ["用户名", "团组织代码", "团组织"]
    assert rows[1][:3] == ["wb_hnu", "hnu", "海南大学团委"]
    assert not [cell for row in rows for cell in row if SECRET in str(cell)]


def test_a_page_reads_no_password_from_the_database(sign_in, handed):
    client = sign_in("province")
    for address in (page("show-hand-out", handed.hand_out_id), page("show-envelope", handed.pk)):
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        assert not [query for query in captured if '"secret"' in query["sql"]]


def test_withdrawing_asks_for_a_reason_and_leads_back(sign_in, handed):
    client, address = sign_in("province"), page("withdraw-envelope", handed.pk)
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "用户名有误"}).url == page("show-hand-out", handed.hand_out_id)
    shown = sign_in("university").get(page("show-envelope", handed.pk)).content.decode()
    assert "用户名有误" in shown
    assert "领取并显示" not in shown


def test_first_use_names_the_step_that_is_missing(sign_in, cast, handed):
    hand_outs.open_envelope(handed, by=cast["university"])
    answer = sign_in("university").post(
        page("use-envelope", handed.pk), {"done": ["signed_in"], "identifier": "wb_hnu"}
    )
    assert answer.status_code == 422
    assert "三项都办好" in answer.content.decode()


def test_a_sealed_envelope_is_not_put_in_use_by_address(sign_in, handed):
    answer = sign_in("university").get(page("use-envelope", handed.pk))
    assert answer.url == page("show-envelope", handed.pk)


def test_lists_take_the_same_statements_with_one_account_and_with_many(sign_in, cast, handed):
    addresses = {"province": [LIST, page("show-hand-out", handed.hand_out_id)], "university": [ENVELOPES]}
    counts = []
    for _n in range(2):
        found = []
        for key, known in addresses.items():
            client = sign_in(key)
            for address in known:
                with CaptureQueriesContext(connection) as captured:
                    assert client.get(address).status_code == 200
                found.append(len(captured))
        counts.append(found)
        lines = [("hnu", "", f"wb_more_{at}", SECRET) for at in range(30)]
        imported(handed.hand_out, cast["province"], *lines)
    assert counts[0] == counts[1]


def test_envelopes_are_shown_by_state_and_an_empty_list_says_what_it_is_for(sign_in, handed):
    client = sign_in("university")
    assert "wb_hnu" in client.get(ENVELOPES, {"state": "sealed"}).content.decode()
    assert "没有符合条件的内容" in client.get(ENVELOPES, {"state": "in_use"}).content.decode()
    assert "没有发给本单位的账号" in sign_in("college").get(ENVELOPES).content.decode()


def test_the_list_of_accounts_leads_to_both_sides(sign_in):
    shown = sign_in("university").get(reverse("accounts:list-accounts")).content.decode()
    assert LIST in shown
    assert ENVELOPES in shown
