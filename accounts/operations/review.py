"""Decisions on a submitted form: approve, return, approve many, undo. One transition each, by compare-and-set (C3, C4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import UNDO_SECONDS, ReturnReason, StepKind, SubmissionStatus
from accounts.exceptions import AccountsError, NotOnYourDesk, RoundClosed
from accounts.models import CellReturn, ReviewStep, Submission
from accounts.operations import entry
from accounts.operations.desks import Desks
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.kernel import clock
from orgs.models import Notification
from orgs.operations import ledger
from orgs.permissions import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orgs.models import OrgUnit, User
    from orgs.querysets.scope import UnitsInCharge

RETURNED = "submission_returned"
APPROVED = "submission_approved"
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
    """What a bulk approval did."""

    approved: list[int] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


@transaction.atomic
def approve(submission_id: int, *, version: int, by: User) -> Submission:
    """Approve at this desk: up to the next occupied one, or, at the entry level, into the registry."""
    submission = _taken_up(submission_id, version=version, by=by, in_charge=by.units_in_charge())
    return _approve(submission, by=by, desks=Desks())


@transaction.atomic
def approve_many(ids_with_versions: Iterable[tuple[int, int]], *, by: User) -> BulkResult:
    """Approve the forms without doubts; whatever changed meanwhile or needs a look is skipped and named."""
    result, desks, in_charge = BulkResult(), Desks(), by.units_in_charge()
    for submission_id, version in sorted(ids_with_versions):  # one order of locks for everybody
        try:
            with transaction.atomic():
                submission = _taken_up(submission_id, version=version, by=by, in_charge=in_charge)
                if submission.doubts:
                    raise AccountsError(_("有需核实的内容，请逐份审核。"))
                _approve(submission, by=by, desks=desks)
        except Submission.DoesNotExist:
            continue  # outside the person's scope: it does not exist for them
        except OrgsError as error:
            name = Submission.objects.values_list("unit__name", flat=True).get(pk=submission_id)
            result.skipped.append(Skipped(submission_id, name, error.message))
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
) -> Submission:
    """Send the form back to its unit, with at least one reason, remark or marked cell."""
    submission = _taken_up(submission_id, version=version, by=by, in_charge=by.units_in_charge())
    marked = list(cells)
    chosen = [reason for reason in ReturnReason.values if reason in reasons]
    if not (chosen or remark.strip() or marked):
        raise AccountsError(_("退回必须说明理由：请选择至少一条理由，或填写说明。"))
    desk, now = submission.desk, clock.now()
    submission.move_to(SubmissionStatus.RETURNED)
    submission.desk, submission.on_desk_since = None, None
    submission.remark, submission.return_reasons = remark.strip()[:400], chosen
    _write(submission)
    CellReturn.objects.bulk_create(
        CellReturn(
            submission=submission, position=c.position, field=c.field, remark=c.remark, returned_at=now
        )
        for c in marked
    )
    why = reason_text(submission)
    _step(submission, StepKind.RETURNED, unit=desk, by=by, at=now, remark=why)
    ledger.record(
        "submission.return", submission, by=by, unit=submission.unit, reasons=chosen, cells=len(marked)
    )
    text = _("收集表被退回：%(why)s") % {"why": why}
    ledger.notify(submission.unit, RETURNED, text[:400], link=form_link(submission))
    return submission


@transaction.atomic
def undo(submission_id: int, *, by: User) -> Submission:
    """Take back one's own last decision within UNDO_SECONDS, as long as nobody has acted on it.

    What has entered the registry stays there: entries are events, and events are never taken back.
    """
    in_charge = by.units_in_charge()
    submission = _locked(submission_id, in_charge)
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
    _write(submission)
    _step(submission, StepKind.UNDONE, unit=last.unit, by=by, at=clock.now())
    ledger.record("submission.undo", submission, by=by, unit=submission.unit, undone=last.kind)
    return submission


def reason_text(submission: Submission) -> str:
    """The chosen reasons and the remark as the secretary reads them."""
    labels = [str(ReturnReason(value).label) for value in submission.return_reasons]
    return "；".join([*labels, *([submission.remark] if submission.remark else [])]) or _("见表中标出的内容")


def form_link(submission: Submission) -> str:
    """Where the unit fills and reads its form."""
    return reverse("accounts:fill", args=[submission.round_id])


def _approve(submission: Submission, *, by: User, desks: Desks) -> Submission:
    desk, now = submission.desk, clock.now()
    above = desks.next(submission)
    submission.move_to(SubmissionStatus.SUBMITTED if above else SubmissionStatus.APPROVED)
    submission.desk, submission.on_desk_since = above, now if above else None
    submission.approved_at = None if above else now
    _write(submission)
    _step(submission, StepKind.APPROVED, unit=desk, by=by, at=now)
    ledger.record("submission.approve", submission, by=by, unit=submission.unit, final=above is None)
    if above is None:
        entry.enter(submission, by=by)
        ledger.notify(
            submission.unit, APPROVED, _("收集表已通过审核，已登记入库。"), link=form_link(submission)
        )
    return submission


def _locked(submission_id: int, in_charge: UnitsInCharge) -> Submission:
    return (
        Submission.objects.within(in_charge)
        .select_for_update(of=("self",))
        .select_related("round__field_list", "unit", "desk")
        .get(pk=submission_id)
    )


def _taken_up(submission_id: int, *, version: int, by: User, in_charge: UnitsInCharge) -> Submission:
    """The form, locked, if it still stands as the reviewer saw it and the reviewer may decide on it."""
    submission = _locked(submission_id, in_charge)
    if submission.version != version or submission.status != SubmissionStatus.SUBMITTED:
        raise Conflict(_who_decided(submission))
    desks = in_charge.allowing(REVIEW)
    if submission.desk_id not in desks.own_unit_ids() or not desks.covers(submission.unit):
        raise NotOnYourDesk
    if submission.filled_by_id == by.pk:
        raise NotAllowed(_("这份收集表由您本人填报，须由其他审核人审核。"))
    if submission.round.closed_at is not None:
        raise RoundClosed
    return submission


def _write(submission: Submission) -> None:
    """Compare-and-set: the row lock makes losing impossible on PostgreSQL, the version on every engine."""
    version = submission.version
    facts = ("status", "desk", "on_desk_since", "approved_at", "remark", "return_reasons")
    written = Submission.objects.filter(pk=submission.pk, version=version).update(
        version=version + 1, **{name: getattr(submission, name) for name in facts}
    )
    if written != 1:
        raise Conflict(_who_decided(submission))
    submission.version = version + 1


def _step(
    submission: Submission, kind: StepKind, *, unit: OrgUnit | None, by: User, at: datetime, remark: str = ""
) -> None:
    ReviewStep.objects.create(submission=submission, kind=kind, unit=unit, by=by, at=at, remark=remark[:400])


def _who_decided(submission: Submission) -> str:
    """Names who was first, so that the loser knows whom to ask."""
    last = submission.steps.exclude(kind=StepKind.SAVED).select_related("by", "unit").last()
    if last is None or last.by is None:
        return str(Conflict.default_message)
    return _("%(unit)s %(person)s 已于 %(time)s 办理（%(kind)s），请刷新页面查看。") % {
        "unit": last.unit.name,
        "person": last.by.display_name,
        "time": f"{clock.local(last.at):%m-%d %H:%M}",
        "kind": last.get_kind_display(),
    }


def _may_undo(submission: Submission, last: ReviewStep | None, *, by: User) -> None:
    if last is None or last.kind not in DECISIONS or last.by_id != by.pk:
        raise Conflict(_who_decided(submission))
    if submission.status == SubmissionStatus.APPROVED:
        raise NotAllowed(_("数据已登记入库，不能撤销。如需更正，请由填报单位在下一次填报中重新提交。"))
    if clock.now() - last.at > timedelta(seconds=UNDO_SECONDS):
        raise NotAllowed(_("已超过可撤销的时间。如需更正，请联系现在的审核单位。"))
    if submission.saved_at is not None and submission.saved_at > last.at:
        raise Conflict(_("填报单位已开始修改，不能撤销。"))


def _withdraw_return(submission: Submission, step: ReviewStep) -> None:
    """The return never was: its cells, its reasons and its message go, the step stays in the time line."""
    submission.cell_returns.filter(returned_at=step.at).delete()
    Notification.objects.filter(
        unit=submission.unit, kind=RETURNED, link=form_link(submission), created_at__gte=step.at
    ).delete()
    submission.remark, submission.return_reasons = "", []
