"""An uploaded file as a batch: received, checked, mended in place, imported, taken back. Its content stands encrypted.

Small files are done within the request, larger ones as jobs; what is wrong with a file as a whole stands in `message`.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import BATCH_MOVES, BatchState
from accounts.exceptions import AccountsError, IllegalMove
from accounts.field_lists import RowInput
from accounts.models import UploadBatch
from accounts.operations import upload, upload_report
from accounts.operations.handing_in import HandingIn, hand_in
from accounts.operations.upload_found import UnitForm
from orgs.exceptions import NotAllowed, OrgsError
from orgs.kernel import clock
from orgs.kernel.crypto import decrypt, encrypt
from orgs.kernel.sheets import FileRejected
from orgs.operations import jobs, ledger
from orgs.permissions import FILL, may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.excel.collection_reading import Reading
    from accounts.models import CollectionRound
    from orgs.models import Job, OrgUnit, User

CHECK, IMPORT = "accounts.check_upload", "accounts.import_upload"
SMALL_ROWS = 500  # more than this is a job's work
SMALL_BYTES = 200_000  # a file of 500 rows is half as large
KEPT_FOR = timedelta(days=1)
Edits = dict[str, dict[str, str]]  # "sheet\trow" -> field code or "unit" -> text


@transaction.atomic
def receive(data: bytes, filename: str, *, round: CollectionRound, unit: OrgUnit, by: User) -> UploadBatch:
    """Keep the file, encrypted. Raises FileRejected at once for one that is empty or too large."""
    if not may(by, FILL, unit):
        raise NotAllowed
    limit = settings.UPLOAD_LIMITS["bytes"]
    if not data:
        raise FileRejected("empty")
    if len(data) > limit:
        raise FileRejected("too_big", limit=limit // (1024 * 1024))
    batch = UploadBatch.objects.create(
        round=round,
        unit=unit,
        by=by,
        filename=filename[-200:],
        digest=hashlib.sha256(data).hexdigest(),
        content=encrypt(base64.b64encode(data).decode()).encode(),
        created_at=clock.now(),
    )
    ledger.record("upload.received", batch, by=by, unit=unit, bytes=len(data), digest=batch.digest)
    return batch


def start_check(batch: UploadBatch, *, by: User) -> UploadBatch:
    """Check a small file at once, a large one as a job."""
    content = _content(batch)
    if len(content) > SMALL_BYTES:
        return _enqueue_check(batch, by=by)
    return _checked(batch, content, by=by, most=SMALL_ROWS)


def _checked(batch: UploadBatch, content: bytes, *, by: User, most: int = 0) -> UploadBatch:
    """Read and check; with `most`, a file of more rows is left to a job."""
    try:
        reading = upload.read(content, batch.filename, round=batch.round)
        if most and len(reading.rows) > most:
            return _enqueue_check(batch, by=by)
        edits: Edits = batch.report.get("edits", {})
        reading.rows[:] = upload_report.amended(reading.rows, edits)
        found = upload.check(reading, round=batch.round, by=by)
    except (FileRejected, OrgsError) as error:
        return _fail(batch, error.message)
    return _keep(batch, upload_report.of(reading, found, edits), found.rows_total)


@transaction.atomic
def _keep(batch: UploadBatch, report: dict[str, Any], n_rows: int) -> UploadBatch:
    locked = _locked(batch)
    _move(locked, BatchState.CHECKED)
    locked.report, locked.rows_total, locked.message = report, n_rows, ""
    locked.accepted = sum(len(form["numbers"]) for form in report["forms"])
    locked.rejected = n_rows - locked.accepted
    locked.save(update_fields=["state", "report", "rows_total", "accepted", "rejected", "message"])
    ledger.record("upload.checked", locked, by=locked.by, rows=n_rows, rejected=locked.rejected)
    return locked


@transaction.atomic
def _enqueue_check(batch: UploadBatch, *, by: User) -> UploadBatch:
    # Each check of the file is a job of its own: the key goes on from the job before.
    batch.job = ledger.enqueue(CHECK, key=f"{CHECK}:{batch.pk}:{batch.job_id or 0}", by=by, batch_id=batch.pk)
    batch.save(update_fields=["job"])
    return batch


def run_check(job_id: int) -> None:
    """The job of a large file's check. What is wrong with the file is for the person, not a failure of the job."""
    ledger.run(job_id, _check_job)


def _check_job(job: Job) -> dict[str, object]:
    batch = UploadBatch.objects.select_related("round__field_list", "by").get(pk=job.params["batch_id"])
    if batch.state != BatchState.CHECKING:
        return {"rows": batch.rows_total}
    batch = _checked(batch, _content(batch), by=batch.by)
    ledger.progress(job, batch.rows_total, batch.rows_total)
    return {"rows": batch.rows_total, "rejected": batch.rejected}


def amend(batch: UploadBatch, edits: Mapping[str, Mapping[str, str]], *, by: User) -> UploadBatch:
    """Correct cells of rejected rows in place and check the whole file again. Blank texts change nothing."""
    with transaction.atomic():
        locked = _locked(batch)
        _ensure_own(locked, by)
        _move(locked, BatchState.CHECKING)
        kept: Edits = dict(locked.report.get("edits", {}))
        open_rows = upload_report.cells_to_mend(locked.report)
        for place, texts in edits.items():
            allowed = open_rows.get(place, frozenset())
            typed = {code: text[:200] for code, text in texts.items() if code in allowed and text.strip()}
            if typed:
                kept[place] = kept.get(place, {}) | typed
        locked.report = {**locked.report, "edits": kept}
        locked.save(update_fields=["state", "report"])
    return start_check(locked, by=by)


def start_import(batch: UploadBatch, *, all_or_nothing: bool = False, by: User) -> UploadBatch:
    """确认导入: the good forms, or all or nothing; a large file as a job."""
    with transaction.atomic():
        locked = _locked(batch)
        _ensure_own(locked, by)
        _move(locked, BatchState.IMPORTING)
        if all_or_nothing and locked.rejected:
            raise AccountsError(
                _("有错的行还没有更正，不能选“全部导入成功才算”。请先更正，或只导入没有错的。")
            )
        locked.all_or_nothing = all_or_nothing
        locked.save(update_fields=["state", "all_or_nothing"])
        if locked.rows_total > SMALL_ROWS:
            return _enqueue_import(locked, by=by)
    return _import(locked)


@transaction.atomic
def _enqueue_import(batch: UploadBatch, *, by: User) -> UploadBatch:
    batch.job = ledger.enqueue(IMPORT, key=f"{IMPORT}:{batch.pk}", by=by, batch_id=batch.pk)
    batch.save(update_fields=["job"])
    return batch


def resume(batch: UploadBatch, *, by: User) -> UploadBatch:
    """Ring again for a batch whose job has failed, was lost or called off; what is done stays done."""
    _ensure_own(batch, by)
    if batch.job is not None and batch.state in (BatchState.IMPORTING, BatchState.CHECKING):
        jobs.start_again(batch.job, by=by)
    if batch.state == BatchState.IMPORTING:
        return _enqueue_import(batch, by=by)
    if batch.state != BatchState.CHECKING:
        raise IllegalMove
    if batch.job is None:
        return start_check(batch, by=by)
    ledger.enqueue(CHECK, key=batch.job.key, by=by, batch_id=batch.pk)
    return batch


def run_import(job_id: int) -> None:
    """The job of a large import: 500 forms at a time; forms that were handed in before it was killed stay as they are."""
    ledger.run(job_id, _import_job)


def _import_job(job: Job) -> dict[str, object]:
    batch = UploadBatch.objects.select_related("round__field_list", "by").get(pk=job.params["batch_id"])
    if batch.state == BatchState.IMPORTING:
        batch = _import(batch, job)
    return {"forms": batch.forms.count(), "refused": len(batch.report.get("refused", []))}


def _import(batch: UploadBatch, job: Job | None = None) -> UploadBatch:
    forms = forms_of(batch)
    there = set(batch.forms.values_list("submission__unit_id", flat=True))
    waiting = [form for form in forms if form.unit_id not in there]
    n_before = len(forms) - len(waiting)

    def tell(n_done: int) -> None:
        if job is not None:
            ledger.progress(job, n_before + n_done, len(forms))

    tell(0)
    task = HandingIn(batch.round, f"upload-{batch.pk}", batch.by, batch)
    try:
        done = hand_in(waiting, task, all_or_nothing=batch.all_or_nothing, on_chunk=tell)
    except OrgsError as error:
        return _fail(batch, error.message)
    refused = [{"unit": form.unit_name, "rows": len(form.rows), "why": why} for form, why in done.refused]
    return _finish(batch, refused)


@transaction.atomic
def _finish(batch: UploadBatch, refused: list[dict[str, Any]]) -> UploadBatch:
    locked = _locked(batch)
    _move(locked, BatchState.IMPORTED)
    locked.report = {"errors": locked.report["errors"], "refused": refused}
    locked.content, locked.imported_at = None, clock.now()
    n_refused = sum(each["rows"] for each in refused)
    locked.accepted, locked.rejected = locked.accepted - n_refused, locked.rejected + n_refused
    locked.save(update_fields=["state", "report", "content", "imported_at", "accepted", "rejected"])
    n_forms = locked.forms.count()
    ledger.record("upload.imported", locked, by=locked.by, forms=n_forms, rejected=locked.rejected)
    return locked


@transaction.atomic
def _fail(batch: UploadBatch, message: str) -> UploadBatch:
    locked = _locked(batch)
    _move(locked, BatchState.FAILED)
    locked.message, locked.content, locked.report = message[:400], None, {}
    locked.save(update_fields=["state", "message", "content", "report"])
    ledger.record("upload.failed", locked, by=locked.by)
    return locked


@transaction.atomic
def purge() -> int:
    """Files and what was found in them go after a day; imported batches keep what undo needs."""
    old = UploadBatch.objects.filter(
        created_at__lt=clock.now() - KEPT_FOR,
        content__isnull=False,
        state__in=[BatchState.CHECKING, BatchState.CHECKED],
    )
    return old.update(
        state=BatchState.FAILED,
        content=None,
        report={},
        message=_("超过一天没有导入，文件已删除。如需导入，请重新上传。"),
    )


def forms_of(batch: UploadBatch) -> list[UnitForm]:
    """The checked forms of the report, ready to hand in."""
    return [
        UnitForm(
            each["unit_id"],
            each["unit_name"],
            tuple(RowInput(row["values"], row["personal"], row["continues"]) for row in each["rows"]),
            tuple((sheet, number) for sheet, number in each["numbers"]),
            each["version"],
        )
        for each in batch.report.get("forms", [])
    ]


def reading_of(batch: UploadBatch) -> Reading:
    """What the uploader's file says, with the corrections made on the page."""
    reading = upload.read(_content(batch), batch.filename, round=batch.round)
    reading.rows[:] = upload_report.amended(reading.rows, batch.report.get("edits", {}))
    return reading


def _content(batch: UploadBatch) -> bytes:
    if batch.content is None:
        raise AccountsError(_("文件已删除，请重新上传。"))
    return base64.b64decode(decrypt(bytes(batch.content).decode()))


def _locked(batch: UploadBatch) -> UploadBatch:
    rows = UploadBatch.objects.select_for_update(of=("self",))
    return rows.select_related("round__field_list", "unit", "by").get(pk=batch.pk)


def _move(batch: UploadBatch, state: str) -> None:
    if state not in BATCH_MOVES[batch.state]:
        raise IllegalMove
    batch.state = state


def _ensure_own(batch: UploadBatch, by: User) -> None:
    if batch.by_id != by.pk:
        raise NotAllowed
