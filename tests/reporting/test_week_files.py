"""整周数据: every figure of every unit below one unit as a file, for who may export it."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from orgs.models import OrgUnit
from orgs.operations import tree
from reporting.figures import FIGURES
from reporting.models import WeekUnit
from reporting.operations import week_files
from reporting.pages import whole_week
from tests.reporting.closed_weeks import LAST, add_universities, close, report
from tests.reporting.week_file_scene import person, table, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(world):
    report(world, "hnu-law-1201", 20)
    report(world, "qh-hs-jl", 40)
    return close()


def test_a_small_week_goes_out_at_once_with_every_figure_of_the_snapshot(sign_in, world, closed):
    client = sign_in("university")
    page = client.get(url(world, "hnu")).text
    assert "export=xlsx" in page
    rows = table(b"".join(client.get(url(world, "hnu"), {"export": "csv"})))
    stored = {row.code: row for row in WeekUnit.objects.filter(week=closed)}
    assert len(rows) == OrgUnit.objects.filter(pk=world["hnu"].pk).get().get_descendant_count() + 1
    wrong = [
        (row["组织代码"], name, side)
        for row in rows
        for name in FIGURES
        for side, word in (("own", "本级"), ("sub", "含下级"))
        if row[f"{whole_week._label(name)}（{word}）"]
        != ("" if (n := getattr(stored[row["组织代码"]], f"{side}_{name}")) is None else str(n))
    ]
    assert not wrong


def test_a_row_says_where_the_unit_stood_and_how_its_rate_comes_about(sign_in, world, closed):
    client = sign_in("university")
    row, other = (
        next(each for each in table(b"".join(client.get(url(world, "hnu"), {"export": "csv"}))) if each["组织代码"] == code)
        for code in ("hnu-law-1201", "hnu-law-1202")
    )  # fmt: skip
    assert row["组织全称"].split("/")[-3:] == [
        world[code].name for code in ("hnu", "hnu-law", "hnu-law-1201")
    ]
    assert row["组织全称"].startswith(world["hi"].name)
    assert (row["周次"], row["版次"], row["类型"], row["已报"]) == ("2026-W46", "1", "班级团支部", "是")
    found = WeekUnit.objects.with_coverage().get(week=closed, unit=world["hnu-law-1201"])
    assert (row["覆盖率分子（人）"], row["覆盖率分母（人）"]) == ("20", str(found.coverage_base))
    assert row["底数年份"] == str(found.base_year)
    assert (other["覆盖率"], other["覆盖率分子（人）"], other["已报"]) == ("未报", "", "否")


def test_the_names_are_those_of_the_week(sign_in, world, closed):
    old = world["hnu-law"].name
    tree.rename_unit(world["hnu-law"], name="法学与政治学院团委", by=None)
    rows = table(b"".join(sign_in("university").get(url(world, "hnu"), {"export": "csv"})))
    assert any(old in row["组织全称"] for row in rows)
    assert not any("法学与政治学院团委" in row["组织全称"] for row in rows)


def test_numbers_are_numbers_and_texts_are_texts_in_the_workbook(sign_in, world, closed):
    OrgUnit.objects.filter(pk=world["hnu"].pk).update(name="=1+1团委")
    answer = sign_in("university").get(url(world, "hnu"), {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    heads = [cell.value for cell in sheet[1]]
    cells = dict(zip(heads, sheet[2], strict=True))
    assert heads == whole_week.labels()
    assert len(set(heads)) == len(heads)
    assert cells["在册团组织（含下级）"].data_type == "n"
    assert cells["团组织"].data_type == "s"
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_every_column_has_a_chinese_head():
    assert not [label for label in whole_week.labels() if label.isascii()]


def test_a_department_gets_its_lines_and_no_sums_of_others(sign_in, world, closed):
    rows = table(b"".join(sign_in("schools").get(url(world, "hi"), {"export": "csv"})))
    codes = {row["组织代码"] for row in rows}
    assert {"hi", "hnu", "qzu"} <= codes
    assert "qh" not in codes
    top = next(row for row in rows if row["组织代码"] == "hi")
    assert {value for head, value in top.items() if "含下级" in head} == {""}
    assert top["覆盖率"] == top["覆盖率分子（人）"] == ""
    below = next(row for row in rows if row["组织代码"] == "hnu")
    assert below["在册团组织（含下级）"] != ""


def test_the_national_office_takes_every_province(sign_in, world, closed):
    rows = table(b"".join(sign_in("national").get(url(world, "cn"), {"export": "csv"})))
    assert len(rows) == WeekUnit.objects.filter(week=closed).count()
    assert {"cn", "hi", "ah"} <= {row["组织代码"] for row in rows}


def test_who_may_not_export_or_stands_elsewhere_finds_nothing(sign_in, world, closed):
    for key, code in (
        ("secretary", "hnu-law-1201"),
        ("outsider", "hnu"),
        ("college", "hnu"),
        ("sysadmin", "hi"),
    ):
        assert sign_in(key).get(url(world, code)).status_code == 404
        assert sign_in(key).post(url(world, code), {"kind": "csv"}).status_code == 404
    assert "整周数据" not in sign_in("sysadmin").get("/weekly/").text
    client = sign_in("university")
    assert client.post(url(world, "hnu"), {"kind": "pdf"}).status_code == 404
    assert client.get(url(world, "hnu").replace("W46", "W47")).status_code == 404


def test_the_way_there_stands_on_the_weekly_pages(sign_in, world, closed):
    client = sign_in("university")
    for page in ("/weekly/", f"/weekly/2026-W46/{world['hnu-law'].pk}/"):
        assert "/export/" in client.get(page, follow=True).text


def test_many_units_take_as_many_statements_on_the_page(
    sign_in, world, closed, django_assert_max_num_queries
):
    client = sign_in("province")
    with django_assert_max_num_queries(15) as few:
        client.get(url(world, "hi"))
    add_universities(world, 30)
    close(LAST.previous())
    with django_assert_max_num_queries(len(few)):
        client.get(url(world, "hi").replace("W46", "W45"))


def test_more_rows_than_a_sheet_holds_go_on_the_next(sign_in, world, closed, monkeypatch):
    monkeypatch.setattr("orgs.operations.exporting.MOST_ROWS_OF_A_SHEET", 4)
    answer = sign_in("university").get(url(world, "hnu"), {"export": "xlsx"})
    book = load_workbook(io.BytesIO(b"".join(answer)))
    n_units = week_files.n_units(closed, world["hnu"], by=person("university"))
    assert len(book.worksheets) == -(-n_units // 4)
    assert sum(sheet.max_row - 1 for sheet in book) == n_units
    assert {sheet["A1"].value for sheet in book} == {"周次"}
