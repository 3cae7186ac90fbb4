"""All sheets of a year in a zip with their summary: by page and by command the same, in one person's scope."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from accounts.operations import files
from orgs.models import Job, Notification
from scoring.models import Sheet
from scoring.operations import sheets as operations
from scoring.operations import year_files
from tests.scoring.sheet_steps import finalised

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(sheets, week, cast):
    """Qionghai final with 9.4, the university computed; nothing of another province."""
    Sheet.objects.filter(unit__code="aq").delete()
    final = finalised(sheets, cast)
    operations.compute_sheet(sheets["hnu"])
    return final


def written(cast, key="province"):
    job = year_files.order(year_files.Wanted(2026), by=cast[key])
    year_files.write_in_job(job.pk)
    return Job.objects.get(pk=job.pk)


def archive_of(job):
    return zipfile.ZipFile(io.BytesIO(b"".join(files.pieces(job))))


def rows(archive, sheet):
    book = load_workbook(io.BytesIO(archive.read("汇总_2026年考评表.xlsx")))
    return list(book[sheet].iter_rows(values_only=True))


def test_the_zip_holds_every_sheet_and_a_summary(year, cast):
    job = written(cast)
    assert (job.state, job.result["rows"], job.done, job.total) == ("done", 4, 4, 4)
    archive = archive_of(job)
    assert len(archive.namelist()) == 5
    assert archive.testzip() is None
    ranked = rows(archive, "排名和等次")
    qionghai = next(row for row in ranked if row[3] == "qh")
    assert qionghai[1:9] == (1, "共青团琼海市委", "qh", "县级团委", None, 9.4, "优秀", "已定稿")
    assert qionghai[10:13] == ("有", "有", "9.4")
    assert next(row for row in ranked if row[3] == "wn")[1] is None  # not final: no rank
    items = rows(archive, "逐项得分1")
    assert items[0][-1] == "合计"
    heads = [caption.rpartition("（")[2] for caption in items[0][2:-1] if "（" in caption]
    assert heads == [
        "原文）",
        "按文意理解）",
        "原文）",
        *["按文意理解）"] * 2,
        *["原文）"] * 2,
        *["拟定）"] * 6,
    ]
    assert next(row for row in items if row[1] == "qh")[-1] == 9.4
    assert rows(archive, "考评后果")[0][0] == "被考核单位"
    assert Notification.objects.filter(link=reverse("scoring:show-year-file", args=[job.pk])).count() == 1


def test_page_and_command_give_the_same(year, cast, tmp_path):
    archive = archive_of(written(cast))
    call_command("export_sheet", "--year", "2026", "--all", "-o", str(tmp_path / "all.zip"))
    with zipfile.ZipFile(tmp_path / "all.zip") as other:
        assert other.namelist() == archive.namelist()
        for name in other.namelist():
            mine, theirs = (load_workbook(io.BytesIO(each.read(name))) for each in (archive, other))
            for sheet in mine.sheetnames:
                assert [*mine[sheet].values] == [*theirs[sheet].values], name


def test_many_sheets_take_no_more_statements(year, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        year_files.write_into(year_files.Wanted(2026), lambda name, content: None)


def test_a_department_gets_its_own_kinds(year, cast):
    schools = {name for name in archive_of(written(cast, "schools")).namelist() if name.startswith("2026_")}
    assert schools
    assert not any("_qh_" in name for name in schools)


def test_asked_twice_while_it_waits_it_is_the_same_job(year, cast):
    first = year_files.order(year_files.Wanted(2026), by=cast["province"])
    assert year_files.order(year_files.Wanted(2026), by=cast["province"]).pk == first.pk
    assert year_files.order(year_files.Wanted(2026, 7), by=cast["province"]).pk != first.pk


def test_the_page_orders_shows_and_gives_the_file(year, cast, sign_in):
    client = sign_in("province")
    page = reverse("scoring:list-year-files")
    assert "琼海" not in client.get(page, {"year": 2026}).content.decode()
    done = client.post(page, {"year": 2026}, follow=True)
    job = Job.objects.get(task=year_files.TASK)
    assert done.redirect_chain[-1][0] == reverse("scoring:show-year-file", args=[job.pk])
    year_files.write_in_job(job.pk)
    assert "下载" in client.get(reverse("scoring:show-year-file", args=[job.pk])).content.decode()
    answer = client.get(reverse("scoring:download-year-file", args=[job.pk]))
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None
    # Another's file doesn't exist.
    assert sign_in("schools").get(reverse("scoring:download-year-file", args=[job.pk])).status_code == 404


def test_a_year_without_sheets_says_so(sheets, sign_in):
    assert Sheet.objects.of_year(1999).count() == 0
    assert (
        "没有考评表"
        in sign_in("province").get(reverse("scoring:list-year-files"), {"year": 1999}).content.decode()
    )
