"""扫描件: attached by the unit or the office, only ever an attachment, never exchanged, unknown to others."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from orgs.exceptions import NotAllowed
from orgs.kernel.sheets import FileRejected
from scoring.exceptions import NotReady
from scoring.models import SignedScan
from scoring.operations import scans
from tests.scoring.result_steps import PDF
from tests.scoring.sheet_steps import finalised

pytestmark = pytest.mark.django_db


@pytest.fixture
def final(sheets, week, cast):
    return finalised(sheets, cast)


def attached(sheet, cast, who="city", kind="sheet", data=PDF, name="盖章.pdf"):
    return scans.attach(sheet, kind, data, name, by=cast[who])


def test_a_scan_comes_back_as_it_was_and_the_same_one_is_kept_once(final, cast, sign_in):
    scan = attached(final, cast)
    assert attached(final, cast, who="province").pk == scan.pk
    answer = sign_in("city").get(reverse("scoring:download-scan", args=[scan.pk]))
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_sheet_is_scanned_once_it_is_final_the_report_before(sheets, cast):
    with pytest.raises(NotReady, match="定稿以后"):
        attached(sheets["qh"], cast)
    assert attached(sheets["qh"], cast, kind="report").pk


def test_nobody_else_attaches_and_a_foreign_scan_does_not_exist(final, cast, sign_in):
    for who in ("auditor", "township", "outsider", "sysadmin", "nobody"):
        with pytest.raises(NotAllowed):
            attached(final, cast, who=who)
    scan = attached(final, cast)
    address = reverse("scoring:download-scan", args=[scan.pk])
    assert [sign_in(who).get(address).status_code for who in ("outsider", "university", "sysadmin")] == [
        404,
        404,
        403,
    ]


def test_a_file_of_another_kind_is_refused_and_said_on_the_page(final, cast, sign_in):
    with pytest.raises(FileRejected):
        attached(final, cast, data=b"MZ", name="a.pdf")
    address = reverse("scoring:attach-scan", args=[final.pk])
    file = SimpleUploadedFile("a.pdf", b"MZ")
    answer = sign_in("city").post(address, {"scan-kind": "sheet", "scan-file": file})
    assert answer.status_code == 422
    answer = sign_in("city").post(
        address, {"scan-kind": "sheet", "scan-file": SimpleUploadedFile("盖章.pdf", PDF)}, follow=True
    )
    assert "盖章.pdf" in answer.content.decode()


def test_a_scan_is_never_exchanged(final, cast):
    scan = attached(final, cast)
    for change in (
        lambda: SignedScan.objects.filter(pk=scan.pk).update(stored_name="x"),
        scan.delete,
        scan.save,
    ):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            change()
