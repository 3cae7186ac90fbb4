"""The upload pages: check first, correct in place, then confirm; nothing foreign, nothing unmasked; undo."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Expected, Submission, UploadBatch
from accounts.operations import collection, review, rounds
from accounts.pages import uploads
from orgs.models import AuditEntry
from tests.accounts.forms import launch, row
from tests.accounts.test_upload_rows import LAW1, LAW2, book, line, seen

PAGE = reverse("accounts:upload-annex")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def send(client, round, data: bytes, name: str = "收集表.xlsx"):
    return client.post(PAGE, {"round": round.pk, "file": SimpleUploadedFile(name, data)}, follow=True)


def step(client, name: str, **data):
    """One of the buttons of the newest file's page."""
    batch = UploadBatch.objects.order_by("-pk").first()
    return client.post(reverse(f"accounts:{name}", args=[batch.pk]), data, follow=True)


def test_a_file_is_checked_first_and_handed_in_on_confirmation(round, world, sign_in):
    university = sign_in("university")
    page = send(university, round, book(line(LAW1, 1), line(LAW2, 2, 手机="1380000"))).content.decode()
    assert "第 3 行" in page
    assert "只导入没有错的" in page
    assert not Submission.objects.exists()
    assert "13800000121" not in page
    done = step(university, "import-upload").content.decode()
    assert "导入结果" in done
    assert "第 3 行" in done
    assert "11 位数字" in done
    assert "1380000" not in done
    assert Submission.objects.get().unit == world["hnu-law-1201"]
    batch = UploadBatch.objects.get()
    assert (batch.state, batch.content, batch.accepted, batch.rejected) == ("imported", None, 1, 1)


def test_the_check_lists_what_will_go_in_beside_what_will_not(round, sign_in, monkeypatch):
    lines = [line(LAW1, 1), line(LAW2, 2), line("没有的团支部", 3)]
    page = send(sign_in("university"), round, book(*lines)).content.decode()
    good = page[page.index('id="good"') : page.index('id="wrong"')]
    assert "2 行，2 份收集表" in good
    assert "<details" not in good
    assert "法学2012级1班团支部" in good
    assert "Sheet 第 2 行" in good
    assert "没有的团支部" not in good
    monkeypatch.setattr(uploads, "FORMS_OPEN", 1)
    page = sign_in("university").get(reverse("accounts:show-upload", args=[UploadBatch.objects.get().pk]))
    good = page.content.decode()
    assert good.index("<details") < good.index("2 行，2 份收集表") < good.index("法学2012级1班团支部")


def test_without_a_good_row_the_check_says_so(round, sign_in):
    page = send(sign_in("university"), round, book(line("没有的团支部"))).content.decode()
    assert "没有可导入的收集表" in page
    assert "只导入没有错的" not in page


def test_a_confirmation_sent_twice_hands_in_once(round, sign_in):
    university = sign_in("university")
    send(university, round, book(line(LAW1)))
    for _time in range(2):
        step(university, "import-upload")
    assert Submission.objects.get().attempt == 1


def test_somebody_elses_file_does_not_exist(round, sign_in):
    send(sign_in("university"), round, book(line(LAW1)))
    pk = UploadBatch.objects.get().pk
    for key in ("college", "outsider", "province"):
        assert sign_in(key).get(reverse("accounts:show-upload", args=[pk])).status_code == 404
        assert sign_in(key).get(reverse("accounts:download-rejected", args=[pk])).status_code == 404
        assert sign_in(key).post(reverse("accounts:import-upload", args=[pk])).status_code == 404
    assert not Submission.objects.exists()


def test_a_wrong_file_is_refused_beside_the_field(round, sign_in):
    answer = send(sign_in("university"), round, b"<html></html>", "表.xlsx")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "错误：" in page
    assert "网页文件" in page
    assert UploadBatch.objects.get().content is None


def test_an_empty_and_a_huge_file_are_refused_before_they_are_kept(round, sign_in, settings):
    settings.UPLOAD_LIMITS = settings.UPLOAD_LIMITS | {"bytes": 2000}
    assert send(sign_in("university"), round, b"x" * 2001).status_code == 422
    assert send(sign_in("university"), round, b"").status_code == 422
    assert not UploadBatch.objects.exists()


def test_who_fills_nothing_may_not_upload(round, sign_in):
    assert sign_in("auditor").get(PAGE).status_code == 403
    assert sign_in("nobody").get(PAGE).status_code == 403


def test_a_cell_is_corrected_on_the_page_and_the_file_checked_again(round, world, sign_in):
    university = sign_in("university")
    page = send(university, round, book(line(LAW1, 1), line(LAW2, 2, 手机="1380000"))).content.decode()
    assert 'name="cell|Sheet\t3|admin_mobile"' in page
    again = step(university, "amend-upload", **{"cell|Sheet\t3|admin_mobile": "13800000122"}).content.decode()
    assert "有错的行" not in again
    step(university, "import-upload", all_or_nothing="1")
    form = Submission.objects.get(unit=world["hnu-law-1202"])
    assert form.rows.get().personal["admin_mobile"] == "13800000122"
    assert Submission.objects.count() == 2


def test_only_wrong_cells_can_be_corrected_on_the_page(round, sign_in):
    university = sign_in("university")
    send(university, round, book(line(LAW1, 1), line(LAW2, 2, 手机="1380000")))
    step(
        university,
        "amend-upload",
        **{"cell|Sheet\t3|account_nickname": "改了", "cell|Sheet\t2|admin_mobile": "13800000999"},
    )
    step(university, "import-upload")
    assert Submission.objects.get().rows.get().personal["admin_mobile"] == "13800000121"


def test_a_wrong_unit_is_corrected_on_the_page(round, world, sign_in):
    university = sign_in("university")
    page = send(university, round, book(line("没有这个团支部", 1))).content.decode()
    assert 'name="cell|Sheet\t2|unit"' in page
    step(university, "amend-upload", **{"cell|Sheet\t2|unit": LAW1})
    step(university, "import-upload", all_or_nothing="1")
    assert Submission.objects.get().unit == world["hnu-law-1201"]


def test_the_rejected_rows_come_as_uploaded_with_the_reason_and_go_back_in(round, cast, sign_in):
    university = sign_in("university")
    send(university, round, book(line(LAW1, 1), line(LAW2, 2, 手机="1380000")))
    answer = university.get(reverse("accounts:download-rejected", args=[UploadBatch.objects.get().pk]))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    captions = [cell.value for cell in sheet[1]]
    values = dict(zip(captions, (cell.value for cell in sheet[2]), strict=True))
    assert sheet.max_row == 2
    assert values["微信管理员-手机"] == "1380000"
    assert "手机" in values["错误说明"]
    sheet.cell(2, captions.index("微信管理员-手机") + 1).value = "13800000122"
    out = io.BytesIO()
    sheet.parent.save(out)
    assert seen(out.getvalue(), round, cast["university"]).accepted == 1
    assert AuditEntry.objects.get(verb="upload.rejected_downloaded").detail == {"rows": 1}


def test_a_draft_saved_after_the_preview_is_not_overwritten(round, world, cast, sign_in):
    """C3: the version is the one the preview saw, not the one of the moment of confirming."""
    university = sign_in("university")
    send(university, round, book(line(LAW1)))
    unit = world["hnu-law-1201"]
    collection.save_draft(
        round, unit, [row(unit, account_id="typed_by_hand")], version=0, by=cast["secretary"]
    )
    assert "在别处保存过" in step(university, "import-upload").content.decode()
    form = Submission.objects.get()
    assert (form.status, form.rows.get().values["account_id"]) == ("draft", "typed_by_hand")


def test_the_preview_names_the_draft_that_it_replaces(round, world, cast, sign_in):
    unit = world["hnu-law-1201"]
    collection.save_draft(round, unit, [row(unit)], version=0, by=cast["secretary"])
    university = sign_in("university")
    assert "已有草稿" in send(university, round, book(line(LAW1))).content.decode()
    step(university, "import-upload")
    assert Submission.objects.get().status == "submitted"


def test_a_unit_exempted_after_the_preview_is_refused_in_words(round, world, cast, sign_in):
    university = sign_in("university")
    files = [book(line(LAW1)), book(line(LAW1))]
    for data in files:
        send(university, round, data)
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
    rounds.exempt(expected, reason="在外实习", by=cast["college"])
    for batch, more in zip(UploadBatch.objects.all(), ({}, {"all_or_nothing": "1"}), strict=True):
        url = reverse("accounts:import-upload", args=[batch.pk])
        assert "请重新上传文件" in university.post(url, more, follow=True).content.decode()
    assert not Submission.objects.exists()


def test_an_import_is_taken_back_but_not_what_somebody_has_acted_on(round, world, cast, sign_in):
    university = sign_in("university")
    send(university, round, book(line(LAW1, 1), line(LAW2, 2)))
    step(university, "import-upload", all_or_nothing="1")
    form = Submission.objects.get(unit=world["hnu-law-1202"])
    review.return_submission(form.pk, version=form.version, remark="请核对", by=cast["college"])
    page = step(university, "undo-upload").content.decode()
    assert "已撤销这次导入" in page
    assert "法学2012级2班团支部" in page
    assert Submission.objects.get().unit == world["hnu-law-1202"]
    assert "不能办理这一步" in step(university, "undo-upload").content.decode()


def test_the_page_lists_ones_own_files(round, sign_in):
    send(sign_in("university"), round, book(line(LAW1)), "本校.xlsx")
    assert "本校.xlsx" in sign_in("university").get(PAGE).content.decode()
    assert "本校.xlsx" not in sign_in("college").get(PAGE).content.decode()
