"""The files of a bulletin: .docx in the customary layout, Excel annex with the frozen integers, and both as others open them."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse
from docx import Document
from docx.shared import Mm
from openpyxl import load_workbook

from orgs.models import OrgUnit
from reporting import bulletin_paper
from reporting.bulletin_figures import Figures
from reporting.word import bulletin as word
from reporting.word import layout
from tests.reporting.bulletin_steps import draft, edited, published, two_weeks

pytestmark = pytest.mark.django_db
PDF_TOOLS = ("soffice", "pdfinfo", "pdftotext")


def has_writer() -> bool:
    """LibreOffice with its word processor: the spreadsheet alone opens no .docx."""
    program = Path(shutil.which("soffice") or "/nowhere/program/soffice").resolve()
    is_there = (program.parent.parent / "share" / "registry" / "writer.xcd").exists()
    return is_there and all(map(shutil.which, PDF_TOOLS))


@pytest.fixture
def bulletin(sign_in, world):
    two_weeks(world)
    return published(sign_in("province"), world)


@pytest.fixture
def fetch(sign_in):
    def get(name, bulletin):
        answer = sign_in("province").get(reverse(f"reporting:{name}", args=[bulletin.pk]))
        assert answer.status_code == 200
        return answer

    return get


def squeezed(text):
    return re.sub(r"\s", "", text)


def test_the_annex_holds_the_frozen_integers(fetch, bulletin):
    answer = fetch("download-bulletin-annex", bulletin)
    assert "xlsx" in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == [
        "说明",
        "团员微信覆盖率",
        "低于80%（良好线）的单位",
        "未报单位",
        "账号、群变动情况",
    ]
    figures = Figures.of(bulletin.figures)
    rows = list(book["团员微信覆盖率"].iter_rows(min_row=4, values_only=True))
    assert [(row[1], row[2], row[3], row[6]) for row in rows] == [
        (each.name, each.coverage.shown_part, each.coverage.base, each.coverage.unreported)
        for each in figures.units
    ]
    flows = list(book["账号、群变动情况"].iter_rows(min_row=4, values_only=True))
    opened = {each.name: each.flows["opened"] for each in figures.units if each.flows["opened"]}
    assert {row[1]: row[2] for row in flows} == opened
    assert bulletin.title in [cell.value for cell in book["说明"]["B"]]


def test_no_cell_of_the_annex_becomes_a_formula(sign_in, fetch, world):
    OrgUnit.objects.filter(code="qzu").update(name="=1+1")
    world["qzu"].versions.update(name="=1+1")
    two_weeks(world)
    bulletin = draft(sign_in("province"), world)
    book = load_workbook(io.BytesIO(fetch("download-bulletin-annex", bulletin).content))
    names = [cell for sheet in book for row in sheet for cell in row if cell.value == "=1+1"]
    assert names
    assert {cell.data_type for cell in names} == {"s"}


def test_the_docx_holds_the_paper_in_the_customary_layout(fetch, bulletin):
    answer = fetch("download-bulletin", bulletin)
    document = Document(io.BytesIO(answer.content))
    section, paper = document.sections[0], bulletin_paper.of(bulletin)
    margins = [section.top_margin, section.left_margin, section.bottom_margin, section.right_margin]
    assert [round(each / Mm(1)) for each in margins] == [37, 28, 35, 26]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    texts = [each.text for each in document.paragraphs]
    for expected in (paper.heading, paper.number, paper.title, *paper.paragraphs, paper.date, paper.note):
        assert expected in texts
    assert not any("{" in each for each in texts)
    cells = [[[cell.text for cell in row.cells] for row in table.rows[1:]] for table in document.tables]
    assert cells == [table.texts for _caption, table in paper.tables]
    fonts = {run.font.name for each in document.paragraphs for run in each.runs}
    assert {"方正小标宋简体", "仿宋_GB2312"} <= fonts
    assert not [
        name for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist() if "vba" in name.lower()
    ]


def test_what_people_write_is_never_a_tag_of_the_template(sign_in, fetch, world):
    two_weeks(world)
    client = sign_in("province")
    bulletin = draft(client, world)
    hostile = "<w:p/> & {{ number }} {%p if 1 %} \x0b尾"
    client.post(reverse("reporting:edit-bulletin", args=[bulletin.pk]), edited(bulletin, text=hostile))
    document = Document(io.BytesIO(fetch("download-bulletin", bulletin).content))
    assert "<w:p/> & {{ number }} {%p if 1 %}" in "\n".join(each.text for each in document.paragraphs)


def test_the_template_in_the_repository_is_the_one_the_layout_builds():
    built = layout.build()
    if os.environ.get("UPDATE_BULLETIN_TEMPLATE"):
        Path(word.TEMPLATE).write_bytes(built)
    assert contents(Path(word.TEMPLATE).read_bytes()) == contents(built)


def contents(file: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(file))
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.once
@pytest.mark.skipif(
    not has_writer(),
    reason="needs soffice with Writer, pdfinfo and pdftotext (libreoffice-writer-nogui, poppler-utils)",
)
def test_the_docx_opens_in_libreoffice(fetch, bulletin, tmp_path):
    source = tmp_path / "bulletin.docx"
    source.write_bytes(fetch("download-bulletin", bulletin).content)
    profile = (tmp_path / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", tmp_path, source], check=True, capture_output=True, timeout=120)
    pdf = source.with_suffix(".pdf")
    facts = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Page size: +595\.\d+ x 841\.\d+ pts \(A4\)", facts)
    text = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True
    ).stdout
    paper = bulletin_paper.of(bulletin)
    for expected in (paper.heading, paper.number, paper.title, *paper.paragraphs, paper.date):
        assert squeezed(expected) in squeezed(text)
