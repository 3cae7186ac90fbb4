"""Channels of many units at once: closed with a graduating cohort, restored when that is taken back. Set-based throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.choices import AccountStatus, EventKind, GroupStatus
from accounts.exceptions import AccountsError
from accounts.models import (
    Account,
    AccountVersion,
    Administratorship,
    AdministratorshipVersion,
    Group,
    GroupVersion,
    RegistryEvent,
)
from orgs.kernel import clock, versions
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from accounts.querysets.accounts import AccountQuerySet
    from accounts.querysets.groups import GroupQuerySet

BATCH = 500
TERM_FIELDS = ("pk", "unit_id", "account_id", "group_id", "mobile_index")
Channel = Account | Group


@dataclass(frozen=True, slots=True)
class _Sort:
    """What accounts and groups call the same thing."""

    model: type[Account] | type[Group]
    version: type[AccountVersion] | type[GroupVersion]
    role: str
    closed: str


SORTS = (
    _Sort(Account, AccountVersion, "account", AccountStatus.CLOSED),
    _Sort(Group, GroupVersion, "group", GroupStatus.CLOSED),
)


def close_channels(unit_ids: Sequence[int], *, reason: str, at: datetime) -> None:
    """注销（解散）every open account and group of these units; the terms of their administrators end with them.

    For operations on the tree, which have asked for the right: the ledger of the unit names the person.
    """
    found: dict[str, list[Channel]] = {
        sort.role: list(_locked(sort).active().filter(unit_id__in=unit_ids).order_by("pk")) for sort in SORTS
    }
    _end_terms(unit_ids, found, reason=reason, at=at)
    for sort in SORTS:
        _close(sort, found[sort.role], reason=reason, at=at)


def restore_channels(unit_ids: Sequence[int], *, undoes: datetime, reason: str, at: datetime) -> None:
    """恢复: what `close_channels` closed at the moment `undoes` is as it was. Raises AccountsError for an account taken since."""
    closings = RegistryEvent.objects.filter(unit_id__in=unit_ids, at=undoes, kind=EventKind.CLOSED)
    for sort in SORTS:
        named = closings.filter(**{f"{sort.role}__isnull": False}).values_list(f"{sort.role}_id", "changes")
        statuses = {pk: changes["status"][0] for pk, changes in named}
        _restore(sort, statuses, reason=reason, at=at)
    _restore_terms(unit_ids, undoes, reason=reason, at=at)


def transfer_channels(unit_ids: Sequence[int], target_id: int, *, reason: str, at: datetime) -> None:
    """划转 every open account and group of merged units: each event counts once, in the receiving unit (metrics.md).

    Administrators in office go with their channel; that is no event of its own. Who kept the WeChat work of a merged
    unit as a whole leaves (SUP-2.2.2): the receiving unit has its own.
    """
    for sort in SORTS:
        channels: list[Channel] = list(_locked(sort).active().filter(unit_id__in=unit_ids).order_by("pk"))
        if not channels:
            continue
        changes: dict[int, dict[str, list[object]]] = {}
        for each in channels:
            changes[each.pk] = {"unit_id": [each.unit_id, target_id]}
            each.unit_id = target_id
        sort.model.objects.filter(pk__in=list(changes)).update(unit_id=target_id, version=F("version") + 1)
        _write(sort, channels, EventKind.TRANSFERRED, changes, reason=reason, at=at)
        _move_terms({f"{sort.role}_id__in": list(changes)}, target_id, at=at)
    _end_terms(unit_ids, {}, reason=reason, at=at)


def _move_terms(of_channels: dict[str, list[int]], target_id: int, *, at: datetime) -> None:
    in_office = Administratorship.objects.in_office().filter(**of_channels).select_for_update(of=("self",))
    terms = list(in_office.only(*TERM_FIELDS).order_by("pk"))
    Administratorship.objects.filter(pk__in=[term.pk for term in terms]).update(unit_id=target_id)
    for term in terms:
        term.unit_id = target_id
    facts = AdministratorshipVersion.FACTS
    rows = ((term.pk, {name: getattr(term, name) for name in facts}) for term in terms)
    versions.record_many(AdministratorshipVersion, "administratorship_id", rows, at)


def _locked(sort: _Sort) -> AccountQuerySet | GroupQuerySet:
    if sort.model is Group:
        return Group.objects.select_for_update(of=("self",))
    # The name of the person responsible is encrypted and of no concern here.
    return Account.objects.select_for_update(of=("self",)).defer("responsible_name")


def _close(sort: _Sort, channels: Sequence[Channel], *, reason: str, at: datetime) -> None:
    if not channels:
        return
    today = clock.local(at).date()
    changes: dict[int, dict[str, list[object]]] = {
        each.pk: {"status": [each.status, str(sort.closed)]} for each in channels
    }
    sort.model.objects.filter(pk__in=list(changes)).update(
        status=sort.closed, closed_on=today, version=F("version") + 1
    )
    for each in channels:
        each.status, each.closed_on = sort.closed, today
    _write(sort, channels, EventKind.CLOSED, changes, reason=reason, at=at)


def _restore(sort: _Sort, statuses: dict[int, str], *, reason: str, at: datetime) -> None:
    closed = _locked(sort).filter(pk__in=list(statuses), status=sort.closed)
    channels: list[Channel] = list(closed.order_by("pk"))
    if not channels:
        return
    if sort.model is Account:
        _refuse_taken([each for each in channels if isinstance(each, Account)])
    for status in set(statuses.values()):
        ids = [each.pk for each in channels if statuses[each.pk] == status]
        sort.model.objects.filter(pk__in=ids).update(status=status, closed_on=None, version=F("version") + 1)
    for each in channels:
        each.status, each.closed_on = statuses[each.pk], None
    changes: dict[int, dict[str, list[object]]] = {
        each.pk: {"status": [str(sort.closed), each.status]} for each in channels
    }
    _write(sort, channels, EventKind.RESTORED, changes, reason=reason, at=at)


def _refuse_taken(accounts: Sequence[Account]) -> None:
    """SECURITY: the refusal must not tell whose account it is now."""
    keys = {(each.platform_id, each.identifier_key) for each in accounts}
    active = Account.objects.active().filter(identifier_key__in={key for _platform, key in keys})
    if keys.intersection(active.values_list("platform_id", "identifier_key")):
        raise AccountsError(_("有账号已被重新登记，不能撤回。请先核实账号归属。"))


def _end_terms(
    unit_ids: Sequence[int], channels: dict[str, list[Channel]], *, reason: str, at: datetime
) -> None:
    concerned = Q(unit_id__in=unit_ids)
    for role, found in channels.items():
        concerned |= Q(**{f"{role}_id__in": [each.pk for each in found]})
    in_office = Administratorship.objects.in_office().filter(concerned).select_for_update(of=("self",))
    terms = list(in_office.only(*TERM_FIELDS).order_by("pk"))
    if not terms:
        return
    ids = [term.pk for term in terms]
    Administratorship.objects.filter(pk__in=ids).update(ended_at=at, end_reason=reason[:200])
    versions.close_many(AdministratorshipVersion, "administratorship_id", ids, at)
    _note("administratorship", terms, EventKind.ADMIN_REPLACED, {}, reason=reason, at=at)


def _restore_terms(unit_ids: Sequence[int], undoes: datetime, *, reason: str, at: datetime) -> None:
    ended = RegistryEvent.objects.filter(unit_id__in=unit_ids, at=undoes, kind=EventKind.ADMIN_REPLACED)
    in_question = Administratorship.objects.filter(
        pk__in=ended.values("administratorship_id"), ended_at=undoes, replaced_by__isnull=True
    )
    terms = list(in_question.select_for_update(of=("self",)).only(*TERM_FIELDS).order_by("pk"))
    if not terms:
        return
    ids = [term.pk for term in terms]
    Administratorship.objects.filter(pk__in=ids).update(ended_at=None, end_reason="")
    facts = AdministratorshipVersion.FACTS
    rows = ((term.pk, {name: getattr(term, name) for name in facts}) for term in terms)
    versions.record_many(AdministratorshipVersion, "administratorship_id", rows, at)
    _note("administratorship", terms, EventKind.RESTORED, {}, reason=reason, at=at)


def _write(
    sort: _Sort,
    channels: Sequence[Channel],
    kind: str,
    changes: dict[int, dict[str, list[object]]],
    *,
    reason: str,
    at: datetime,
) -> None:
    facts = sort.version.FACTS
    rows = ((each.pk, {name: getattr(each, name) for name in facts}) for each in channels)
    versions.record_many(sort.version, f"{sort.role}_id", rows, at)
    _note(sort.role, channels, kind, changes, reason=reason, at=at)


def _note(
    role: str,
    rows: Iterable[Channel | Administratorship],
    kind: str,
    changes: dict[int, dict[str, list[object]]],
    *,
    reason: str,
    at: datetime,
) -> None:
    """One event and one ledger line per row, as the door for a single one writes them."""
    listed = list(rows)
    RegistryEvent.objects.bulk_create(
        [
            RegistryEvent(
                unit_id=row.unit_id,
                kind=kind,
                at=at,
                by=None,
                reason=reason[:200],
                changes=changes.get(row.pk, {}),
                **{f"{role}_id": row.pk},
            )
            for row in listed
        ],
        batch_size=BATCH,
    )
    ledger.record_many(f"{role}.{kind}", listed, by=None, reason=reason)
