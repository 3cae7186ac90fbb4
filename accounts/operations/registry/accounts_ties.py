"""Ties between accounts: bound to one on another platform (MS-2.1), successor of an older one (WB-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import EventKind
from accounts.exceptions import AccountsError
from accounts.models import Account
from accounts.operations.registry import journal
from accounts.operations.registry.accounts import OVER, locked
from orgs.exceptions import IllegalMove

if TYPE_CHECKING:
    from orgs.models import User

LONGEST_CHAIN = 20


@transaction.atomic
def bind_account(
    account: Account, to: Account | None, *, by: User | None, reason: str = "", version: int | None = None
) -> Account:
    """绑定: posts of the one appear in the other, an account of the same unit on another platform; None unbinds."""
    account = _editable(account, by=by, version=version)
    if to is not None:
        if to.unit_id != account.unit_id or to.platform_id == account.platform_id:
            raise AccountsError(_("只能绑定本单位在其他平台的账号。"))
        if to.status in OVER:
            raise AccountsError(_("要绑定的账号已注销，请另选账号。"))
        if to.bound_to_id == account.pk:
            raise AccountsError(_("两个账号已经绑定。"))
    return _tie(account, "bound_to", to, by=by, reason=reason)


@transaction.atomic
def succeed_account(
    account: Account, old: Account | None, *, by: User | None, reason: str = "", version: int | None = None
) -> Account:
    """接续: this account continues an older one, which may go on for a while or be closed; None takes it back."""
    account = _editable(account, by=by, version=version)
    if old is not None:
        journal.ensure_may_edit(old.unit, by=by, submission=None)
        if _is_in_chain(account, old):
            raise AccountsError(_("接续关系不能首尾相接，请另选账号。"))
        if Account.objects.filter(succeeds=old).exclude(pk=account.pk).exists():
            raise AccountsError(_("这个账号已经有接续的账号，请核对。"))
    return _tie(account, "succeeds", old, by=by, reason=reason)


@transaction.atomic
def tie_account(
    account: Account,
    *,
    bound_to: Account | None,
    succeeds: Account | None,
    by: User | None,
    version: int | None = None,
) -> Account:
    """绑定和接续 as one form has them: both or neither."""
    account = bind_account(account, bound_to, by=by, version=version)
    return succeed_account(account, succeeds, by=by)


def _editable(account: Account, *, by: User | None, version: int | None) -> Account:
    journal.ensure_may_edit(account.unit, by=by, submission=None)
    account = locked(account, version)
    if account.status in OVER:
        raise IllegalMove(_("该账号已注销，不能变更。如需恢复使用，请重新登记。"))
    return account


def _is_in_chain(account: Account, old: Account) -> bool:
    """Whether the older account already continues this one."""
    at: int | None = old.pk
    for _step in range(LONGEST_CHAIN):
        if at is None or at == account.pk:
            return at is not None
        at = Account.objects.filter(pk=at).values_list("succeeds_id", flat=True).first()
    return True


def _tie(account: Account, name: str, other: Account | None, *, by: User | None, reason: str) -> Account:
    old_id, new_id = getattr(account, f"{name}_id"), other.pk if other else None
    if old_id == new_id:
        return account
    setattr(account, name, other)
    account.version += 1
    account.save(update_fields=[name, "version"])
    changes: journal.Changes = {f"{name}_id": [old_id, new_id]}
    journal.write_account(account, journal.Entry(EventKind.CHANGED, by=by, reason=reason, changes=changes))
    return account
