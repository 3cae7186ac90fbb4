"""What comes out of the printer: each sheet one A4 page, a long collection form with its head on every page."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from accounts.excel import collection_form
from accounts.excel.collection_form import Annex, AnnexRow
from orgs.models import OrgUnit
from scoring.models import Scheme, Score
from scoring.operations import exports
from scoring.operations import sheets as operations
from scoring.operations.schemes import load_scheme
from tests.scoring.test_sheet_totals import WORK

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.skipif(
        not all(map(shutil.which, ("soffice", "pdfinfo", "pdftotext"))),
        reason="needs soffice, pdfinfo and pdftotext (libreoffice-calc-nogui, poppler-utils)",
    ),
]

A4 = {"portrait": "595.304 x 841.89 pts (A4)", "landscape": "841.89 x 595.304 pts (A4)"}


@pytest.fixture
def printed(tmp_path):
    """(pages, page size, text per page) of the first sheet of a workbook, as LibreOffice prints it."""

    def convert(content, name):
        book = load_workbook(io.BytesIO(content))
        for other in book.worksheets[1:]:
            book.remove(other)
        book.save(tmp_path / f"{name}.xlsx")
        profile = (tmp_path / "profile").as_uri()
        command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
        subprocess.run(
            [*command, "--outdir", tmp_path, tmp_path / f"{name}.xlsx"],
            check=True,
            capture_output=True,
            timeout=120,
        )
        pdf = tmp_path / f"{name}.pdf"
        facts = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
        text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True)
        size = re.search(r"Page size: +(.+)", facts)[1]
        return int(re.search(r"Pages: +(\d+)", facts)[1]), size, text.stdout.split("\f")[:-1]

    return convert


def squeezed(text):
    return re.sub(r"\s", "", text)


def test_the_sheets_of_two_units_are_one_page_each(sheets, week, printed):
    OrgUnit.objects.filter(code="hnu").update(name="共青团海南热带海洋职业技术学院（三亚校区）委员会")
    for code in ("qh", "hnu"):
        sheet = operations.compute_sheet(sheets[code])
        Score.objects.filter(sheet=sheet).update(self_points=Decimal("0.5"), assessed_points=Decimal("0.4"))
        sheet.unit.refresh_from_db()
        pages, size, texts = printed(exports.sheet_file(sheet).content, code)
        assert (pages, size) == (1, A4["portrait"])
        for words in (sheet.title, sheet.unit.name, "考核要求及评分标准", "合计", "第1页共1页"):
            assert words in squeezed(texts[0])


def test_a_scheme_of_100_points_is_one_page_too(world, scheme_files, printed):
    load_scheme(WORK)
    sheet = operations.open_sheets(Scheme.objects.get(code="invented-work"), 2026, [world["hnu"]], by=None)[0]
    pages, size, texts = printed(exports.sheet_file(sheet).content, "work")
    assert (pages, size) == (1, A4["portrait"])
    for words in ("2026年基层新媒体工作考评表", "甲、工作落实(50", "乙、覆盖和活跃(40分)", "合计", "100分"):
        assert words in squeezed(texts[0])


ROW = {
    "account_id": "hnu_fxy_tw",
    "account_nickname": "海南大学法学院团委官方微信",
    "groups": 12,
    "contacts": 1204,
    "admin_name": "陈某某",
    "admin_wechat": "hnu_fxy_admin",
    "admin_nickname": "法学院小团子",
    "admin_qq": "100000001",
    "admin_mobile": "138****0123",
}


def test_an_empty_collection_form_is_one_page(printed):
    pages, size, texts = printed(collection_form.write(Annex("海南大学团委", "院团委陈")), "empty")
    assert (pages, size) == (1, A4["landscape"])
    assert "备注：各高校报送" in squeezed(texts[0])


def test_forty_rows_go_on_with_the_head_on_every_page(printed):
    rows = [AnnexRow(ROW | {"account_id": f"hnu_{n:02}"}) for n in range(1, 41)]
    pages, size, texts = printed(collection_form.write(Annex("海南大学团委", "院团委陈", rows)), "filled")
    assert (pages, size) == (2, A4["landscape"])
    for number, text in enumerate(texts, 1):
        assert "官方微信微信管理员" in squeezed(text)
        assert f"第{number}页共{pages}页" in squeezed(text)
    assert [f"hnu_{n:02}" for n in range(1, 41)] == re.findall(r"hnu_\d\d", "".join(texts))
