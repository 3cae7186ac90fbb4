"""Closing units together and taking that back; `operations/tree.py` re-exports both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger, locks, placement, upper
from orgs.querysets.scope import Span, UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orgs.models import User


@transaction.atomic
def close_units(
    units: Iterable[OrgUnit],
    *,
    reason: str,
    by: User | None,
    at: datetime | None = None,
    version: int | None = None,
) -> list[OrgUnit]:
    """撤销: units leave operation together (a graduating cohort). What is open below must be in the same batch.

    Units closed before are passed over, so a repetition changes nothing. `at` is the moment of a larger operation,
    `version` that of the page on which a person closes one unit. Raises InvalidUnit, NotAllowed, Conflict.
    """
    locked = locks.lock_units(unit.pk for unit in units)
    closing = [unit for unit in locked.values() if unit.is_open]
    if not closing:
        return []
    placement.refuse_stranger_to_closing(by, closing)
    for unit in closing:
        placement.refuse_stale(unit, version)
    at = at or clock.now()
    today = clock.local(at).date()
    ids = [unit.pk for unit in closing]
    OrgUnit.objects.filter(pk__in=ids).update(is_open=False, closed_on=today, version=F("version") + 1)
    _refuse_open_below(ids)
    for unit in closing:
        unit.is_open, unit.closed_on, unit.version = False, today, unit.version + 1
    placement.record_placement(closing, at)
    upper.apply(change_of_closing(closing, reason=reason, by=by, at=at))
    ledger.record_many("unit.closed", closing, by=by, reason=reason)
    return closing


@transaction.atomic
def reopen_units(
    units: Iterable[OrgUnit], *, undoes: datetime, reason: str, by: User | None, at: datetime
) -> list[OrgUnit]:
    """撤回撤销: units that closed together at the moment `undoes` are in operation again, with what was closed with them.

    The operation that closed them says until when this may be done. Raises InvalidUnit, NotAllowed.
    """
    reopening = [unit for unit in locks.lock_units(unit.pk for unit in units).values() if not unit.is_open]
    if not reopening:
        return []
    placement.refuse_stranger_to_closing(by, reopening)
    _refuse_lost_place(reopening)
    ids = [unit.pk for unit in reopening]
    OrgUnit.objects.filter(pk__in=ids).update(is_open=True, closed_on=None, version=F("version") + 1)
    for unit in reopening:
        unit.is_open, unit.closed_on, unit.version = True, None, unit.version + 1
    placement.record_placement(reopening, at)
    upper.apply(change_of_reopening(reopening, undoes=undoes, reason=reason, by=by, at=at))
    ledger.record_many("unit.reopened", reopening, by=by, reason=reason)
    return reopening


def _refuse_lost_place(reopening: Sequence[OrgUnit]) -> None:
    """The superior must be open, and nobody open there may have taken the name meanwhile."""
    parents = {unit.parent_id for unit in reopening}
    if OrgUnit.objects.filter(pk__in=parents, is_open=False).exists():
        raise InvalidUnit(_("上级团组织已撤销，不能恢复。"))
    names = {(unit.parent_id, unit.name) for unit in reopening}
    siblings = OrgUnit.objects.in_operation().filter(
        parent_id__in=parents, name__in={name for _id, name in names}
    )
    taken = names.intersection(siblings.values_list("parent_id", "name"))
    if taken:
        raise InvalidUnit(_("“%(name)s”这个名称已被新的团组织使用，不能恢复。") % {"name": min(taken)[1]})


def change_of_closing(
    units: Sequence[OrgUnit], *, by: User | None, reason: str = "", at: datetime | None = None
) -> upper.Change:
    """The change that upper apps preview and apply when these units close."""
    return upper.Change(upper.Verb.CLOSE, _ids(units), _spans(units), None, by, reason, at)


def change_of_reopening(
    units: Sequence[OrgUnit],
    *,
    undoes: datetime,
    by: User | None,
    reason: str = "",
    at: datetime | None = None,
) -> upper.Change:
    """The change that upper apps preview and apply when a closing is taken back."""
    return upper.Change(upper.Verb.REOPEN, _ids(units), _spans(units), None, by, reason, at, undoes)


def _ids(units: Sequence[OrgUnit]) -> tuple[int, ...]:
    return tuple(unit.pk for unit in units)


def _spans(units: Sequence[OrgUnit]) -> UnitsInCharge:
    return UnitsInCharge(tuple(Span.of(unit) for unit in units))


def _refuse_open_below(closed_ids: Sequence[int]) -> None:
    """T10: a closed unit has nothing open below it."""
    left = OrgUnit.objects.in_operation().filter(parent__in=closed_ids).count()
    if left:
        raise InvalidUnit(_("还有 %(n)s 个在册的下级，请先调整或撤销下级，再撤销本级。") % {"n": left})
