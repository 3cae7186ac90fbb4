"""What every list page shares, looked at through the list of accounts: filters, order, columns, pages, sums, files."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Account
from accounts.operations import registry
from orgs.choices import Role
from orgs.models import Appointment, AuditEntry

LIST = reverse("accounts:list-accounts")
AT_MOST = 15


@pytest.fixture
def accounts(world):
    """The first three stand in the official order of their units, which is not that of their names."""
    rows = [
        ("hnu-law", "law", "院团委微信", 300),
        ("hnu-law-1201", "law_1201", "甲班微信群", 41),
        ("hnu-law-1202", "law_1202", "=乙班微信群", None),
        ("qzu-sci-1201", "sci_1201", "邻校微信群", 50),
    ]
    return [
        registry.open_account(
            world[code], platform="wechat_personal", identifier=key, nickname=name, contacts=n, by=None
        )
        for code, key, name, n in rows
    ]


def names(client, **asked) -> list[str]:
    listing = client.get(LIST, asked).context["listing"]
    return [row.record.identifier for row in listing.page.object_list]


def many(world, n: int) -> None:
    Account.objects.bulk_create(
        Account(
            unit=world["hnu-law-1201"],
            platform_id="wechat_personal",
            identifier=f"many_{at:05}",
            identifier_key=f"many_{at:05}",
            contacts=2,
        )
        for at in range(n)
    )


def test_rows_stand_in_the_official_order_until_somebody_sorts(sign_in, accounts):
    client = sign_in("university")
    assert names(client) == ["law", "law_1201", "law_1202"]
    assert names(client, sort="contacts") == ["law_1201", "law", "law_1202"]
    assert names(client, sort="-contacts") == ["law", "law_1201", "law_1202"], "unknown figures come last"
    assert names(client, sort="nonsense,pk") == ["law", "law_1201", "law_1202"]


def test_a_unit_filters_its_whole_subtree_and_a_foreign_one_shows_nothing(sign_in, world, accounts):
    client = sign_in("university")
    assert names(client, unit=world["hnu-law-1201"].pk) == ["law_1201"]
    assert names(client, unit=world["hnu-law"].pk) == ["law", "law_1201", "law_1202"]
    assert names(client, unit_q="法学2012级1班") == ["law_1201"], "without script the text decides"
    assert names(client, unit=world["qzu"].pk) == []


def test_a_filter_in_force_is_a_chip_that_takes_it_back(sign_in, world, accounts):
    client = sign_in("university")
    asked = {"q": "law", "status": "open", "stale": "on", "unit": world["hnu-law"].pk, "sort": "contacts"}
    chips = client.get(LIST, asked).context["listing"].chips
    texts = [text for text, _url in chips]
    assert texts == ["查找：law", "状态：在用", "待确认（久未确认信息）", "团组织：法学院团委"]
    without_unit = dict(chips)["团组织：法学院团委"]
    assert "unit" not in without_unit
    assert "sort=contacts" in without_unit
    assert client.get(without_unit).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "kind=x",
        "unit=²",
        "unit=9999999999999999999",
        "page=-1",
        "page=x",
        "col=x",
        "sort=-",
        "export=pdf",
        "status=%00",
    ],
)
def test_an_address_nobody_wrote_by_hand_is_answered(sign_in, accounts, query):
    assert sign_in("university").get(f"{LIST}?{query}").status_code == 200


def test_columns_are_chosen_in_the_address(sign_in, accounts):
    client = sign_in("university")
    shown = [
        str(each.header)
        for each in client.get(LIST, {"col": ["status", "opened_on"]}).context["listing"].table.columns
    ]
    assert shown == ["昵称", "状态", "开通日期"]


def test_sums_and_count_are_those_of_all_pages(sign_in, world, accounts):
    many(world, 60)
    listing = sign_in("university").get(LIST).context["listing"]
    assert (listing.totals["n"], listing.totals["sum_contacts"]) == (63, 300 + 41 + 120)
    assert len(listing.page.object_list) == 50
    second = sign_in("university").get(LIST, {"page": 2}).context["listing"]
    assert len(second.page.object_list) == 13


def test_statements_do_not_depend_on_the_number_of_rows(sign_in, world, accounts):
    client = sign_in("university")
    counts = [statements(client)]
    for n in (27, 5_000):
        Account.objects.filter(identifier__startswith="many_").delete()
        many(world, n)
        counts.append(statements(client))
    assert len(set(counts)) == 1
    assert counts[0] <= AT_MOST


def statements(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LIST).status_code == 200
    return len(captured)


def sheet_of(client, **asked) -> list[list[str]]:
    answer = client.get(LIST, {"export": "xlsx", **asked})
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


def lines_of(client, **asked) -> list[list[str]]:
    answer = client.get(LIST, {"export": "csv", **asked})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_file_holds_what_is_shown_all_pages_and_no_formula(sign_in, world, accounts):
    many(world, 60)
    client = sign_in("university")
    asked = {"col": ["identifier", "contacts"], "sort": "-contacts", "unit": world["hnu-law"].pk}
    sheet, lines = sheet_of(client, **asked), lines_of(client, **asked)
    assert sheet[0] == lines[0] == ["昵称", "账号", "联系人数"]
    assert [row[1] for row in sheet[1:4]] == ["law", "law_1201", "many_00000"]
    assert len(sheet) == len(lines) == 64
    assert sheet[-1] == ["=乙班微信群", "law_1202", ""]
    assert lines[-1] == ["'=乙班微信群", "law_1202", ""]


def test_an_empty_filter_gives_a_file_with_its_head(sign_in, accounts):
    head, *rest = sheet_of(sign_in("university"), q="没有这个账号")
    assert head[0] == "昵称"
    assert not any(cell for row in rest for cell in row)


def test_a_file_keeps_persons_masked_and_its_audit_line_names_no_text(sign_in, world, accounts):
    Account.objects.filter(pk=accounts[0].pk).update(responsible_name="林某甲")
    client = sign_in("university")
    lines = lines_of(client, col=["responsible"], q="院团委")
    assert lines[1] == ["院团委微信", "林**"]
    entry = AuditEntry.objects.get(verb="list.exported")
    assert (entry.detail["rows"], entry.detail["filters"], entry.unit_id) == (1, ["q"], world["hnu"].pk)
    assert "院团委" not in str(entry.detail)


def test_a_file_is_for_those_who_may_export(sign_in, accounts):
    client = sign_in("secretary")
    assert "导出" not in client.get(LIST).content.decode()
    assert client.get(LIST, {"export": "csv"}).status_code == 403
    assert not AuditEntry.objects.filter(verb="list.exported").exists()


def test_a_long_file_is_read_in_pieces(sign_in, world, accounts):
    many(world, 2_500)
    client = sign_in("university")
    with CaptureQueriesContext(connection) as captured:
        assert len(lines_of(client)) == 2_504
    few = len(captured)
    with CaptureQueriesContext(connection) as captured:
        assert len(sheet_of(client)) == 2_504
    assert max(few, len(captured)) <= AT_MOST


def test_two_terms_of_one_office_at_once_still_export(sign_in, accounts, cast, world):
    term = {"user": cast["college"], "unit": world["hnu-law"], "role": Role.REVIEWER}
    Appointment.objects.create(**term, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30))
    assert sign_in("college").get(LIST, {"export": "csv"}).status_code == 200
    assert AuditEntry.objects.get(verb="list.exported").unit == world["hnu-law"]
