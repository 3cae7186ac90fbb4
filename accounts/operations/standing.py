"""日常变更: between two rounds a unit sends a change, the same form prefilled; only the difference is reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import EDITABLE, NO_DEADLINE, StepKind, SubmissionStatus
from accounts.exceptions import AccountsError, RoundClosed
from accounts.field_lists import read_fields
from accounts.models import CollectionRound, Expected, ReviewStep
from accounts.operations.collection import ensure_exists, locked, write_rows
from accounts.operations.prefill import blank_row, registered_rows
from accounts.operations.rounds import write_version
from orgs import permissions
from orgs.choices import Kind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from accounts.models import FieldList, Submission
    from orgs.models import User

STARTED = (
    *("status", "version", "attempt", "note", "remark", "return_reasons", "doubts", "checks"),
    *(
        "desk",
        "on_desk_since",
        "receipt",
        "submitted_at",
        "approved_at",
        "is_late",
        "filled_by",
        "saved_at",
        "saved_from",
    ),
)
NOT_FILLING = (Kind.NATIONAL, Kind.PROVINCE)


@transaction.atomic
def open_standing(unit: OrgUnit, *, field_list: FieldList, by: User) -> CollectionRound:
    """The province's 日常变更 of a form: open all year, nobody is expected. The one that is open already is given back."""
    if not permissions.may(by, permissions.LAUNCH_ROUND, unit):
        raise NotAllowed
    if unit.kind_id != Kind.PROVINCE:
        raise AccountsError(_("日常变更由省级团委开通。"))
    OrgUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)  # two taps open one
    known = CollectionRound.objects.filter(
        unit=unit, is_standing=True, closed_at__isnull=True, field_list__code=field_list.code
    )
    if found := known.first():
        return found
    collection = CollectionRound.objects.create(
        title=_("日常变更：%(form)s") % {"form": field_list.title},
        field_list=field_list,
        unit=unit,
        kinds=[kind for kind in Kind.values if kind not in NOT_FILLING],
        opens_at=clock.now(),
        deadline_at=NO_DEADLINE,
        launched_by=by,
        launched_at=clock.now(),
        is_standing=True,
    )
    ledger.record("round.launched", collection, by=by, unit=unit, n_expected=0, is_standing=True)
    return collection


@transaction.atomic
def start_change(round: CollectionRound, unit: OrgUnit, *, by: User) -> Expected:
    """开始变更: the unit's form of the standing round, opened (again) and filled with what the registry holds now.

    A change that is still being written is given back as it is. Raises IllegalMove while one is under review.
    """
    fresh = CollectionRound.objects.select_for_update(of=("self",)).select_related("unit", "field_list")
    round = fresh.get(pk=round.pk)
    _ensure_may_start(round, unit, by=by)
    expected = _expected(round, unit)
    form = locked(round, unit, by=by)
    if form.status in EDITABLE and form.version:
        return expected
    if form.status == SubmissionStatus.SUBMITTED:
        raise IllegalMove(_("上一次变更还在审核，请等待结果后再登记新的变更。"))
    _open_again(form, by=by)
    fields = read_fields(round.field_list.fields)
    write_rows(form, registered_rows(fields, unit) or [blank_row(fields, unit=unit)])
    ledger.record("submission.started", form, by=by, unit=unit)
    return expected


def _ensure_may_start(round: CollectionRound, unit: OrgUnit, *, by: User) -> None:
    if unit.pk not in by.units_in_charge().allowing(permissions.FILL).own_unit_ids():
        raise NotAllowed
    ensure_exists(unit)
    if not round.is_standing:
        raise AccountsError(_("这不是日常变更，请在填报任务中填写。"))
    if round.closed_at is not None:
        raise RoundClosed(_("日常变更已停止受理，请联系上级团委。"))
    if unit.kind_id not in round.kinds or not UnitsInCharge.below(round.unit).covers(unit):
        raise NotAllowed(_("日常变更不包括您所在的团组织，请联系上级团委。"))


def _expected(round: CollectionRound, unit: OrgUnit) -> Expected:
    try:
        with transaction.atomic():
            expected, is_new = Expected.objects.get_or_create(
                round=round, unit=unit, defaults={"deadline_at": NO_DEADLINE}
            )
    except IntegrityError:
        return Expected.objects.get(round=round, unit=unit)
    if is_new:
        write_version(expected)
    return expected


def _open_again(form: Submission, *, by: User) -> None:
    """APPROVED -> DRAFT, which only a standing round allows; the time line of earlier changes stays."""
    now = clock.now()
    if form.status == SubmissionStatus.APPROVED:
        form.move_to(SubmissionStatus.DRAFT)
    form.version += 1
    form.attempt, form.note, form.remark, form.receipt = 0, "", "", ""
    form.return_reasons, form.doubts, form.checks = [], [], []
    form.desk, form.on_desk_since, form.submitted_at, form.approved_at = None, None, None, None
    form.is_late, form.filled_by, form.saved_at, form.saved_from = False, by, now, ""
    form.save(update_fields=STARTED)
    ReviewStep.objects.create(
        submission=form, kind=StepKind.SAVED, unit=form.unit, by=by, at=now, remark=_("开始变更")
    )
