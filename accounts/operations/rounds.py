"""Rounds: launch, expect a late unit, exempt one, close (UNI-3.3)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.exceptions import AccountsError, RoundClosed
from accounts.models import CollectionRound, Expected
from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import IdempotencyKey, OrgUnit
from orgs.operations import ledger
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import FieldList
    from orgs.models import User


@transaction.atomic
def launch_round(
    unit: OrgUnit,
    *,
    title: str,
    field_list: FieldList,
    kinds: Sequence[str],
    intake_years: Sequence[int] = (),
    opens_at: datetime,
    deadline_at: datetime,
    by: User,
    entry_kind: str = "",
    clause: str = "",
    idempotency_key: str = "",
) -> CollectionRound:
    """发起: the list of units expected is fixed now; units founded later get their own clock by `expect`.

    The same key twice gives the one round: a second tap must not expect 100,000 forms again.
    """
    if not permissions.may(by, permissions.LAUNCH_ROUND, unit):
        raise NotAllowed
    if deadline_at <= opens_at:
        raise AccountsError(_("截止时间应晚于开始时间，请更正。"))
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
    n_expected = _fix_expected(collection, by)
    if not n_expected:
        raise AccountsError(_("所选类型和年级没有团组织，请更正填报范围。"))
    claim.location = f"accounts.collectionround/{collection.pk}"
    claim.save(update_fields=["location"])
    ledger.record("round.launched", collection, by=by, unit=unit, n_expected=n_expected)
    return collection


@transaction.atomic
def expect(round: CollectionRound, unit: OrgUnit, *, deadline_at: datetime, by: User) -> Expected:
    """A unit that was founded after the launch is expected too, until its own deadline."""
    _ensure_may_run(round, by)
    expected, is_new = Expected.objects.get_or_create(
        round=round, unit=unit, defaults={"deadline_at": deadline_at}
    )
    if is_new:
        ledger.record("expected.added", expected, by=by, unit=unit)
    return expected


@transaction.atomic
def exempt(expected: Expected, *, reason: str, by: User) -> Expected:
    """免报: the unit need not fill in this round, and it is said why."""
    if not permissions.may(by, permissions.REMIND, expected.unit):
        raise NotAllowed
    if not reason.strip():
        raise AccountsError(_("请填写免报理由。"))
    if expected.round.closed_at is not None:
        raise RoundClosed(_("本次填报已结束，不需要再办理免报。"))
    expected.exempt_reason = reason.strip()[:200]
    expected.save(update_fields=["exempt_reason"])
    ledger.record("expected.exempted", expected, by=by, reason=expected.exempt_reason)
    return expected


@transaction.atomic
def close_round(round: CollectionRound, *, by: User) -> CollectionRound:
    """结束: from now on nothing is submitted or reviewed; drafts stay readable."""
    _ensure_may_run(round, by)
    round = CollectionRound.objects.select_for_update(of=("self",)).get(pk=round.pk)
    if round.closed_at is None:
        round.closed_at = clock.now()
        round.save(update_fields=["closed_at"])
        ledger.record("round.closed", round, by=by)
    return round


def _claim(key: str, by: User) -> IdempotencyKey:
    """The key, taken for this launch; with a `location` when it was answered before. A refused launch gives it back."""
    key = f"launch:{key or uuid.uuid4().hex}"[:64]
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=by, key=key, created_at=clock.now())
    except IntegrityError:
        return IdempotencyKey.objects.get(user=by, key=key)


def _fix_expected(round: CollectionRound, by: User) -> int:
    """One INSERT … SELECT: a province has 100,000 branches."""
    scope = UnitsInCharge.below(OrgUnit.objects.get(pk=round.unit_id))
    units = (
        OrgUnit.objects.within(scope)
        .actionable_by(by, permissions.LAUNCH_ROUND)
        .in_operation()
        .filter(kind__in=round.kinds)
        .exclude(pk=round.unit_id)
    )
    if round.intake_years:
        units = units.filter(Q(intake_year__in=round.intake_years) | Q(intake_year__isnull=True))
    chosen, parameters = units.order_by().values(chosen_id=F("pk")).query.sql_with_params()
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in ("round_id", "unit_id", "deadline_at", "exempt_reason"))
    statement = (
        f"INSERT INTO {quote(Expected._meta.db_table)} ({columns})"  # noqa: S608 - quoted names of the model
        f" SELECT %s, chosen.chosen_id, %s, '' FROM ({chosen}) chosen"
    )
    deadline_at = connection.ops.adapt_datetimefield_value(round.deadline_at)
    with connection.cursor() as cursor:
        cursor.execute(statement, [round.pk, deadline_at, *parameters])
        return int(cursor.rowcount)


def _ensure_may_run(round: CollectionRound, by: User) -> None:
    if not permissions.may(by, permissions.LAUNCH_ROUND, round.unit):
        raise NotAllowed
