"""What becomes of handed-out accounts that are not yet in use when their unit is moved, merged or closed (SUP-4.1a, WB-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import HandedState
from accounts.models import HandedAccount, HandOut
from orgs.kernel import clock
from orgs.operations import ledger
from orgs.operations.upper import Verb

if TYPE_CHECKING:
    from accounts.querysets.hand_outs import HandedAccountQuerySet
    from orgs.operations.upper import Change

NOTES = {
    Verb.CLOSE: gettext_lazy("收回，封存的初始密码清除"),
    Verb.MERGE: gettext_lazy("改由合并后的团组织领取、启用"),
    Verb.MOVE: gettext_lazy("随团组织调整，不变"),
    Verb.RENAME: gettext_lazy("不变"),
    Verb.KIND: gettext_lazy("不变"),
    Verb.REOPEN: gettext_lazy("不恢复，请重新发放"),
}
LONGEST_REASON = 200


def concerned(change: Change) -> HandedAccountQuerySet:
    """Those that wait to be opened or put in use; for a closing that is taken back, those it has withdrawn."""
    here = {"unit_id__in": change.unit_ids}
    if change.verb == Verb.REOPEN:
        withdrawn = {"state": HandedState.WITHDRAWN, "withdrawn_at": change.undoes}
        return HandedAccount.objects.filter(**here, **withdrawn)
    waiting = HandedAccount.objects.outstanding()
    return waiting.within(change.scope) if change.verb == Verb.MOVE else waiting.filter(**here)


def follow(change: Change) -> None:
    """Withdrawn with a closed unit, handed on to the unit that receives a merged one, and so is what that one hands out."""
    if change.verb not in {Verb.CLOSE, Verb.MERGE}:
        return
    if change.verb == Verb.MERGE and change.target_id is not None:
        _follow_issuer(change, change.target_id)
    rows = list(concerned(change).defer("secret").select_for_update().order_by("pk"))
    if not rows:
        return
    found = HandedAccount.objects.filter(pk__in=[row.pk for row in rows])
    if change.verb == Verb.CLOSE:
        reason = (_("团组织已撤销：%(reason)s") % {"reason": change.reason})[:LONGEST_REASON]
        at = change.at or clock.now()
        found.update(state=HandedState.WITHDRAWN, secret=None, withdrawn_at=at, reason=reason)
        ledger.record_many("handed_account.withdrawn", rows, by=change.by, reason=reason)
    elif change.target_id is not None:
        details: dict[int, dict[str, object]] = {
            row.pk: {"from": row.unit_id, "to": change.target_id} for row in rows
        }
        found.update(unit_id=change.target_id)
        for row in rows:
            row.unit_id = change.target_id
        ledger.record_many("handed_account.moved", rows, by=change.by, reason=change.reason, details=details)


def _follow_issuer(change: Change, target_id: int) -> None:
    made = list(HandOut.objects.filter(unit_id__in=change.unit_ids).order_by("pk"))
    details: dict[int, dict[str, object]] = {
        each.pk: {"from": each.unit_id, "to": target_id} for each in made
    }
    HandOut.objects.filter(pk__in=list(details)).update(unit_id=target_id)
    for each in made:
        each.unit_id = target_id
    ledger.record_many("hand_out.moved", made, by=change.by, reason=change.reason, details=details)
