"""What every door of the registry does beside the change itself: ask for the right, write event, version and ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accounts.choices import EventKind, HandedState
from accounts.exceptions import AccountsError
from accounts.models import (
    AccountVersion,
    Administratorship,
    AdministratorshipVersion,
    GroupVersion,
    RegistryEvent,
)
from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock, versions
from orgs.models import OrgUnit
from orgs.operations import ledger

if TYPE_CHECKING:
    from accounts.models import Account, Group, HandedAccount, Submission
    from orgs.models import User

Changes = dict[str, list[Any]]


def ensure_may_edit(
    unit: OrgUnit,
    *,
    by: User | None,
    submission: Submission | None,
    envelope: HandedAccount | None = None,
) -> None:
    """Either the person may edit this unit's registry, or an approved form of this very unit says so.

    `by` None is the system itself: tree operations and loaders. An account that was handed to this very unit and opened
    lets in who fills its form, for the one account that came in it (MS-3.2).
    """
    if submission is not None:
        if submission.unit_id != unit.pk:
            raise NotAllowed
        return
    if by is None or permissions.may(by, permissions.EDIT_REGISTRY, unit):
        return
    is_handed = envelope is not None and (envelope.unit_id, envelope.state) == (unit.pk, HandedState.OPENED)
    if not is_handed or unit.pk not in by.units_in_charge().allowing(permissions.FILL).own_unit_ids():
        raise NotAllowed


def ensure_in_operation(unit: OrgUnit, *, is_typed: bool, words: str) -> None:
    """A closed unit gets no channel any more, the one closed meanwhile neither (T10). Raises AccountsError with the words.

    What a person types waits for a closing under way; a form is under its own lock by then and only looks.
    """
    rows = OrgUnit.objects.select_for_update(of=("self",), no_key=True) if is_typed else OrgUnit.objects
    if not rows.get(pk=unit.pk).is_open:
        raise AccountsError(words)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written of one change: its kind, who made it and why, the form that says so, field -> [old, new]."""

    kind: str
    by: User | None
    reason: str = ""
    submission: Submission | None = None
    changes: Changes = field(default_factory=dict)


def write_account(account: Account, entry: Entry) -> RegistryEvent:
    """Version, event and ledger line of one change of an account."""
    facts = {name: getattr(account, name) for name in AccountVersion.FACTS}
    # A planned account has its version already when it opens: then the event names the change of status.
    is_new = entry.kind == EventKind.OPENED and not entry.changes
    _version(AccountVersion, {"account_id": account.pk}, facts, is_new=is_new)
    return _event(account, "account", entry)


def write_group(group: Group, entry: Entry) -> RegistryEvent:
    """Version, event and ledger line of one change of a group."""
    facts = {name: getattr(group, name) for name in GroupVersion.FACTS}
    _version(GroupVersion, {"group_id": group.pk}, facts, is_new=entry.kind == EventKind.OPENED)
    return _event(group, "group", entry)


def write_administratorship(term: Administratorship, entry: Entry) -> RegistryEvent:
    """Version (open or closed), event and ledger line of one change of an administrator's term."""
    key = {"administratorship_id": term.pk}
    if term.ended_at is None:
        facts = {name: getattr(term, name) for name in AdministratorshipVersion.FACTS}
        _version(AdministratorshipVersion, key, facts, is_new=entry.kind == EventKind.APPOINTED)
    else:
        versions.close(AdministratorshipVersion, key=key, at=clock.now())
    return _event(term, "administratorship", entry)


def difference(row: object, facts: dict[str, Any]) -> Changes:
    """field -> [old, new] of what the facts would change."""
    return {
        name: [plain(getattr(row, name)), plain(value)]
        for name, value in facts.items()
        if getattr(row, name) != value
    }


def plain(value: object) -> object:
    """A value as the event's JSON holds it."""
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def _version(
    model: type[versions.Version], key: dict[str, Any], facts: dict[str, Any], *, is_new: bool
) -> None:
    """What was made in this transaction has no version yet: nothing to look up, which an entry does for every row."""
    if is_new:
        model.objects.create(**key, **facts, valid_from=clock.now())
    else:
        versions.record(model, key=key, facts=facts, at=clock.now())


def _event(row: Account | Group | Administratorship, role: str, entry: Entry) -> RegistryEvent:
    event = RegistryEvent.objects.create(
        unit_id=row.unit_id,
        kind=entry.kind,
        at=clock.now(),
        by=entry.by,
        reason=entry.reason,
        submission=entry.submission,
        changes=entry.changes,
        **{role: row},
    )
    ledger.record(f"{role}.{entry.kind}", row, by=entry.by, reason=entry.reason, event=event.pk)
    return event
