"""Batches as jobs: large files, words that reach the person, forms handed in once, undo to what stood before, purge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import tasks
from accounts.choices import BatchState
from accounts.exceptions import RoundClosed
from accounts.models import Submission, SubmissionRow, UploadBatch, UploadedForm
from accounts.operations import batches, batches_undo, collection, review, rounds
from accounts.operations.handing_in import HandingIn, hand_in
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Job
from orgs.operations import jobs
from tests.accounts.forms import fresh, launch, row, submitted
from tests.accounts.test_upload_rows import LAW1, LAW2, book, line


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def by(cast):
    return cast["university"]


@pytest.fixture
def always_jobs(monkeypatch):
    """Every file counts as large."""
    monkeypatch.setattr(batches, "SMALL_BYTES", 0)
    monkeypatch.setattr(batches, "SMALL_ROWS", 0)


def received(round, world, by, *lines) -> UploadBatch:
    batch = batches.receive(book(*lines), "表.xlsx", round=round, unit=world["hnu"], by=by)
    return batches.start_check(batch, by=by)


def now(batch: UploadBatch) -> UploadBatch:
    return UploadBatch.objects.get(pk=batch.pk)


def test_a_large_file_is_checked_and_imported_by_jobs(round, world, by, always_jobs, sign_in):
    batch = received(round, world, by, line(LAW1, 1), line(LAW2, 2))
    assert batch.state == BatchState.CHECKING
    assert batch.job.params == {"batch_id": batch.pk}
    client, url = sign_in("university"), reverse("accounts:show-upload", args=[batch.pk])
    assert "正在检查" in client.get(url).content.decode()
    assert client.get(url, headers={"HX-Request": "true"}).content.decode().lstrip().startswith("<div")
    tasks.check_upload(batch.job_id)
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert now(batch).state == BatchState.CHECKED
    batch = batches.start_import(now(batch), by=by)
    assert batch.state == BatchState.IMPORTING
    tasks.import_upload(batch.job_id)
    assert (now(batch).state, now(batch).content, Submission.objects.count()) == (
        BatchState.IMPORTED,
        None,
        2,
    )
    assert Job.objects.get(pk=batch.job_id).result == {"forms": 2, "refused": 0}


def test_what_is_wrong_with_a_large_file_reaches_the_person_in_words(round, world, by, always_jobs, sign_in):
    batch = batches.receive(b"<html></html>", "表.xlsx", round=round, unit=world["hnu"], by=by)
    batch = batches.start_check(batch, by=by)
    tasks.check_upload(batch.job_id)
    assert now(batch).state == BatchState.FAILED
    page = sign_in("university").get(reverse("accounts:show-upload", args=[batch.pk])).content.decode()
    assert "网页文件" in page


def test_forms_handed_in_before_a_kill_are_not_handed_in_again(round, world, by, always_jobs):
    """The worker died after its first chunk: the rest is done by the next, nothing twice."""
    batch = received(round, world, by, line(LAW1, 1), line(LAW2, 2))
    tasks.check_upload(batch.job_id)
    batch = batches.start_import(now(batch), by=by)
    first = batches.forms_of(batch)[:1]
    hand_in(first, HandingIn(round, f"upload-{batch.pk}", by, batch))
    Job.objects.filter(pk=batch.job_id).update(
        state="running", attempts=1, heartbeat_at=clock.now() - timedelta(minutes=11)
    )
    tasks.import_upload(batch.job_id)
    assert now(batch).state == BatchState.IMPORTED
    assert sorted(Submission.objects.values_list("attempt", "version")) == [(1, 2), (1, 2)]
    assert UploadedForm.objects.filter(batch=batch).count() == 2


def test_what_was_called_off_goes_on_by_a_tap(round, world, cast, by, always_jobs, sign_in):
    """The check, and an import after its first forms: the page says so, and nothing is done twice."""
    client = sign_in("university")
    batch = received(round, world, by, line(LAW1, 1), line(LAW2, 2))
    called_off_and_resumed(client, batch, tasks.check_upload)
    batch = batches.start_import(now(batch), by=by)
    assert batch.state == BatchState.IMPORTING
    hand_in(batches.forms_of(batch)[:1], HandingIn(round, f"upload-{batch.pk}", by, batch))
    called_off_and_resumed(client, batch, tasks.import_upload)
    assert now(batch).state == BatchState.IMPORTED
    assert list(Submission.objects.values_list("attempt", "version")) == [(1, 2), (1, 2)]
    assert AuditEntry.objects.filter(verb="job.retried", by=by).count() == 2


def called_off_and_resumed(client, batch, task) -> None:
    url = reverse("accounts:show-upload", args=[batch.pk])
    jobs.cancel_job(batch.job)
    task(batch.job_id)
    assert now(batch).state == batch.state, "nobody works on it"
    assert "已被系统管理员取消" in client.get(url).content.decode()
    client.post(reverse("accounts:resume-upload", args=[batch.pk]))
    assert "请点“继续”" not in client.get(url).content.decode()
    task(batch.job_id)


def test_all_or_nothing_leaves_nothing(round, world, cast, by):
    batch = received(round, world, by, line(LAW1, 1), line(LAW2, 2))
    unit = world["hnu-law-1202"]
    collection.save_draft(round, unit, [row(unit)], version=0, by=by)
    batch = batches.start_import(batch, all_or_nothing=True, by=by)
    assert (batch.state, batch.content) == (BatchState.FAILED, None)
    assert "法学2012级2班团支部" in batch.message
    assert not Submission.objects.exclude(status="draft").exists()


def test_undo_puts_a_returned_form_back_as_it_was(round, world, cast, by):
    unit = world["hnu-law-1201"]
    form = submitted(round, unit, by=cast["secretary"])
    cells = [review.CellRemark(0, "contacts", "请核对")]
    review.return_submission(form.pk, version=form.version, cells=cells, by=cast["college"])
    before = fresh(form)
    rows = list(before.rows.values_list("values", "personal", "continues"))
    batch = batches.start_import(received(round, world, by, line(LAW1, 1)), by=by)
    assert fresh(form).status == "submitted"
    assert batches_undo.undo(batch, by=by) == []
    after = fresh(form)
    for name in (
        "status",
        "attempt",
        "desk_id",
        "filled_by_id",
        "submitted_at",
        "receipt",
        "doubts",
        "checks",
        "remark",
    ):
        assert getattr(after, name) == getattr(before, name), name
    assert list(after.rows.values_list("values", "personal", "continues")) == rows
    assert after.cell_returns.filter(fixed_at__isnull=True).count() == 1
    assert after.version > before.version
    review_again = collection.submit(
        round, unit, [row(unit)], version=after.version, idempotency_key="again", by=cast["secretary"]
    )
    assert review_again.attempt == 2


def test_a_form_changed_since_is_kept_and_named(round, world, cast, by):
    batch = batches.start_import(received(round, world, by, line(LAW1, 1), line(LAW2, 2)), by=by)
    form = Submission.objects.get(unit=world["hnu-law-1201"])
    review.approve(form.pk, version=form.version, by=cast["college"])
    assert batches_undo.undo(now(batch), by=by) == ["法学2012级1班团支部"]
    assert Submission.objects.get() == form
    assert now(batch).state == BatchState.UNDONE
    with pytest.raises(IllegalMove):
        batches_undo.undo(now(batch), by=by)


def test_an_import_into_a_closed_round_stays(round, world, cast, by, sign_in):
    batch = batches.start_import(received(round, world, by, line(LAW1, 1)), by=by)
    client, url = sign_in("university"), reverse("accounts:show-upload", args=[batch.pk])
    undo_url = reverse("accounts:undo-upload", args=[batch.pk])
    assert undo_url in client.get(url).content.decode()
    rounds.close_round(round, by=cast["province"])
    assert undo_url not in client.get(url).content.decode()
    with pytest.raises(RoundClosed, match="已结束，不能再撤销导入"):
        batches_undo.undo(now(batch), by=by)
    answer = client.post(undo_url, follow=True).content.decode()
    assert "已结束，不能再撤销导入" in answer
    assert (now(batch).state, Submission.objects.get().status) == (BatchState.IMPORTED, "submitted")


def test_only_the_uploader_steps_on(round, world, cast, by):
    batch = received(round, world, by, line(LAW1, 1))
    for step in (
        lambda: batches.start_import(batch, by=cast["college"]),
        lambda: batches.amend(batch, {}, by=cast["college"]),
        lambda: batches_undo.undo(batch, by=cast["college"]),
    ):
        with pytest.raises(NotAllowed):
            step()


def test_the_file_goes_after_a_day(round, world, by):
    batch = received(round, world, by, line(LAW1, 1))
    assert batches.purge() == 0
    UploadBatch.objects.update(created_at=clock.now() - timedelta(hours=25))
    tasks.purge_files()
    batch = now(batch)
    assert (batch.state, batch.content, batch.report) == (BatchState.FAILED, None, {})
    assert "重新上传" in batch.message


def test_nothing_personal_rests_in_plain_text(round, world, by, django_assert_max_num_queries):
    batch = received(round, world, by, line(LAW1, 1))
    assert b"13800000121" not in bytes(batch.content)
    assert "PK" not in bytes(batch.content)[:4].decode("latin1")
    assert SubmissionRow.objects.count() == 0
