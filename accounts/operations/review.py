"""Decisions on a submitted form: approve, return, approve many, undo. One transition each, by compare-and-set (C3, C4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import UNDO_SECONDS, ReturnReason, StepKind, SubmissionStatus
from accounts.exceptions import AccountsError, RoundClosed
from accounts.models import CellReturn, Expected, ReviewStep, Submission
from accounts.operations import entry, form_rows
from accounts.operations.desks import Desks
from accounts.operations.review_turns import (
    Turn,
    add_step,
    ensure_may_enter,
    locked,
    stood_in,
    take_turn,
    taken_up,
    who_decided,
    write,
)
from orgs.choices import NotificationKind
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.kernel import clock
from orgs.models import Notification
from orgs.operations import ledger
from orgs.permissions import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

RETURNED = NotificationKind.SUBMISSION_RETURNED
APPROVED = NotificationKind.SUBMISSION_APPROVED
DECISIONS = (StepKind.APPROVED, StepKind.RETURNED)


@dataclass(frozen=True, slots=True)
class CellRemark:
    """One cell to fix and why."""

    position: int
    field: str
    remark: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A form that a bulk approval left alone, with the reason in words."""

    submission_id: int
    unit_name: str
    message: str


@dataclass(slots=True)
class BulkResult:
    """What a bulk approval did, or taking it back: the forms concerned, and those left alone."""

    approved: list[int] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


@transaction.atomic
def approve(submission_id: int, *, version: int, by: User) -> Submission:
    """Approve at this desk: up to the next occupied one, or, at the entry level, into the registry."""
    in_charge, desks = take_turn([submission_id], by=by), Desks()
    turn = taken_up(submission_id, version=version, by=by, in_charge=in_charge, desks=desks)
    return _approve(turn, by=by, desks=desks)


@transaction.atomic
def approve_many(ids_with_versions: Iterable[tuple[int, int]], *, by: User) -> BulkResult:
    """Approve the forms that were compared and raise no doubt; whatever changed meanwhile or needs a look is skipped and named."""
    result, picked = BulkResult(), sorted(ids_with_versions)
    in_charge, desks = take_turn((pk for pk, _version in picked), by=by), Desks()
    for submission_id, version in picked:  # one order of locks for everybody
        try:
            with transaction.atomic():
                turn = taken_up(submission_id, version=version, by=by, in_charge=in_charge, desks=desks)
                if not turn.form.checks:
                    raise AccountsError(_("这类表没有自动核对，请逐份审核。"))
                if turn.form.doubts:
                    raise AccountsError(_("有需核实的内容，请逐份审核。"))
                _approve(turn, by=by, desks=desks)
        except Submission.DoesNotExist:
            continue  # outside the person's scope: it does not exist for them
        except OrgsError as error:
            result.skipped.append(_skipped(submission_id, error))
        else:
            result.approved.append(submission_id)
    return result


@transaction.atomic
def return_submission(
    submission_id: int,
    *,
    version: int,
    by: User,
    reasons: Sequence[str] = (),
    remark: str = "",
    cells: Iterable[CellRemark] = (),
    accepted: Iterable[int] = (),
) -> Submission:
    """Send the form back to its unit, with at least one reason, remark or marked cell.

    `accepted`: positions of the rows that are right. They stay locked, and the registry waits until all rows are.
    """
    in_charge = take_turn([submission_id], by=by)
    turn = taken_up(submission_id, version=version, by=by, in_charge=in_charge, desks=Desks())
    submission, marked = turn.form, list(cells)
    chosen = [reason for reason in ReturnReason.values if reason in reasons]
    if not (chosen or remark.strip() or marked):
        raise AccountsError(_("退回必须说明理由：请选择至少一条理由，或填写说明。"))
    desk, now = turn.desk, clock.now()
    n_accepted = form_rows.accept(submission, accepted, ((c.position, c.field) for c in marked), at=now)
    submission.move_to(SubmissionStatus.RETURNED)
    submission.desk, submission.on_desk_since = None, None
    submission.remark, submission.return_reasons = remark.strip()[:400], chosen
    write(submission)
    CellReturn.objects.bulk_create(
        CellReturn(
            submission=submission, position=c.position, field=c.field, remark=c.remark[:200], returned_at=now
        )
        for c in marked
    )
    why = reason_text(submission)
    said = "；".join(each for each in (turn.words, why) if each)
    add_step(submission, StepKind.RETURNED, unit=desk, by=by, at=now, remark=said)
    facts = {"reasons": chosen, "cells": len(marked), "accepted": n_accepted} | stood_in(turn)
    ledger.record("submission.return", submission, by=by, unit=submission.unit, reason="", **facts)
    text = _("收集表被退回：%(why)s") % {"why": why}
    ledger.notify(submission.unit, RETURNED, text[:400], link=form_link(submission))
    return submission


@transaction.atomic
def undo(submission_id: int, *, by: User) -> Submission:
    """Take back one's own last decision within UNDO_SECONDS, as long as nobody has acted on it.

    What has entered the registry stays there: entries are events, and events are never taken back. Rows that a return
    taken back had opened again stay open: the reviewer looks at the whole form once more.
    """
    in_charge = take_turn([submission_id], by=by)
    return _undo(submission_id, by=by, in_charge=in_charge)


@transaction.atomic
def undo_many(submission_ids: Iterable[int], *, by: User) -> BulkResult:
    """Take back a bulk approval; what has gone further meanwhile, or entered the registry, is named."""
    result, picked = BulkResult(), sorted(set(submission_ids))
    in_charge = take_turn(picked, by=by)
    for submission_id in picked:
        try:
            with transaction.atomic():
                _undo(submission_id, by=by, in_charge=in_charge)
        except Submission.DoesNotExist:
            continue
        except OrgsError as error:
            result.skipped.append(_skipped(submission_id, error))
        else:
            result.approved.append(submission_id)
    return result


def _undo(submission_id: int, *, by: User, in_charge: UnitsInCharge) -> Submission:
    submission = locked(submission_id, in_charge)
    if not in_charge.allowing(REVIEW).covers(submission.unit):
        raise NotAllowed
    steps = list(submission.steps.select_related("unit").exclude(kind=StepKind.SAVED))
    last = steps[-1] if steps else None
    _may_undo(submission, last, by=by)
    assert last is not None  # noqa: S101 - said by _may_undo
    since = steps[-2].at if len(steps) > 1 else last.at
    if last.kind == StepKind.RETURNED:
        _withdraw_return(submission, last)
    submission.move_to(SubmissionStatus.SUBMITTED)
    submission.desk, submission.on_desk_since = last.unit, since
    desks = Desks()
    if not desks.has_a_say(submission):  # the unit has moved since, or the national office stood in
        submission.desk = desks.first(submission)
    write(submission)
    add_step(submission, StepKind.UNDONE, unit=last.unit, by=by, at=clock.now())
    ledger.record("submission.undo", submission, by=by, unit=submission.unit, undone=last.kind)
    return submission


def reason_text(submission: Submission) -> str:
    """The chosen reasons and the remark as the secretary reads them."""
    labels = [str(ReturnReason(value).label) for value in submission.return_reasons]
    return "；".join([*labels, *([submission.remark] if submission.remark else [])]) or _("见表中标出的内容")


def form_link(submission: Submission) -> str:
    """Where the unit fills and reads its form."""
    return reverse("accounts:fill", args=[submission.round_id])


def _approve(turn: Turn, *, by: User, desks: Desks) -> Submission:
    submission, now = turn.form, clock.now()
    above = desks.next(submission)
    if above is None:
        ensure_may_enter(submission)
    submission.move_to(SubmissionStatus.SUBMITTED if above else SubmissionStatus.APPROVED)
    submission.desk, submission.on_desk_since = above, now if above else None
    submission.approved_at = None if above else now
    write(submission)
    final = above is None
    add_step(submission, StepKind.APPROVED, unit=turn.desk, by=by, at=now, remark=turn.words, is_final=final)
    facts = {"final": final} | stood_in(turn)
    ledger.record("submission.approve", submission, by=by, unit=submission.unit, reason="", **facts)
    if final:
        entry.enter(submission, by=by)
        form_rows.forget(submission)
        ledger.notify(
            submission.unit, APPROVED, _("收集表已通过审核，已登记入库。"), link=form_link(submission)
        )
    return submission


def _skipped(submission_id: int, error: OrgsError) -> Skipped:
    name = Submission.objects.values_list("unit__name", flat=True).get(pk=submission_id)
    return Skipped(submission_id, name, error.message)


def _may_undo(submission: Submission, last: ReviewStep | None, *, by: User) -> None:
    if last is None or last.kind not in DECISIONS or last.by_id != by.pk:
        raise Conflict(who_decided(submission))
    if submission.round.closed_at is not None:
        raise RoundClosed
    if submission.status == SubmissionStatus.APPROVED:
        raise NotAllowed(_("数据已登记入库，不能撤销。如需更正，请由填报单位在下一次填报中重新提交。"))
    if clock.now() - last.at > timedelta(seconds=UNDO_SECONDS):
        raise NotAllowed(_("已超过可撤销的时间。如需更正，请联系现在的审核单位。"))
    if submission.saved_at is not None and submission.saved_at > last.at:
        raise Conflict(_("填报单位已开始修改，不能撤销。"))
    expected = Expected.objects.filter(round=submission.round_id, unit=submission.unit_id)
    if last.kind == StepKind.RETURNED and expected.exclude(exempt_reason="").exists():
        raise Conflict(_("该团组织已免报，不能撤销退回。"))


def _withdraw_return(submission: Submission, step: ReviewStep) -> None:
    """The return never was: its cells, accepted rows, reasons and message (with its mail) go, the step stays."""
    submission.cell_returns.filter(returned_at=step.at).delete()
    submission.rows.filter(accepted_at=step.at).update(accepted_at=None)
    Notification.objects.filter(
        unit=submission.unit, kind=RETURNED, link=form_link(submission), created_at__gte=step.at
    ).delete()
    submission.remark, submission.return_reasons = "", []
