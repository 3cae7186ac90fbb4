"""Rounds: launch with its phases, expect a late unit, exempt one, close (UNI-3.3, WB-4)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.exceptions import AccountsError, RoundClosed
from accounts.models import CollectionRound, Expected, ExpectedVersion, RoundPhase, Submission
from accounts.operations.expected_list import expect_all, takes
from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock, versions
from orgs.models import IdempotencyKey, OrgUnit
from orgs.operations import ledger, locks
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import FieldList
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """One phase as it is launched: its intakes, its opening, its deadline (UNI-3.3)."""

    title: str
    opens_at: datetime
    deadline_at: datetime
    intake_years: Sequence[int] = ()
    excluded_intake_years: Sequence[int] = ()
    clause: str = ""


@transaction.atomic
def launch_round(
    unit: OrgUnit,
    *,
    title: str,
    field_list: FieldList,
    kinds: Sequence[str],
    by: User,
    intake_years: Sequence[int] = (),
    opens_at: datetime | None = None,
    deadline_at: datetime | None = None,
    phases: Sequence[PhasePlan] = (),
    entry_kind: str = "",
    clause: str = "",
    among: OrgUnitQuerySet | None = None,
    idempotency_key: str = "",
) -> CollectionRound:
    """发起: the list of units expected is fixed now; units founded later get their own clock by `expect`.

    With `phases` the round opens with the first and ends with the last of them. `among` narrows the units further than
    kinds and intakes do. The same key twice gives the one round: a second tap must not expect 100,000 forms again.
    """
    if not permissions.may(by, permissions.LAUNCH_ROUND, unit):
        raise NotAllowed
    opens_at, deadline_at = _period(opens_at, deadline_at, phases)
    locks.lock_units([unit.pk])  # what closes at this moment is not expected, or exempted with its closing
    claim = _claim(idempotency_key, by)
    if claim.location:
        return CollectionRound.objects.get(pk=claim.location.rpartition("/")[2])
    collection = CollectionRound.objects.create(
        title=title,
        field_list=field_list,
        unit=unit,
        kinds=list(kinds),
        intake_years=list(intake_years),
        clause=clause,
        opens_at=opens_at,
        deadline_at=deadline_at,
        entry_kind=entry_kind,
        launched_by=by,
        launched_at=clock.now(),
    )
    n_expected = expect_all(collection, _create_phases(collection, phases), by, among)
    claim.location = f"accounts.collectionround/{collection.pk}"
    claim.save(update_fields=["location"])
    ledger.record("round.launched", collection, by=by, unit=unit, n_expected=n_expected, n_phases=len(phases))
    return collection


@transaction.atomic
def expect(
    round: CollectionRound, unit: OrgUnit, *, by: User, deadline_at: datetime | None = None
) -> Expected:
    """A unit that was founded after the launch is expected too, in its phase, until its own deadline."""
    _ensure_may_run(round, by)
    unit = locks.lock_units([unit.pk])[unit.pk]
    round = locked_round(round.pk)
    if round.is_standing:
        raise AccountsError(_("日常变更不设应填单位，由团组织自行登记变更。"))
    if round.closed_at is not None:
        raise RoundClosed(_("本次填报已结束，不能再增加应填单位。"))
    if not UnitsInCharge.below(round.unit).covers(unit):
        raise AccountsError(_("该团组织不在发起单位的范围内，请重新选择。"))
    if not unit.is_open or unit.pk == round.unit_id:
        raise AccountsError(_("该团组织已撤销或是发起单位本身，不能列入应填，请重新选择。"))
    phase = phase_of(round, unit)
    until = deadline_at or (phase.deadline_at if phase else round.deadline_at)
    expected, is_new = Expected.objects.get_or_create(
        round=round, unit=unit, defaults={"deadline_at": until, "phase": phase}
    )
    if is_new:
        write_version(expected)
        ledger.record("expected.added", expected, by=by, unit=unit)
    return expected


@transaction.atomic
def exempt(expected: Expected, *, reason: str, by: User) -> Expected:
    """免报: a superior says that the unit need not fill in this round, and why. Raises NotAllowed for the own unit.

    Not once the form is handed in: what waits is reviewed or returned first, what is approved stays counted.
    """
    round = locked_round(expected.round_id)
    mine = Expected.objects.exemptable_by(by).select_for_update(of=("self",))
    found = mine.select_related("round", "unit").filter(pk=expected.pk).first()
    if found is None:
        raise NotAllowed(_("免报由上级团组织办理，本单位不能自行免报。"))
    expected = found
    if not reason.strip():
        raise AccountsError(_("请填写免报理由。"))
    if round.closed_at is not None:
        raise RoundClosed(_("本次填报已结束，不需要再办理免报。"))
    _refuse_handed_in(expected)
    expected.exempt_reason = reason.strip()[:200]
    expected.save(update_fields=["exempt_reason"])
    write_version(expected)
    ledger.record("expected.exempted", expected, by=by, reason=expected.exempt_reason)
    return expected


@transaction.atomic
def close_round(round: CollectionRound, *, by: User) -> CollectionRound:
    """结束: from now on nothing is submitted or reviewed; drafts stay readable."""
    _ensure_may_run(round, by)
    round = locked_round(round.pk)
    if round.closed_at is None:
        round.closed_at = clock.now()
        round.save(update_fields=["closed_at"])
        ledger.record("round.closed", round, by=by)
    return round


def locked_round(round_id: int) -> CollectionRound:
    """The round as it stands, locked: after the trees, before any form, expected unit or request of it.

    Handing in, deciding, exempting, extending and closing happen one after the other (F6).
    """
    return CollectionRound.objects.select_for_update().get(pk=round_id)


def handed_in_as(expected: Expected) -> str:
    """`submitted` or `approved` where the unit's form is in, else "". The round is locked, so that it stays so."""
    handed_in = (SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED)
    forms = Submission.objects.filter(round=expected.round_id, unit=expected.unit_id, status__in=handed_in)
    return str(forms.values_list("status", flat=True).first() or "")


def _refuse_handed_in(expected: Expected) -> None:
    status = handed_in_as(expected)
    if status == SubmissionStatus.APPROVED:
        raise AccountsError(_("收集表已通过审核并计入统计，不能再免报。"))
    if status:
        raise AccountsError(_("收集表已提交，正在审核。请先审核或退回，再办理免报。"))


def phase_of(round: CollectionRound, unit: OrgUnit) -> RoundPhase | None:
    """The phase a unit belongs to: the first that takes its intake; None in a round without phases.

    A unit that no phase takes (an intake nobody thought of) goes with the last one.
    """
    phases = list(round.phases.all())
    taking = (each for at, each in enumerate(phases) if takes(each, unit, is_first=at == 0))
    return next(taking, phases[-1] if phases else None)


def write_version(expected: Expected) -> None:
    """What the weekly close reads: until when the unit is expected, and whether at all, from now on."""
    facts = {"deadline_at": expected.deadline_at, "is_due": not expected.exempt_reason}
    versions.record(ExpectedVersion, key={"expected_id": expected.pk}, facts=facts, at=clock.now())


def _period(
    opens_at: datetime | None, deadline_at: datetime | None, phases: Sequence[PhasePlan]
) -> tuple[datetime, datetime]:
    if phases:
        opens_at = min(each.opens_at for each in phases)
        deadline_at = max(each.deadline_at for each in phases)
    if opens_at is None or deadline_at is None:
        raise AccountsError(_("请填写开始时间和截止时间。"))
    for begins, ends in [(opens_at, deadline_at), *((each.opens_at, each.deadline_at) for each in phases)]:
        if ends <= begins:
            raise AccountsError(_("截止时间应晚于开始时间，请更正。"))
    return opens_at, deadline_at


def _claim(key: str, by: User) -> IdempotencyKey:
    """The key, taken for this launch; with a `location` when it was answered before. A refused launch gives it back."""
    key = f"launch:{key or uuid.uuid4().hex}"[:64]
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=by, key=key, created_at=clock.now())
    except IntegrityError:
        return IdempotencyKey.objects.get(user=by, key=key)


def _create_phases(round: CollectionRound, plans: Sequence[PhasePlan]) -> list[RoundPhase]:
    return [
        RoundPhase.objects.create(
            round=round,
            position=position,
            title=plan.title,
            intake_years=list(plan.intake_years),
            excluded_intake_years=list(plan.excluded_intake_years),
            opens_at=plan.opens_at,
            deadline_at=plan.deadline_at,
            clause=plan.clause,
        )
        for position, plan in enumerate(plans, start=1)
    ]


def _ensure_may_run(round: CollectionRound, by: User) -> None:
    if not permissions.may(by, permissions.LAUNCH_ROUND, round.unit):
        raise NotAllowed
