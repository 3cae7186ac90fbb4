"""Accounts: open, change, close, say that everything is still right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import ACCOUNT_MOVES, AccountStatus, EventKind
from accounts.exceptions import AccountsError, AlreadyRegistered
from accounts.identifiers import LONGEST, read_identifier
from accounts.models import Account, Platform
from accounts.naming import clean_text, identifier_key
from accounts.operations.registry import journal
from accounts.operations.registry.administrators import end_all_of
from orgs import permissions
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger

if TYPE_CHECKING:
    from accounts.models import HandedAccount, Submission
    from orgs.models import OrgUnit, User

COUNTS = ("contacts", "own_members", "declared_groups")
TEXTS = ("nickname", "responsible_name", "responsible_post")
PERSONAL = frozenset({"responsible_name"})
CHANGEABLE = frozenset(
    {"identifier", "purpose", "status", "opened_on", "counted_on", "is_verified", "follows_superior"}
).union(COUNTS, TEXTS)
OVER = frozenset({AccountStatus.CLOSED, AccountStatus.MERGED})


@transaction.atomic
def open_account(
    unit: OrgUnit,
    *,
    platform: str | Platform,
    identifier: str,
    by: User | None,
    submission: Submission | None = None,
    reason: str = "",
    envelope: HandedAccount | None = None,
    **facts: Any,
) -> Account:
    """登记: an account of a unit (UNI-1.2.1), opened or 筹备 (planned); `facts` as in `change_account`, `envelope` as handed out.

    Raises AlreadyRegistered if anybody has it on this platform. READING: planning an account opens none, its event is
    a change; the weekly figure counts it when it opens.
    """
    journal.ensure_may_edit(unit, by=by, submission=submission, envelope=envelope)
    _refuse_unknown(facts)
    platform = platform if isinstance(platform, Platform) else Platform.objects.get(pk=platform)
    is_typed = by is not None and submission is None
    if by is not None:
        journal.ensure_in_operation(unit, is_typed=is_typed, words=_("这个团组织已撤销，不能登记账号。"))
    if platform.is_historic and is_typed:
        raise AccountsError(_("%(platform)s已停止服务，不能再登记新账号。") % {"platform": platform.name})
    account = Account(unit=unit, platform=platform, **_cleaned(facts))
    account.identifier = _identifier(platform, identifier, is_typed=is_typed)
    account.identifier_key = identifier_key(account.identifier)
    is_planned = account.status == AccountStatus.PLANNED
    if not is_planned:
        account.opened_on = account.opened_on or clock.today()
    if account.counted_on is None and any(getattr(account, name) is not None for name in COUNTS):
        account.counted_on = clock.today()
    _save_unique(account, by=by)
    changes: journal.Changes = {"status": [None, AccountStatus.PLANNED.value]} if is_planned else {}
    kind = EventKind.CHANGED if is_planned else EventKind.OPENED
    entry = journal.Entry(kind, by=by, reason=reason, submission=submission, changes=changes)
    journal.write_account(account, entry)
    return account


@transaction.atomic
def change_account(
    account: Account,
    *,
    by: User | None,
    version: int | None = None,
    reason: str = "",
    submission: Submission | None = None,
    envelope: HandedAccount | None = None,
    **facts: Any,
) -> Account:
    """变更: set facts of an account; renamed if only the nickname differs. Nothing differs: nothing is written.

    `version` is the one the person has seen; raises Conflict if somebody has saved since. `envelope` is what the account
    came in, if it is put in use.
    """
    _refuse_unknown(facts)
    journal.ensure_may_edit(account.unit, by=by, submission=submission, envelope=envelope)
    account = locked(account, version)
    facts = _cleaned(facts)
    if "identifier" in facts:
        is_typed = by is not None and submission is None and facts["identifier"] != account.identifier
        facts["identifier"] = _identifier(account.platform, facts["identifier"], is_typed=is_typed)
    changes = journal.difference(account, facts)
    if not changes:
        return account
    _ensure_changeable(account, facts)
    kind = _kind(account, changes)
    _apply(account, facts, changes, by=by)
    # SECURITY: the event says that a person's name changed, never what it is.
    told = {name: [None, None] if name in PERSONAL else values for name, values in changes.items()}
    entry = journal.Entry(kind, by=by, reason=reason, submission=submission, changes=told)
    journal.write_account(account, entry)
    return account


@transaction.atomic
def close_account(account: Account, *, reason: str, by: User | None, version: int | None = None) -> Account:
    """注销: the account is given up; the terms of its administrators end with it."""
    journal.ensure_may_edit(account.unit, by=by, submission=None)
    return end(locked(account, version), AccountStatus.CLOSED, reason=reason, by=by)


@transaction.atomic
def confirm_account(account: Account, *, by: User) -> Account:
    """信息无误: what stands here is still right. No change, so no event; the ledger says who said so.

    Those who fill the unit's form may say so too: they know the account.
    """
    in_charge = by.units_in_charge()
    verbs = (permissions.EDIT_REGISTRY, permissions.FILL)
    if not any(in_charge.allowing(verb).covers(account.unit) for verb in verbs):
        raise NotAllowed
    account = locked(account)
    if account.status in OVER:
        raise IllegalMove(_("该账号已注销，不用再确认。"))
    if account.confirmed_on != clock.today():
        account.confirmed_on = clock.today()
        account.save(update_fields=["confirmed_on"])
        ledger.record("account.confirmed", account, by=by)
    return account


def locked(account: Account, version: int | None = None) -> Account:
    """The row for a change; raises Conflict if it is not the version the person has seen. For this package."""
    # No join: PostgreSQL finds no row any more where a join's column changed while the lock was waited for.
    fresh = Account.objects.select_for_update().get(pk=account.pk)
    # The right was asked for the unit the person saw; it may be another's by now.
    has_moved = fresh.unit_id != account.unit_id
    if has_moved or (version is not None and fresh.version != version):
        raise Conflict
    return fresh


def end(
    account: Account,
    status: AccountStatus,
    *,
    reason: str,
    by: User | None,
    changes: journal.Changes | None = None,
) -> Account:
    """The account is closed or merged, its administrators' terms end. The caller has the lock and the right."""
    ensure_move(account.status, status)
    told = {"status": [account.status, status.value], **(changes or {})}
    account.status, account.closed_on = status, clock.today()
    account.version += 1
    account.save(update_fields=["status", "closed_on", "merged_into", "version"])
    end_all_of(account=account, reason=reason, by=by)
    journal.write_account(account, journal.Entry(EventKind.CLOSED, by=by, reason=reason, changes=told))
    return account


def ensure_move(old: str, new: str) -> None:
    """Raises IllegalMove where the table of moves does not list the step."""
    if new not in ACCOUNT_MOVES[old]:
        raise IllegalMove


def _refuse_unknown(facts: dict[str, Any]) -> None:
    unknown = facts.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"not facts of an account: {sorted(unknown)}")


def _cleaned(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: clean_text(value or "") if name in TEXTS else value for name, value in facts.items()}


def _identifier(platform: Platform, text: str, *, is_typed: bool) -> str:
    """The id; what a person types at the registry itself must look like one, a form has been reviewed."""
    reading = read_identifier(platform, text)
    is_unusable = not 0 < len(reading.identifier) <= LONGEST
    if reading.problem and (is_typed or is_unusable):
        raise AccountsError(reading.problem)
    return reading.identifier


def _kind(account: Account, changes: journal.Changes) -> EventKind:
    if account.status == AccountStatus.PLANNED and changes.get("status", ["", ""])[1] == AccountStatus.OPEN:
        return EventKind.OPENED
    return EventKind.RENAMED if set(changes) == {"nickname"} else EventKind.CHANGED


def _ensure_changeable(account: Account, facts: dict[str, Any]) -> None:
    if account.status in OVER:
        raise IllegalMove(_("该账号已注销，不能变更。如需恢复使用，请重新登记。"))
    status = facts.get("status", account.status)
    if status in OVER:
        raise IllegalMove(_("请用“注销”办理。"))
    if status != account.status:
        ensure_move(account.status, status)


def _apply(account: Account, facts: dict[str, Any], changes: journal.Changes, *, by: User | None) -> None:
    if changes.get("status", ["", ""])[0] == AccountStatus.PLANNED and not facts.get("opened_on"):
        account.opened_on = clock.today()
    for name in changes:
        setattr(account, name, facts[name])
    account.identifier_key = identifier_key(account.identifier)
    if "counted_on" not in facts and any(name in changes for name in COUNTS):
        account.counted_on = clock.today()
    account.version += 1
    _save_unique(account, [*changes, "identifier_key", "opened_on", "counted_on", "version"], by=by)


def _save_unique(account: Account, update_fields: list[str] | None = None, *, by: User | None) -> None:
    """SECURITY: the refusal tells whose account it is only to those who see that unit."""
    try:
        with transaction.atomic():
            account.save(update_fields=update_fields)
    except IntegrityError as error:
        taken = Account.objects.active().exclude(pk=account.pk)
        taken = taken.filter(platform_id=account.platform_id, identifier_key=account.identifier_key)
        if not taken.exists():
            raise
        seen = taken.visible_to(by).select_related("unit").first() if by else None
        if seen is None:
            raise AlreadyRegistered from error
        message = _("该账号已登记在%(unit)s，请核对是否填错；确需变更归属的，请办理划转。")
        raise AlreadyRegistered(message % {"unit": seen.unit.name}) from error
