"""Accounts that change their place: handed to another unit, merged into another account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import AccountStatus, EventKind
from accounts.exceptions import AccountsError
from accounts.models import AdministratorshipVersion
from accounts.operations.registry import journal
from accounts.operations.registry.accounts import OVER, end, locked
from orgs.exceptions import IllegalMove
from orgs.kernel import clock, versions
from orgs.operations import ledger

if TYPE_CHECKING:
    from accounts.models import Account
    from orgs.models import OrgUnit, User


@transaction.atomic
def transfer_account(
    account: Account, target: OrgUnit, *, reason: str, by: User | None, version: int | None = None
) -> Account:
    """划转: the account stands in the receiving unit from now on; one event, there, that names both (metrics.md).

    Both units must be the editor's. Administrators in office go along; that is no event of its own.
    """
    journal.ensure_may_edit(account.unit, by=by, submission=None)
    journal.ensure_may_edit(target, by=by, submission=None)
    # The unit before the account, as a closing takes them.
    journal.ensure_in_operation(target, is_typed=True, words=_("接收单位已撤销，请另选团组织。"))
    account = locked(account, version)
    if account.status in OVER:
        raise IllegalMove(_("该账号已注销，不能划转。"))
    if account.unit_id == target.pk:
        raise AccountsError(_("账号已登记在这个团组织，请另选接收单位。"))
    changes: journal.Changes = {"unit_id": [account.unit_id, target.pk]}
    # The event stands in the receiving unit alone; the unit that gave it away finds it in its own ledger.
    ledger.record("account.given_away", account, by=by, unit=account.unit, reason=reason, to=target.pk)
    account.unit, account.version = target, account.version + 1
    account.save(update_fields=["unit", "version"])
    entry = journal.Entry(EventKind.TRANSFERRED, by=by, reason=reason, changes=changes)
    journal.write_account(account, entry)
    _take_along(account)
    return account


@transaction.atomic
def merge_account(
    account: Account, into: Account, *, reason: str, by: User | None, version: int | None = None
) -> Account:
    """合并: the account is given up in favour of another of the same unit, or of one above or below it.

    It counts as closed; numbers are not added: the other account counts its own contacts.
    """
    journal.ensure_may_edit(account.unit, by=by, submission=None)
    journal.ensure_may_edit(into.unit, by=by, submission=None)
    # Two people merging two accounts into each other wait for the same row first.
    for each in sorted((account, into), key=lambda row: row.pk):
        locked(each)
    account, into = locked(account, version), locked(into)
    _ensure_may_merge(account, into)
    account.merged_into = into
    changes: journal.Changes = {"merged_into_id": [None, into.pk]}
    return end(account, AccountStatus.MERGED, reason=reason, by=by, changes=changes)


def _ensure_may_merge(account: Account, into: Account) -> None:
    if account.pk == into.pk:
        raise AccountsError(_("不能并入账号自身，请另选账号。"))
    if into.status in OVER:
        raise AccountsError(_("要并入的账号已注销，请另选账号。"))
    ours, theirs = account.unit, into.unit
    is_one_line = theirs.is_ancestor_of(ours, include_self=True) or ours.is_ancestor_of(theirs)
    if not is_one_line:
        raise AccountsError(_("只能并入本单位、上级或下级团组织的账号。"))


def _take_along(account: Account) -> None:
    terms = list(
        account.administratorships.in_office()
        .select_for_update(of=("self",))
        .only("pk", "account_id", "group_id")
    )
    account.administratorships.in_office().update(unit=account.unit)
    rows = (
        (term.pk, {"unit_id": account.unit_id, "account_id": account.pk, "group_id": term.group_id})
        for term in terms
    )
    versions.record_many(AdministratorshipVersion, "administratorship_id", rows, clock.now())
