"""Downloads of the collection form: scope, masks, full numbers with a reason, files of jobs, and the way back in."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts import tasks
from accounts.choices import SubmissionStatus
from accounts.excel import collection_form, collection_form_large
from accounts.excel.collection_form import COLUMNS, AnnexRow, AnnexUnit
from accounts.models import Expected, Submission
from accounts.operations import annex, files, upload
from accounts.operations.handing_in import HandingIn, hand_in
from accounts.operations.upload_found import UnitForm
from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from tests.accounts.forms import launch, row, submitted

MOBILE = re.compile(r"1[3-9]\d{9}")
REASON = {"reason": "核对全省管理员名单"}


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def texts(content: bytes) -> list[str]:
    book = load_workbook(io.BytesIO(content))
    return [str(cell.value) for sheet in book for cells in sheet.iter_rows() for cell in cells]


def url_of(round, unit, name: str = "download-annex") -> str:
    return reverse(f"accounts:{name}", args=[round.pk, unit.pk])


def test_the_filled_annex_shows_masked_numbers_and_is_logged(round, world, cast, sign_in):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    answer = sign_in("university").get(url_of(round, world["hnu"]))
    cells = texts(answer.content)
    assert "wx_hnu_law_1201_1" in cells
    assert not [text for text in cells if MOBILE.search(text)]
    book = load_workbook(io.BytesIO(answer.content))
    assert book["明细"]["B3"].value.endswith("海南大学团委/法学院团委/法学2012级1班团支部")
    entry = AuditEntry.objects.get(verb="annex.downloaded")
    assert (entry.detail["rows"], entry.detail["full"], len(entry.detail["digest"])) == (1, False, 64)
    assert "attachment" in answer["Content-Disposition"]
    assert cast["university"].display_name in book["明细"].oddFooter.left.text


def test_ones_own_form_is_shown_in_full(round, world, cast, sign_in):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    answer = sign_in("secretary").get(reverse("accounts:download-annex", args=[round.pk, form.unit_id]))
    sheet = load_workbook(io.BytesIO(answer.content))["收集表"]
    assert sheet["I5"].value == form.rows.get().personal["admin_mobile"]


@pytest.mark.parametrize("is_large", [False, True])
def test_whoever_uploads_a_masked_file_still_downloads_it_masked(
    round, world, cast, sign_in, monkeypatch, is_large
):
    """B2, B3: by an upload a college fills every branch; the branches' numbers are no more its own for that."""
    unit, by = world["hnu-law"], cast["college"]
    mobile = submitted(round, world["hnu-law-1201"], by=cast["secretary"]).rows.get().personal["admin_mobile"]
    masked = annex.filled(round, unit, by=by)
    Submission.objects.update(status=SubmissionStatus.RETURNED, desk=None)
    found = upload.preview(masked, "收集表.xlsx", round=round, by=by)
    upload.take_in(found, round=round, by=by)
    (form,) = Submission.objects.prefetch_related("rows")
    assert (form.filled_by, form.rows.get().personal["admin_mobile"]) == (by, mobile)
    if is_large:
        job = annex.ask(round, unit, by=by)
        annex.run_write(job.pk)
        again = b"".join(files.pieces(job))
    else:
        again = annex.filled(round, unit, by=by)
    assert not [text for text in texts(again) if MOBILE.search(text)]
    page = sign_in("college").get(
        reverse("accounts:fill-form", args=[Expected.objects.get(unit=form.unit).pk])
    )
    assert page.status_code == 403


def test_the_footer_says_that_the_own_units_numbers_are_whole(round, world, cast):
    """What another person of the unit handed in is the unit's own too."""
    form = submitted(round, world["hnu-law"], by=cast["university"])
    book = load_workbook(io.BytesIO(annex.filled(round, world["hnu-law"], by=cast["college"])))
    assert book["收集表"]["I5"].value == form.rows.get().personal["admin_mobile"]
    assert "本单位以外的号码已隐去" in book["收集表"].oddFooter.left.text


def test_the_empty_form_names_the_unit(round, world, sign_in):
    answer = sign_in("secretary").get(url_of(round, world["hnu-law-1201"]), {"empty": 1})
    assert load_workbook(io.BytesIO(answer.content)).active["A2"].value == "填报单位：法学2012级1班团支部"


def test_a_foreign_units_annex_does_not_exist(round, world, sign_in):
    for key in ("outsider", "outside_secretary", "secretary"):
        for name in ("download-annex", "export-in-full"):
            assert sign_in(key).get(url_of(round, world["hnu"], name)).status_code == 404


def test_full_numbers_need_a_reason_and_the_permission(round, world, cast, sign_in):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    mobile = form.rows.get().personal["admin_mobile"]
    url = url_of(round, world["hnu-law"], "export-in-full")
    assert sign_in("college").post(url, REASON).status_code == 403
    university = sign_in("university")
    assert university.post(url, {"reason": "看看"}).status_code == 422
    assert not AuditEntry.objects.filter(verb="annex.downloaded").exists()
    answer = university.post(url, REASON)
    assert mobile in texts(answer.content)
    entry = AuditEntry.objects.get(verb="annex.downloaded")
    assert (entry.reason, entry.detail["full"], entry.detail["rows"]) == (REASON["reason"], True, 1)
    assert mobile not in str(entry.detail)


def test_no_file_holds_more_than_so_many_rows_in_full_not_even_one_of_a_job(
    round, world, cast, sign_in, monkeypatch
):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    monkeypatch.setattr(annex, "MOST_ROWS", 0)
    for small in (2_000, 0):
        monkeypatch.setattr(annex, "SMALL_ROWS", small)
        url = url_of(round, world["hnu-law"], "export-in-full")
        answer = sign_in("university").post(url, REASON, follow=True)
        assert "请选择下级团组织分别下载" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(annex, "SMALL_ROWS", 0)


def test_a_large_file_is_written_by_a_job_and_kept_encrypted_for_a_day(
    round, world, cast, sign_in, large, media
):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    mobile = form.rows.get().personal["admin_mobile"]
    university = sign_in("university")
    answer = university.post(url_of(round, world["hnu"], "export-in-full"), REASON)
    job = Job.objects.get(task=annex.TASK)
    assert answer.url == reverse("accounts:show-file", args=[job.pk])
    assert "正在生成文件" in university.get(answer.url).content.decode()
    download = reverse("accounts:download-file", args=[job.pk])
    assert university.get(download).status_code == 404
    tasks.write_annex(job.pk)
    assert download in university.get(answer.url).content.decode()
    content = b"".join(university.get(download).streaming_content)
    assert mobile in texts(content)
    (path,) = Path(media).glob("annex/*.bin")
    assert mobile.encode() not in path.read_bytes()
    assert not path.read_bytes().startswith(b"PK")
    for key in ("college", "province", "outsider"):
        assert sign_in(key).get(download).status_code == 404
    entry = AuditEntry.objects.get(verb="annex.downloaded")
    assert (entry.reason, entry.detail["digest"]) == (
        REASON["reason"],
        job.__class__.objects.get().result["digest"],
    )
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert university.get(download).status_code == 404
        assert files.purge() == 1
    assert not path.exists()


def test_a_file_is_no_longer_served_when_the_office_has_ended(round, world, cast, sign_in, large):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    university = sign_in("university")
    university.get(url_of(round, world["hnu"]))
    job = Job.objects.get(task=annex.TASK)
    tasks.write_annex(job.pk)
    cast["university"].appointments.update(ends_on="2026-11-17")
    assert university.get(reverse("accounts:download-file", args=[job.pk])).status_code == 404


def hand_in_everything(round, by) -> None:
    """Every unit the round expects hands in a form, some with two administrators or two accounts."""
    forms = []
    for n, each in enumerate(Expected.objects.filter(round=round).select_related("unit").order_by("pk")):
        rows = [row(each.unit)]
        if n % 3 == 1:
            second = row(each.unit, 2)
            rows.append(type(second)({}, second.personal, continues=True))
        if n % 3 == 2:
            rows.append(row(each.unit, 2, admin_qq="", groups=0))
        forms.append(UnitForm(each.unit_id, each.unit.name, tuple(rows), ((("", n),) * len(rows))))
    done = hand_in(forms, HandingIn(round, "all", by))
    assert not done.refused


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("code", "key"), [("hnu-law-1201", "university"), ("hnu", "university"), ("hi", "province")]
)
def test_what_is_downloaded_comes_back_without_a_change(round, world, cast, code, key, full, is_large):
    """D1: download, upload: no cell is put in order, no row differs, whether masked or in full."""
    hand_in_everything(round, cast["province"])
    unit, by = world[code], cast[key]
    more = {"full": full, "reason": REASON["reason"], "by": by}
    if is_large:
        job = annex.ask(round, unit, **more)
        annex.run_write(job.pk)
        content = b"".join(files.pieces(job))
    else:
        content = annex.filled(round, unit, **more)
    Submission.objects.update(status=SubmissionStatus.RETURNED, desk=None)
    found = upload.preview(content, "收集表.xlsx", round=round, by=by)
    assert (found.errors, found.normalised) == ([], [])
    below = Submission.objects.visible_to(by).filter(
        round=round, unit__lft__gte=unit.lft, unit__rght__lte=unit.rght, unit__tree_id=unit.tree_id
    )
    assert {form.unit_id for form in found.forms} == set(below.values_list("unit_id", flat=True))
    saved = {form.unit_id: form for form in below.prefetch_related("rows")}
    for form in found.forms:
        rows = [(each.values, each.personal, each.continues) for each in saved[form.unit_id].rows.all()]
        assert [(each.values, each.personal, each.continues) for each in form.rows] == rows


names = st.text(
    st.characters(
        codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"), include_characters="=+-@_x&<>\"'"
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=names, nickname=names, is_large=st.booleans())
def test_any_name_comes_back_as_it_was(round, world, cast, name, nickname, is_large):
    unit = world["hnu-law-1201"]
    Submission.objects.all().delete()
    typed = row(unit, admin_name=name, account_nickname=nickname)
    done = hand_in(
        [UnitForm(unit.pk, unit.name, (typed,), (("", 1),))], HandingIn(round, name, cast["university"])
    )
    if done.refused:
        return  # what the form itself refuses isn't in any file
    (kept,) = Submission.objects.get().rows.all()
    cells = {**kept.values, **kept.personal}
    lines = [AnnexRow({column.code: cells[column.code] for column in COLUMNS}, unit=AnnexUnit(unit.code, ""))]
    if is_large:
        path = Path(portal.MEDIA_ROOT) / "detail.xlsx"
        collection_form_large.write(str(path), collection_form.Annex(unit.name), lines)
        content = path.read_bytes()
    else:
        content = collection_form.write(collection_form.Annex(unit.name, "", lines, with_detail=True))
    Submission.objects.update(status=SubmissionStatus.RETURNED, desk=None)
    found = upload.preview(content, "a.xlsx", round=round, by=cast["university"])
    assert (found.errors, found.normalised) == ([], [])
    (back,) = found.forms[0].rows
    assert (back.values, back.personal) == (kept.values, kept.personal)
