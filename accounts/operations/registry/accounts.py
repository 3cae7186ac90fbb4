"""Accounts: open, change, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import ACCOUNT_MOVES, AccountPurpose, AccountStatus, EventKind
from accounts.exceptions import AccountsError, AlreadyRegistered
from accounts.models import Account, Platform
from accounts.naming import clean_identifier, clean_text, identifier_key
from accounts.operations.registry import journal
from accounts.operations.registry.administrators import end_all_of
from orgs.exceptions import IllegalMove
from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Submission
    from orgs.models import OrgUnit, User

CHANGEABLE = frozenset(
    {"identifier", "nickname", "purpose", "status", "opened_on", "counted_on"}
    | {"contacts", "own_members", "declared_groups"}
)
COUNTS = ("contacts", "own_members", "declared_groups")


@transaction.atomic
def open_account(
    unit: OrgUnit,
    *,
    platform: str | Platform,
    identifier: str,
    by: User | None,
    nickname: str = "",
    contacts: int | None = None,
    own_members: int | None = None,
    declared_groups: int | None = None,
    opened_on: date | None = None,
    counted_on: date | None = None,
    purpose: str = AccountPurpose.ORGANISATION,
    status: str = AccountStatus.OPEN,
    submission: Submission | None = None,
    reason: str = "",
) -> Account:
    """开通: register an account of a unit (UNI-1.2.1). Raises AlreadyRegistered if anybody has it on this platform."""
    journal.ensure_may_edit(unit, by=by, submission=submission)
    counts = (contacts, own_members, declared_groups)
    account = Account(
        unit=unit,
        platform_id=platform if isinstance(platform, str) else platform.pk,
        identifier=clean_identifier(identifier),
        identifier_key=identifier_key(identifier),
        nickname=clean_text(nickname),
        contacts=contacts,
        own_members=own_members,
        declared_groups=declared_groups,
        opened_on=opened_on or clock.today(),
        counted_on=counted_on or (clock.today() if any(each is not None for each in counts) else None),
        purpose=purpose,
        status=status,
    )
    if not account.identifier_key:
        raise AccountsError(_("请填写微信号（账号）。"))
    _save_unique(account)
    journal.write_account(account, EventKind.OPENED, by=by, reason=reason, submission=submission)
    return account


@transaction.atomic
def change_account(
    account: Account, *, by: User | None, reason: str = "", submission: Submission | None = None, **facts: Any
) -> Account:
    """变更: set facts of an account; renamed if only the nickname differs. Nothing differs: nothing is written."""
    unknown = facts.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"not facts of an account: {sorted(unknown)}")
    journal.ensure_may_edit(account.unit, by=by, submission=submission)
    account = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    changes = journal.difference(account, _cleaned(facts))
    if not changes:
        return account
    _ensure_changeable(account, facts)
    _apply(account, _cleaned(facts), changes)
    kind = EventKind.RENAMED if set(changes) == {"nickname"} else EventKind.CHANGED
    journal.write_account(account, kind, by=by, reason=reason, submission=submission, changes=changes)
    return account


@transaction.atomic
def close_account(account: Account, *, reason: str, by: User | None) -> Account:
    """注销: the account is given up; the terms of its administrators end with it."""
    journal.ensure_may_edit(account.unit, by=by, submission=None)
    account = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    _ensure_move(account.status, AccountStatus.CLOSED)
    old = account.status
    account.status, account.closed_on = AccountStatus.CLOSED, clock.today()
    account.version += 1
    account.save(update_fields=["status", "closed_on", "version"])
    end_all_of(account=account, reason=reason, by=by)
    changes = {"status": [old, AccountStatus.CLOSED.value]}
    journal.write_account(account, EventKind.CLOSED, by=by, reason=reason, changes=changes)
    return account


def _cleaned(facts: dict[str, Any]) -> dict[str, Any]:
    clean = dict(facts)
    if "nickname" in clean:
        clean["nickname"] = clean_text(clean["nickname"])
    if "identifier" in clean:
        clean["identifier"] = clean_identifier(clean["identifier"])
    return clean


def _ensure_changeable(account: Account, facts: dict[str, Any]) -> None:
    if account.status in {AccountStatus.CLOSED, AccountStatus.MERGED}:
        raise IllegalMove(_("该账号已注销，不能变更。如需恢复使用，请重新登记。"))
    status = facts.get("status", account.status)
    if status in {AccountStatus.CLOSED, AccountStatus.MERGED}:
        raise IllegalMove(_("请用“注销”办理。"))
    if status != account.status:
        _ensure_move(account.status, status)


def _ensure_move(old: str, new: str) -> None:
    if new not in ACCOUNT_MOVES[old]:
        raise IllegalMove


def _apply(account: Account, facts: dict[str, Any], changes: journal.Changes) -> None:
    for name in changes:
        setattr(account, name, facts[name])
    account.identifier_key = identifier_key(account.identifier)
    if "counted_on" not in facts and any(name in changes for name in COUNTS):
        account.counted_on = clock.today()
    account.version += 1
    _save_unique(account, [*changes, "identifier_key", "counted_on", "version"])


def _save_unique(account: Account, update_fields: list[str] | None = None) -> None:
    """SECURITY: the refusal must not tell whose account it is."""
    try:
        with transaction.atomic():
            account.save(update_fields=update_fields)
    except IntegrityError as error:
        taken = Account.objects.active().filter(
            platform_id=account.platform_id, identifier_key=account.identifier_key
        )
        if taken.exclude(pk=account.pk).exists():
            raise AlreadyRegistered from error
        raise
