"""The upload page and the download: check first, then confirm; nothing foreign, nothing unmasked."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Expected, Submission
from accounts.operations import collection, rounds
from orgs.models import AuditEntry
from tests.accounts.forms import launch, row, submitted
from tests.accounts.test_upload_rows import LAW1, LAW2, book, line, seen

PAGE = reverse("accounts:upload-annex")
MOBILE = re.compile(r"1[3-9]\d{9}")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def send(client, round, data: bytes, name: str = "收集表.xlsx"):
    return client.post(PAGE, {"round": round.pk, "file": SimpleUploadedFile(name, data)})


def sealed(response) -> str:
    return re.search(r'name="sealed" value="([^"]+)"', response.content.decode())[1]


def test_a_file_is_checked_first_and_handed_in_on_confirmation(round, world, sign_in):
    university = sign_in("university")
    answer = send(university, round, book(line(LAW1, 1), line(LAW2, 2, 手机="1380000")))
    page = answer.content.decode()
    assert "第 3 行" in page
    assert "只导入没有错的" in page
    assert not Submission.objects.exists()
    assert "13800000121" not in page
    done = university.post(reverse("accounts:import-annex"), {"sealed": sealed(answer)}, follow=True)
    assert "已导入并提交 1 份收集表" in done.content.decode()
    assert Submission.objects.get().unit == world["hnu-law-1201"]


def test_a_confirmation_sent_twice_hands_in_once(round, sign_in):
    university = sign_in("university")
    token = sealed(send(university, round, book(line(LAW1))))
    for _time in range(2):
        university.post(reverse("accounts:import-annex"), {"sealed": token})
    assert Submission.objects.get().attempt == 1


def test_somebody_elses_confirmation_is_worth_nothing(round, sign_in):
    token = sealed(send(sign_in("university"), round, book(line(LAW1))))
    for key in ("college", "outsider"):
        answer = sign_in(key).post(reverse("accounts:import-annex"), {"sealed": token}, follow=True)
        assert "请重新上传文件" in answer.content.decode()
    sign_in("university").post(reverse("accounts:import-annex"), {"sealed": token[:-4] + "AAAA"})
    assert not Submission.objects.exists()


def test_a_wrong_file_is_refused_beside_the_field(round, sign_in):
    answer = send(sign_in("university"), round, b"<html></html>", "表.xlsx")
    assert answer.status_code == 422
    assert "错误：" in answer.content.decode()


def test_who_fills_nothing_may_not_upload(round, sign_in):
    assert sign_in("auditor").get(PAGE).status_code == 403
    assert sign_in("nobody").get(PAGE).status_code == 403


def test_the_filled_annex_shows_masked_numbers_and_is_logged(round, world, cast, sign_in):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    answer = sign_in("university").get(reverse("accounts:download-annex", args=[round.pk, world["hnu"].pk]))
    workbook = load_workbook(io.BytesIO(answer.content))
    cells = [str(cell.value) for sheet in workbook for cells in sheet.iter_rows() for cell in cells]
    assert "wx_hnu_law_1201_1" in cells
    assert not [text for text in cells if MOBILE.search(text)]
    assert workbook["明细"]["B3"].value.endswith("海南大学团委/法学院团委/法学2012级1班团支部")
    assert AuditEntry.objects.get(verb="annex.downloaded").detail == {"rows": 1}
    assert "attachment" in answer["Content-Disposition"]


def test_ones_own_form_is_shown_in_full(round, world, cast, sign_in):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    answer = sign_in("secretary").get(reverse("accounts:download-annex", args=[round.pk, form.unit_id]))
    sheet = load_workbook(io.BytesIO(answer.content))["收集表"]
    assert sheet["I5"].value == form.rows.get().personal["admin_mobile"]


def test_the_empty_form_names_the_unit(round, world, sign_in):
    answer = sign_in("secretary").get(
        reverse("accounts:download-annex", args=[round.pk, world["hnu-law-1201"].pk]), {"empty": 1}
    )
    assert load_workbook(io.BytesIO(answer.content)).active["A2"].value == "填报单位：法学2012级1班团支部"


def test_a_foreign_units_annex_does_not_exist(round, world, sign_in):
    for key in ("outsider", "outside_secretary"):
        url = reverse("accounts:download-annex", args=[round.pk, world["hnu"].pk])
        assert sign_in(key).get(url).status_code == 404
    url = reverse("accounts:download-annex", args=[round.pk, world["hnu"].pk])
    assert sign_in("secretary").get(url).status_code == 404


def test_a_downloaded_annex_comes_back_unchanged(round, world, cast, sign_in):
    form = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    url = reverse("accounts:download-annex", args=[round.pk, form.unit_id])
    content = sign_in("secretary").get(url).content
    again = launch(world, cast, title="第二轮")
    found = seen(content, again, cast["secretary"])
    assert (found.errors, found.normalised) == ([], [])
    (back,) = found.forms
    row = form.rows.get()
    assert (back.rows[0].values, back.rows[0].personal) == (row.values, row.personal)


def test_a_draft_saved_after_the_preview_is_not_overwritten(round, world, cast, sign_in):
    """C3: the version is the one the preview saw, not the one of the moment of confirming."""
    university = sign_in("university")
    token = sealed(send(university, round, book(line(LAW1))))
    unit = world["hnu-law-1201"]
    collection.save_draft(
        round, unit, [row(unit, account_id="typed_by_hand")], version=0, by=cast["secretary"]
    )
    done = university.post(reverse("accounts:import-annex"), {"sealed": token}, follow=True).content.decode()
    assert "在别处保存过" in done
    form = Submission.objects.get()
    assert (form.status, form.rows.get().values["account_id"]) == ("draft", "typed_by_hand")


def test_the_preview_names_the_draft_that_it_replaces(round, world, cast, sign_in):
    unit = world["hnu-law-1201"]
    collection.save_draft(round, unit, [row(unit)], version=0, by=cast["secretary"])
    university = sign_in("university")
    answer = send(university, round, book(line(LAW1)))
    assert "已有草稿" in answer.content.decode()
    university.post(reverse("accounts:import-annex"), {"sealed": sealed(answer)})
    assert Submission.objects.get().status == "submitted"


def test_a_unit_exempted_after_the_preview_is_refused_in_words(round, world, cast, sign_in):
    university = sign_in("university")
    token = sealed(send(university, round, book(line(LAW1))))
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
    rounds.exempt(expected, reason="在外实习", by=cast["college"])
    for more in ({}, {"all_or_nothing": "1"}):
        data = {"sealed": token, **more}
        done = university.post(reverse("accounts:import-annex"), data, follow=True)
        assert "请重新上传文件" in done.content.decode()
    assert not Submission.objects.exists()
