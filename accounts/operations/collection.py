"""Forms of a round: save a draft, submit (UNI-3.3, UNI-A). The round itself stands in rounds.py, changes in standing.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import EDITABLE, StepKind, SubmissionStatus
from accounts.exceptions import AccountsError, FormInvalid, NotYetOpen, RoundClosed
from accounts.field_lists import RowInput, check_rows, read_fields
from accounts.models import CollectionRound, Expected, ReviewStep, Submission, SubmissionRow
from accounts.operations import form_rows
from accounts.operations.desks import first_desk
from accounts.operations.form_facts import examined, note
from accounts.operations.prefill import registered_rows
from orgs import permissions
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import IdempotencyKey
from orgs.operations import ledger, locks
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import OrgUnit, User

# Where a row keeps which group of the registry it corrects; not the code of a field.
GROUP_ID = "group_id"
HANDED_IN = (
    *("status", "filled_by", "submitted_at", "on_desk_since", "is_late", "attempt", "version"),
    *("remark", "return_reasons", "receipt", "doubts", "checks", "desk"),
)


@transaction.atomic
def save_draft(
    round: CollectionRound,
    unit: OrgUnit,
    rows: Sequence[RowInput],
    *,
    version: int,
    note: str = "",
    by: User,
    page: str = "",
) -> Submission:
    """存草稿: keep what was typed, right or wrong, also after the round was closed.

    `version` is the one the page showed (0 = nothing saved yet); `page` names the open page, which may save again
    without having seen its own version. Raises Conflict when somebody else saved meanwhile: nothing is overwritten.
    """
    submission = locked(round, unit, by=by)
    if submission.status not in EDITABLE:
        raise IllegalMove(_("这份收集表已提交，不能再改。如需更正，请联系上级团委退回。"))
    own_page = bool(page) and submission.saved_from == page
    if version != submission.version and not own_page:
        raise Conflict(_("这份收集表刚刚在别处保存过。您填写的内容还在，请核对后再保存。"))
    submission.version += 1
    submission.note, submission.saved_at, submission.saved_from = note[:400], clock.now(), page[:32]
    submission.filled_by = by
    submission.save(update_fields=["version", "note", "saved_at", "saved_from", "filled_by"])
    write_rows(submission, rows)
    return submission


def submit(
    round: CollectionRound,
    unit: OrgUnit,
    rows: Sequence[RowInput] | None = None,
    *,
    version: int,
    idempotency_key: str,
    note: str | None = None,
    by: User,
    page: str = "",
) -> Submission:
    """提交: check, find what is to be verified, put the form on the first desk; the same key twice gives one receipt.

    `rows` None submits what is saved. Raises FormInvalid with every error at once, RoundClosed after the round was
    closed; what was typed is saved first either way.
    """
    answered = _answered(idempotency_key, round, unit, by)
    if answered is not None:
        return answered
    if rows is not None:
        saved = save_draft(round, unit, rows, version=version, note=note or "", by=by, page=page)
        version = saved.version
    return _submit_saved(round, unit, version=version, idempotency_key=idempotency_key, by=by)


@transaction.atomic
def _submit_saved(
    round: CollectionRound, unit: OrgUnit, *, version: int, idempotency_key: str, by: User
) -> Submission:
    # The tree is locked first: a form handed in while its unit moves goes to the new superior's desk, not the old one's.
    unit = locks.lock_units([unit.pk])[unit.pk]
    if not UnitsInCharge.of(by).allowing(permissions.FILL).covers(unit):
        raise NotAllowed
    ensure_exists(unit)
    # Locked before the form, so that nothing is submitted at or after the instant of closing.
    round = CollectionRound.objects.select_for_update(of=("self",)).get(pk=round.pk)
    if round.closed_at is not None:
        raise RoundClosed
    submission = locked(round, unit, by=by)
    answered = _answered(idempotency_key, round, unit, by)
    if answered is not None:
        return answered
    if submission.version != version:
        raise Conflict
    if submission.status not in EDITABLE:
        raise IllegalMove  # the table's step from submitted to submitted is the next desk's, not the unit's
    submission.move_to(SubmissionStatus.SUBMITTED)
    rows, errors = check_rows(read_fields(round.field_list.fields), rows_of(submission))
    if errors:
        raise FormInvalid(errors)
    _refuse_without_difference(submission, rows)
    write_rows(submission, rows)
    _hand_in(submission, rows, by=by)
    facts = {"location": _location(submission), "created_at": clock.now()}
    IdempotencyKey.objects.update_or_create(user=by, key=idempotency_key, defaults=facts)
    return submission


def rows_of(submission: Submission) -> list[RowInput]:
    """The saved rows in the form the check and the page take."""
    return [
        RowInput(
            form_rows.answers(row.values, GROUP_ID),
            form_rows.answers(row.personal),
            row.continues,
            row.account_id,
            row.values.get(GROUP_ID),
            row.pk if row.accepted_at else None,
        )
        for row in submission.rows.all()
    ]


def _hand_in(submission: Submission, rows: Sequence[RowInput], *, by: User) -> None:
    now = clock.now()
    deadline_at = Expected.objects.get(round=submission.round, unit=submission.unit).deadline_at
    submission.filled_by = by
    submission.submitted_at = submission.on_desk_since = now
    # Once late, always late: neither an extension nor a return takes the flag away.
    submission.is_late = submission.is_late or now >= deadline_at
    submission.attempt += 1
    submission.version += 1
    submission.remark, submission.return_reasons = "", []
    submission.receipt = submission.receipt or _receipt(submission)
    note(examined(submission, rows), submission)
    submission.desk = first_desk(submission)
    submission.save(update_fields=HANDED_IN)
    submission.cell_returns.filter(fixed_at__isnull=True).update(fixed_at=now)
    ReviewStep.objects.create(
        submission=submission, kind=StepKind.SUBMITTED, unit=submission.unit, by=by, at=now
    )
    ledger.record(
        "submission.submitted", submission, by=by, attempt=submission.attempt, is_late=submission.is_late
    )


def _receipt(submission: Submission) -> str:
    """Day and form; the second and later changes of a standing round are numbered."""
    n = submission.steps.filter(kind=StepKind.SUBMITTED).count() + 1
    number = f"{clock.local(clock.now()):%Y%m%d}-{submission.pk:06d}"
    return f"{number}-{n}" if submission.round.is_standing and n > 1 else number


def _refuse_without_difference(submission: Submission, rows: Sequence[RowInput]) -> None:
    """A change that changes nothing wastes a reviewer's time."""
    if not submission.round.is_standing:
        return
    fields = read_fields(submission.round.field_list.fields)
    registered, _errors = check_rows(fields, registered_rows(fields, submission.unit) or [RowInput({})])
    if registered == tuple(rows):
        raise AccountsError(_("与已登记的内容完全一致，没有需要提交的变更。"))


def ensure_open(expected: Expected) -> None:
    """Raises NotYetOpen before the unit's phase begins: until then the form is only read."""
    opens_at = expected.phase.opens_at if expected.phase else expected.round.opens_at
    if clock.now() < opens_at:
        raise NotYetOpen(
            _("本单位%(at)s开始填报，现在只能查看。") % {"at": f"{clock.local(opens_at):%m-%d %H:%M}"}
        )


def ensure_exists(unit: OrgUnit) -> None:
    """Raises AccountsError for a unit that was closed or merged: nothing of it can be registered any more (T10)."""
    if not unit.is_open:
        raise AccountsError(_("该团组织已撤销，不能再提交收集表，请联系上级团委。"))


def locked(round: CollectionRound, unit: OrgUnit, *, by: User) -> Submission:
    """The unit's form of this round, made on first use.

    Raises NotAllowed unless the person fills for the unit and the round expects it, NotYetOpen before its phase.
    """
    if not permissions.may(by, permissions.FILL, unit):
        raise NotAllowed
    expected = Expected.objects.due().select_related("phase", "round").filter(round=round, unit=unit).first()
    if expected is None:
        raise NotAllowed(_("本次填报不包括您所在的团组织，如有疑问请联系上级团委。"))
    ensure_open(expected)
    mine = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__field_list", "unit")
        .filter(round=round, unit=unit)
    )
    found = mine.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            Submission.objects.create(round=round, unit=unit, version=0, filled_by=by)
    except IntegrityError:
        pass  # somebody else made it in the same moment; theirs is taken up, and the version tells the rest
    return mine.get()


def write_rows(submission: Submission, rows: Sequence[RowInput]) -> None:
    """The form's rows anew; what a reviewer has accepted stays as it was, whatever was typed (partial approval)."""
    kept = {row.account_id for row in rows if row.account_id}
    own = set(submission.unit.accounts.filter(pk__in=kept).values_list("pk", flat=True)) if kept else set()
    kept = {row.group_id for row in rows if row.group_id}
    groups = set(submission.unit.groups.filter(pk__in=kept).values_list("pk", flat=True)) if kept else set()
    saved = list(submission.rows.all())
    placed = form_rows.with_accepted(submission, saved, rows)
    form_rows.make_room(submission, placed)
    SubmissionRow.objects.bulk_create(
        SubmissionRow(
            submission=submission,
            position=position,
            continues=each.row.continues and position > 0,
            # SECURITY: a posted id counts only for an account or a group of this very unit.
            values=each.row.values | ({GROUP_ID: each.row.group_id} if each.row.group_id in groups else {}),
            personal=each.row.personal,
            account_id=each.row.account_id if each.row.account_id in own else None,
        )
        for position, each in enumerate(placed)
        if each.kept is None
    )
    form_rows.remember_previous(submission, saved)


def _location(submission: Submission) -> str:
    return f"accounts.submission/{submission.pk}"


def _answered(key: str, round: CollectionRound, unit: OrgUnit, by: User) -> Submission | None:
    """This very form, if the person already submitted it with this key and it wasn't returned since."""
    known = IdempotencyKey.objects.filter(user=by, key=key).values_list("location", flat=True).first()
    if not known:
        return None
    forms = Submission.objects.select_related("round__field_list", "unit").exclude(status__in=EDITABLE)
    return forms.filter(pk=known.rpartition("/")[2], round=round, unit=unit).first()
