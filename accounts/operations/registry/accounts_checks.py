"""开通核对、标识核对: what an account page must have, ticked by those who looked (WB-4.3, MS-3.2, WB-3.2c, MS-2.2c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.checklist import lines_for
from accounts.choices import CheckItem
from accounts.exceptions import AccountsError
from accounts.models import AccountCheck
from accounts.operations.registry import journal
from accounts.operations.registry.accounts import OVER, change_account, locked
from orgs.exceptions import IllegalMove
from orgs.kernel import clock
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Account
    from orgs.models import User


@transaction.atomic
def record_checks(account: Account, met: Collection[str], *, by: User) -> Account:
    """Keep which lines are met now; each line says who looked last and when.

    Following the superiors is a fact the weekly close reads, so it is a change of the account too (MS-3.2).
    """
    journal.ensure_may_edit(account.unit, by=by, submission=None)
    account = locked(account)
    if account.status in OVER:
        raise IllegalMove(_("该账号已注销，不用再核对。"))
    items = [line.item for line in lines_for(account)]
    if not set(met) <= set(items):
        raise AccountsError(_("这个账号没有这一核对项目，请刷新页面。"))
    now = clock.now()
    AccountCheck.objects.filter(account=account, item__in=items, superseded_at__isnull=True).update(
        superseded_at=now
    )
    AccountCheck.objects.bulk_create(
        AccountCheck(account=account, item=item, is_met=item in met, checked_at=now, checked_by=by)
        for item in items
    )
    ledger.record("account.checked", account, by=by, met=len(set(met)), of=len(items))
    if CheckItem.FOLLOW_SUPERIORS in items:
        follows = CheckItem.FOLLOW_SUPERIORS in met
        return change_account(account, by=by, reason=_("开通核对"), follows_superior=follows)
    return account
