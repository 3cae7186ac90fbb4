"""撤销导入: each form goes back to what stood before, as long as nobody has acted on it since; the others are named."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import BATCH_MOVES, BatchState, StepKind, SubmissionStatus
from accounts.exceptions import IllegalMove, RoundClosed
from accounts.models import CellReturn, ReviewStep, Submission, SubmissionRow, UploadBatch, UploadedForm
from accounts.operations.rounds import locked_round
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger, locks
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import User

BATCH = 500
RESTORED = (
    *("status", "note", "remark", "return_reasons", "attempt", "is_late", "receipt", "doubts"),
    *("checks", "filled_by", "submitted_at", "desk", "on_desk_since", "version"),
)


@transaction.atomic
def undo(batch: UploadBatch, *, by: User) -> list[str]:
    """Take the import back; returns the names of the units whose forms stay, as somebody has acted on them since.

    Trees and round are locked before any form, as in handing in: a round that is closed changes no more (F6).
    Raises NotAllowed for another person's import, RoundClosed, IllegalMove.
    """
    locks.lock_units(batch.forms.values_list("submission__unit_id", flat=True))
    round = locked_round(batch.round_id)
    locked = UploadBatch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    if locked.by_id != by.pk:
        raise NotAllowed
    if BatchState.UNDONE not in BATCH_MOVES[locked.state]:
        raise IllegalMove
    if round.closed_at is not None:
        raise RoundClosed(_("本次填报已结束，不能再撤销导入。如需更正，请联系上级团委。"))
    forms = list(locked.forms.order_by("submission_id"))
    ids = [each.submission_id for each in forms]
    found = Submission.objects.within(UnitsInCharge.of(by)).select_for_update(of=("self",)).filter(pk__in=ids)
    saved = {each.pk: each for each in found.select_related("unit")}
    free = [
        each
        for each in forms
        if (mine := saved.get(each.submission_id))
        and mine.version == each.version_after
        and mine.status == SubmissionStatus.SUBMITTED
    ]
    kept = [
        saved[each.submission_id].unit.name
        for each in forms
        if each not in free and each.submission_id in saved
    ]
    _restore([(each, saved[each.submission_id]) for each in free], by=by)
    locked.state, locked.undone_at = BatchState.UNDONE, clock.now()
    locked.report = {**locked.report, "kept": kept, "n_undone": len(free)}
    locked.save(update_fields=["state", "undone_at", "report"])
    ledger.record("upload.undone", locked, by=by, forms=len(free), kept=len(kept))
    return kept


def _restore(pairs: Sequence[tuple[UploadedForm, Submission]], *, by: User) -> None:
    ledger.record_many("submission.import_undone", [submission for _form, submission in pairs], by=by)
    begun = [(form.before, submission) for form, submission in pairs if form.before is not None]
    Submission.objects.filter(pk__in=[each.pk for form, each in pairs if form.before is None]).delete()
    now = clock.now()
    SubmissionRow.objects.filter(submission__in=[submission for _before, submission in begun]).delete()
    rows, open_again = [], []
    for before, submission in begun:
        _put_back(submission, before)
        open_again += before["open_returns"]
        rows += [_row(submission, at, each) for at, each in enumerate(before["rows"])]
    SubmissionRow.objects.bulk_create(rows, batch_size=BATCH)
    CellReturn.objects.filter(pk__in=open_again).update(fixed_at=None)
    Submission.objects.bulk_update([submission for _before, submission in begun], RESTORED, batch_size=BATCH)
    ReviewStep.objects.bulk_create(
        [
            ReviewStep(submission=each, kind=StepKind.WITHDRAWN, unit_id=each.unit_id, by=by, at=now)
            for _before, each in begun
        ],
        batch_size=BATCH,
    )


def _put_back(submission: Submission, before: dict[str, Any]) -> None:
    for name in ("status", "note", "remark", "return_reasons", "attempt", "is_late", "receipt", "doubts"):
        setattr(submission, name, before[name])
    submission.checks = before.get("checks", [])  # an import from before there were any has none
    submission.filled_by_id = before["filled_by"]
    moment = before["submitted_at"]
    submission.submitted_at = datetime.fromisoformat(moment) if moment else None
    submission.desk = submission.on_desk_since = None
    submission.version += 1


def _row(submission: Submission, at: int, before: dict[str, Any]) -> SubmissionRow:
    accepted_at = before["accepted_at"]
    return SubmissionRow(
        submission=submission,
        position=at,
        continues=before["continues"],
        values=before["values"],
        personal=before["personal"],
        account_id=before["account_id"],
        accepted_at=datetime.fromisoformat(accepted_at) if accepted_at else None,
    )
