"""批量办理: the operation of one account, once for each of the accounts chosen; what can't be done is named and skipped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import AccountPurpose, AccountStatus
from accounts.models import Account
from accounts.operations.registry.accounts import change_account, close_account, confirm_account
from orgs.exceptions import OrgsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orgs.models import User


class Action(models.TextChoices):
    """What can be done to several accounts at once; the words are those of the single account's page."""

    CONFIRM = "confirm", gettext_lazy("信息无误（确认）")
    OPEN = "open", gettext_lazy("开通、恢复使用")
    DORMANT = "dormant", gettext_lazy("标为停更")
    CLOSE = "close", gettext_lazy("注销")
    AS_ORGANISATION = "organisation", gettext_lazy("用途改为：以团组织名义")
    AS_PROJECT = "project", gettext_lazy("用途改为：以工作项目、品牌活动名义")
    VERIFIED = "verified", gettext_lazy("标为已认证")


_FACTS: dict[str, dict[str, Any]] = {
    Action.OPEN: {"status": AccountStatus.OPEN.value},
    Action.DORMANT: {"status": AccountStatus.DORMANT.value},
    Action.AS_ORGANISATION: {"purpose": AccountPurpose.ORGANISATION.value},
    Action.AS_PROJECT: {"purpose": AccountPurpose.PROJECT.value},
    Action.VERIFIED: {"is_verified": True},
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one account: "" = done, else why it was skipped."""

    account: Account
    refusal: str = ""


def change_many(seen: Mapping[int, int], action: str, *, reason: str, by: User) -> list[Outcome]:
    """Each account (id -> version the person has seen) in a transaction of its own, in the official order."""
    rows = Account.objects.visible_to(by).filter(pk__in=list(seen)).for_list()
    return [_one(account, seen[account.pk], action, reason=reason, by=by) for account in rows]


def _one(account: Account, version: int, action: str, *, reason: str, by: User) -> Outcome:
    try:
        with transaction.atomic():
            changed = _work(account, version, Action(action), reason=reason, by=by)()
    except OrgsError as error:
        return Outcome(account, error.message)
    is_same = action != Action.CONFIRM and changed.version == account.version
    return Outcome(account, _("已经是这样，没有变更。") if is_same else "")


def _work(account: Account, version: int, action: Action, *, reason: str, by: User) -> Callable[[], Account]:
    if action == Action.CONFIRM:
        return partial(confirm_account, account, by=by)
    if action == Action.CLOSE:
        return partial(close_account, account, reason=reason, by=by, version=version)
    return partial(change_account, account, by=by, reason=reason, version=version, **_FACTS[action])
