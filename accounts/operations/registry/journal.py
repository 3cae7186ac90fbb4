"""What every door of the registry does beside the change itself: ask for the right, write event, version and ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.choices import EventKind
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
from orgs.operations import ledger

if TYPE_CHECKING:
    from accounts.models import Account, Group, Submission
    from orgs.models import OrgUnit, User

Changes = dict[str, list[Any]]


def ensure_may_edit(unit: OrgUnit, *, by: User | None, submission: Submission | None) -> None:
    """Either the person may edit this unit's registry, or an approved form of this very unit says so.

    `by` None is the system itself: tree operations and loaders.
    """
    if submission is not None:
        if submission.unit_id != unit.pk:
            raise NotAllowed
        return
    if by is not None and not permissions.may(by, permissions.EDIT_REGISTRY, unit):
        raise NotAllowed


def write_account(
    account: Account,
    kind: str,
    *,
    by: User | None,
    reason: str = "",
    submission: Submission | None = None,
    changes: Changes | None = None,
) -> RegistryEvent:
    """Version, event and ledger line of one change of an account."""
    facts = {name: getattr(account, name) for name in AccountVersion.FACTS}
    _version(AccountVersion, {"account_id": account.pk}, facts, is_new=kind == EventKind.OPENED)
    return _event(account, "account", kind, by=by, reason=reason, submission=submission, changes=changes)


def write_group(
    group: Group,
    kind: str,
    *,
    by: User | None,
    reason: str = "",
    submission: Submission | None = None,
    changes: Changes | None = None,
) -> RegistryEvent:
    """Version, event and ledger line of one change of a group."""
    facts = {name: getattr(group, name) for name in GroupVersion.FACTS}
    _version(GroupVersion, {"group_id": group.pk}, facts, is_new=kind == EventKind.OPENED)
    return _event(group, "group", kind, by=by, reason=reason, submission=submission, changes=changes)


def write_administratorship(
    term: Administratorship,
    kind: str,
    *,
    by: User | None,
    reason: str = "",
    submission: Submission | None = None,
    changes: Changes | None = None,
) -> RegistryEvent:
    """Version (open or closed), event and ledger line of one change of an administrator's term."""
    key = {"administratorship_id": term.pk}
    if term.ended_at is None:
        facts = {name: getattr(term, name) for name in AdministratorshipVersion.FACTS}
        _version(AdministratorshipVersion, key, facts, is_new=kind == EventKind.APPOINTED)
    else:
        versions.close(AdministratorshipVersion, key=key, at=clock.now())
    return _event(
        term, "administratorship", kind, by=by, reason=reason, submission=submission, changes=changes
    )


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


def _event(
    row: Account | Group | Administratorship,
    role: str,
    kind: str,
    *,
    by: User | None,
    reason: str,
    submission: Submission | None,
    changes: Changes | None,
) -> RegistryEvent:
    event = RegistryEvent.objects.create(
        unit_id=row.unit_id,
        kind=kind,
        at=clock.now(),
        by=by,
        reason=reason,
        submission=submission,
        changes=changes or {},
        **{role: row},
    )
    ledger.record(f"{role}.{kind}", row, by=by, reason=reason, event=event.pk)
    return event
