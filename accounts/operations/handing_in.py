"""Handing in many forms in one go: the effects of `collection.submit`, some twenty statements per 500 forms.

Standing rounds, and forms of which a reviewer has accepted rows, go one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Cast, Concat, LPad
from django.utils.translation import gettext as _

from accounts.choices import EDITABLE, StepKind, SubmissionStatus
from accounts.exceptions import AccountsError, FormInvalid, RoundClosed
from accounts.field_lists import check_rows, read_fields
from accounts.models import (
    CellReturn,
    CollectionRound,
    Expected,
    ReviewStep,
    Submission,
    SubmissionRow,
    UploadedForm,
)
from accounts.operations import collection, form_rows
from accounts.operations.collection import HANDED_IN
from accounts.operations.desks import Desks
from accounts.operations.form_facts import note
from accounts.operations.form_facts_many import DoubtsOfMany
from orgs.exceptions import Conflict, OrgsError
from orgs.kernel import clock
from orgs.models import IdempotencyKey
from orgs.operations import ledger, locks
from orgs.permissions import FILL
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from accounts.field_lists import RowInput
    from accounts.models import UploadBatch
    from accounts.operations.upload_found import UnitForm
    from orgs.models import User

CHUNK = 500  # forms of one transaction
BATCH = 500
RECEIPT_DIGITS = 6


@dataclass(slots=True)
class Imported:
    """What did happen."""

    submitted: list[int] = field(default_factory=list)
    refused: list[tuple[UnitForm, str]] = field(default_factory=list)  # (form, why)


@dataclass(frozen=True, slots=True)
class HandingIn:
    """For which round and batch, in whose name; `nonce` makes that each form is handed in once."""

    round: CollectionRound
    nonce: str
    by: User
    batch: UploadBatch | None = None

    def key(self, form: UnitForm) -> str:
        return f"{self.nonce}:{form.unit_id}"


@dataclass(slots=True)
class _Ready:
    """A form that may go in: what it expects, what is saved, what it says."""

    form: UnitForm
    expected: Expected
    saved: Submission | None
    rows: tuple[RowInput, ...]
    before: dict[str, Any] | None = None


def hand_in(
    forms: Iterable[UnitForm],
    task: HandingIn,
    *,
    all_or_nothing: bool = False,
    on_chunk: Callable[[int], object] | None = None,
) -> Imported:
    """Chunk by chunk, each its own transaction; or all in one, and then the first that is refused raises AccountsError.

    `on_chunk` hears after each chunk how many forms are through.
    """
    waiting, done = list(forms), Imported()
    if all_or_nothing:
        with transaction.atomic():
            for at in range(0, len(waiting), CHUNK):
                part = _chunk(waiting[at : at + CHUNK], task)
                if part.refused:
                    form, why = part.refused[0]
                    raise AccountsError(f"{form.unit_name}：{why}")
                done.submitted += part.submitted
        return done
    for at in range(0, len(waiting), CHUNK):
        part = _chunk(waiting[at : at + CHUNK], task)
        done.submitted += part.submitted
        done.refused += part.refused
        if on_chunk:
            on_chunk(min(at + CHUNK, len(waiting)))
    return done


def _chunk(forms: Sequence[UnitForm], task: HandingIn) -> Imported:
    try:
        return _hand_in_together(forms, task)
    except IntegrityError:
        return _hand_in_together(
            forms, task
        )  # somebody began one of the forms in the same moment; now it is seen


@transaction.atomic
def _hand_in_together(forms: Sequence[UnitForm], task: HandingIn) -> Imported:
    done = Imported()
    locks.lock_units(form.unit_id for form in forms)
    # Locked before the forms, so that nothing is submitted at or after the instant of closing.
    locked = CollectionRound.objects.select_for_update(of=("self",)).select_related("field_list")
    round = locked.get(pk=task.round.pk)
    if round.closed_at is not None:
        done.refused += [(form, RoundClosed().message) for form in forms]
        return done
    ready, apart = _sort_out(forms, round, task, done)
    if ready:
        done.submitted += _write(ready, round, task)
    for form, before in apart:
        try:
            done.submitted.append(_one(form, before, round, task))
        except OrgsError as error:
            done.refused.append((form, error.message))
    return done


def _sort_out(
    forms: Sequence[UnitForm], round: CollectionRound, task: HandingIn, done: Imported
) -> tuple[list[_Ready], list[tuple[UnitForm, dict[str, Any] | None]]]:
    """Which forms go in together, which one by one; the others are refused in words."""
    unit_ids = [form.unit_id for form in forms]
    may_fill = UnitsInCharge.of(task.by).allowing(FILL)  # read under the lock of the tree
    mine = Expected.objects.due().within(may_fill).filter(round=round, unit_id__in=unit_ids)
    # Kinds and phases are few: shared by all, not one for each form.
    mine = mine.select_related("unit").prefetch_related("unit__kind", "phase")
    expected = {each.unit_id: each for each in mine}
    for each in mine:
        each.round = round
    known = Submission.objects.select_for_update(of=("self",)).filter(round=round, unit_id__in=unit_ids)
    saved = {each.unit_id: each for each in known.prefetch_related("rows", "cell_returns")}
    keys = [task.key(form) for form in forms]
    answered = set(IdempotencyKey.objects.filter(user=task.by, key__in=keys).values_list("key", flat=True))
    fields = read_fields(round.field_list.fields)
    ready, apart = [], []
    for form in forms:
        mine_saved, its = saved.get(form.unit_id), expected.get(form.unit_id)
        if mine_saved and task.key(form) in answered and mine_saved.status not in EDITABLE:
            done.submitted.append(mine_saved.pk)
            continue
        try:
            if its is None:
                raise AccountsError(_("这个团组织已不在本次填报或您的管理范围内，请重新上传文件。"))
            rows = _checked(fields, form, its, mine_saved)
        except OrgsError as error:
            done.refused.append((form, error.message))
            continue
        before = _before(mine_saved)
        if round.is_standing or (mine_saved and any(row.accepted_at for row in mine_saved.rows.all())):
            apart.append((form, before))
        else:
            ready.append(_Ready(form, its, mine_saved, rows, before))
    return ready, apart


def _checked(
    fields: Sequence[Any], form: UnitForm, expected: Expected, saved: Submission | None
) -> tuple[RowInput, ...]:
    collection.ensure_exists(expected.unit)
    collection.ensure_open(expected)
    if saved and saved.status not in EDITABLE:
        raise AccountsError(_("这份收集表已提交，不能再改。如需更正，请联系上级团委退回。"))
    if form.version != (saved.version if saved else 0):
        raise AccountsError(_("检查文件之后，这份收集表在别处保存过，没有覆盖。请核对后重新上传。"))
    rows, errors = check_rows(fields, form.rows)
    if errors:
        raise AccountsError(_("表中还有需要更正的内容，请重新上传。"))
    return rows


def _write(ready: Sequence[_Ready], round: CollectionRound, task: HandingIn) -> list[int]:
    now = clock.now()
    fields = read_fields(round.field_list.fields)
    doubts = DoubtsOfMany(round, fields, {each.expected.unit: each.rows for each in ready})
    desks = Desks()
    desks.preload([each.expected.unit for each in ready])
    submissions: list[Submission] = []
    kept = []
    for each in ready:
        unit = each.expected.unit
        submission = each.saved or Submission(round=round, unit=unit, version=0)
        submission.round, submission.unit = round, unit
        kept.append(
            form_rows.previous_to_keep(submission, list(submission.rows.all())) if each.saved else None
        )
        _fill(submission, each, now, task.by)
        note(doubts.of(unit, each.rows), submission)
        submission.desk = desks.first(submission)
        submissions.append(submission)
    _save(submissions)
    _save_rows(submissions, ready, kept)
    _remember(submissions, ready, task, now)
    return [submission.pk for submission in submissions]


def _fill(submission: Submission, each: _Ready, now: datetime, by: User) -> None:
    """The same facts as saving and submitting leave."""
    submission.move_to(SubmissionStatus.SUBMITTED)
    submission.version += 2
    submission.note, submission.saved_at, submission.saved_from = "", now, ""
    submission.filled_by = by
    submission.submitted_at = submission.on_desk_since = now
    submission.is_late = submission.is_late or now >= each.expected.deadline_at
    submission.attempt += 1
    submission.remark, submission.return_reasons = "", []


def _save(submissions: Sequence[Submission]) -> None:
    new = [each for each in submissions if each.pk is None]
    old = [each for each in submissions if each.pk is not None]
    if old:
        Submission.objects.bulk_update(old, [*HANDED_IN, "note", "saved_at", "saved_from"], batch_size=BATCH)
        ids = [each.pk for each in old]
        SubmissionRow.objects.filter(submission_id__in=ids).delete()
        CellReturn.objects.filter(submission_id__in=ids, fixed_at__isnull=True).update(fixed_at=clock.now())
    Submission.objects.bulk_create(new, batch_size=BATCH)
    without = [each.pk for each in submissions if not each.receipt]
    number = Cast("pk", CharField(max_length=20))
    padded = Case(
        When(pk__lt=10**RECEIPT_DIGITS, then=LPad(number, RECEIPT_DIGITS, Value("0"))), default=number
    )
    day = Value(f"{clock.local(clock.now()):%Y%m%d}-")
    Submission.objects.filter(pk__in=without).update(receipt=Concat(day, padded))


def _save_rows(
    submissions: Sequence[Submission],
    ready: Sequence[_Ready],
    kept: Sequence[tuple[dict[str, Any], dict[str, Any]] | None],
) -> None:
    rows = []
    for submission, each, previous in zip(submissions, ready, kept, strict=True):
        for at, row in enumerate(each.rows):
            plain, personal = previous if previous and at == 0 else ({}, {})
            rows.append(
                SubmissionRow(
                    submission=submission,
                    position=at,
                    continues=row.continues and at > 0,
                    values=row.values | plain,
                    personal=row.personal | personal,
                )
            )
    SubmissionRow.objects.bulk_create(rows, batch_size=BATCH)


def _remember(
    submissions: Sequence[Submission], ready: Sequence[_Ready], task: HandingIn, now: datetime
) -> None:
    """The time line, the audit ledger, the keys against handing in twice, and what undo needs."""
    ReviewStep.objects.bulk_create(
        [
            ReviewStep(submission=each, kind=StepKind.SUBMITTED, unit_id=each.unit_id, by=task.by, at=now)
            for each in submissions
        ],
        batch_size=BATCH,
    )
    details: dict[int, dict[str, object]] = {
        each.pk: {"attempt": each.attempt, "is_late": each.is_late} for each in submissions
    }
    ledger.record_many("submission.submitted", submissions, by=task.by, details=details)
    IdempotencyKey.objects.bulk_create(
        [
            IdempotencyKey(
                user=task.by,
                key=task.key(each.form),
                location=f"accounts.submission/{submission.pk}",
                created_at=now,
            )
            for submission, each in zip(submissions, ready, strict=True)
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["user", "key"],
        update_fields=["location", "created_at"],
    )
    if task.batch is not None:
        UploadedForm.objects.bulk_create(
            [
                UploadedForm(
                    batch=task.batch,
                    submission=submission,
                    before=each.before,
                    version_after=submission.version,
                )
                for submission, each in zip(submissions, ready, strict=True)
            ],
            batch_size=BATCH,
        )


def _before(saved: Submission | None) -> dict[str, Any] | None:
    """What stands there now, so that it can be put back; None where nothing does."""
    if saved is None:
        return None
    return {
        "status": saved.status,
        "note": saved.note,
        "remark": saved.remark,
        "return_reasons": saved.return_reasons,
        "attempt": saved.attempt,
        "is_late": saved.is_late,
        "receipt": saved.receipt,
        "doubts": saved.doubts,
        "checks": saved.checks,
        "filled_by": saved.filled_by_id,
        "submitted_at": saved.submitted_at.isoformat() if saved.submitted_at else None,
        "open_returns": [each.pk for each in saved.cell_returns.all() if each.fixed_at is None],
        "rows": [
            {
                "values": row.values,
                "personal": row.personal or {},
                "continues": row.continues,
                "account_id": row.account_id,
                "accepted_at": row.accepted_at.isoformat() if row.accepted_at else None,
            }
            for row in saved.rows.all()
        ],
    }


@transaction.atomic
def _one(form: UnitForm, before: dict[str, Any] | None, round: CollectionRound, task: HandingIn) -> int:
    unit = Expected.objects.select_related("unit").get(round=round, unit_id=form.unit_id).unit
    try:
        done = collection.submit(
            round, unit, form.rows, version=form.version, idempotency_key=task.key(form), by=task.by
        )
    except Conflict as error:
        raise AccountsError(
            _("检查文件之后，这份收集表在别处保存过，没有覆盖。请核对后重新上传。")
        ) from error
    except FormInvalid as error:
        raise AccountsError(_("表中还有需要更正的内容，请重新上传。")) from error
    if task.batch is not None:
        facts = {"before": before, "version_after": done.version}
        UploadedForm.objects.update_or_create(batch=task.batch, submission=done, defaults=facts)
    return done.pk
