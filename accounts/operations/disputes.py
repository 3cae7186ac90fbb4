"""争议: a unit says that an account registered elsewhere is its own; the nearest superior of both settles it.

SECURITY: neither side learns who the other is, nor who settles it, which would say where the other is. An id is answered
alike whether it stands inside or outside of what the person sees: by the same statements, in the same words.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import DisputeState
from accounts.exceptions import AccountsError
from accounts.identifiers import read_identifier
from accounts.models import Account, Dispute
from accounts.naming import identifier_key
from accounts.operations import registry
from orgs.choices import Kind, NotificationKind
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import EDIT_REGISTRY, FILL

if TYPE_CHECKING:
    from accounts.models import Platform
    from orgs.models import User

MOST_OPEN = 5
MOST_A_DAY = 10  # opened and taken back again and again, disputes would try out ids
LONGEST_REASON = 200
OPENED, SETTLED = NotificationKind.DISPUTE_OPENED, NotificationKind.DISPUTE_SETTLED
VERBS = {DisputeState.KEPT: "dispute.kept", DisputeState.HANDED_OVER: "dispute.handed_over"}


@transaction.atomic
def open_dispute(unit: OrgUnit, *, platform: Platform, identifier: str, reason: str, by: User) -> Dispute:
    """提出争议: an editor of the unit's registry, or who fills its form, says why the account is the unit's."""
    if not may_claim(by, unit):
        raise NotAllowed
    unit = OrgUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    _ensure_may_open(unit, reason)
    account = _registered(platform, identifier)
    if account is None or account.unit_id == unit.pk:
        raise AccountsError(_("没有查到该账号登记在其他团组织。请核对平台和账号；没有登记的，请直接登记。"))
    facts = {
        "against_id": account.unit_id,
        "arbiter": common_superior(unit, account.unit),
        "reason": reason.strip()[:LONGEST_REASON],
        "opened_by": by,
        "opened_at": clock.now(),
    }
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(unit=unit, account=account, **facts)
    except IntegrityError as error:
        raise AccountsError(_("对该账号的争议已经提出，正在核实，请等待结果。")) from error
    ledger.record("dispute.opened", dispute, by=by, reason=dispute.reason, arbiter=dispute.arbiter_id)
    _tell_of_opening(dispute)
    return dispute


@transaction.atomic
def settle_dispute(dispute: Dispute, *, outcome: DisputeState, reason: str, by: User) -> Dispute:
    """核实: the account stays where it is registered, or is handed over; both sides read the reason.

    Raises NotAllowed unless the person stands above both sides, Conflict where it has been settled or withdrawn.
    """
    found = _locked(dispute)
    if not Dispute.objects.settleable_by(by).filter(pk=found.pk).exists():
        raise NotAllowed
    _ensure_open(found)
    if outcome not in VERBS:
        raise AccountsError(_("请选择核实结果。"))
    if not reason.strip():
        raise AccountsError(_("请填写核实意见，双方都会看到。"))
    if outcome == DisputeState.HANDED_OVER:
        _hand_over(found, reason=reason.strip()[:LONGEST_REASON], by=by)
    _end(found, outcome, by=by, reason=reason)
    words = {"account": found.account.identifier, "result": found.get_state_display()}
    text = _("账号%(account)s的归属争议已核实：%(result)s。") % words + found.outcome
    for side in (found.unit, found.against):
        ledger.notify(side, SETTLED, text[:400], link=_link(found))
    return found


@transaction.atomic
def withdraw_dispute(dispute: Dispute, *, by: User) -> Dispute:
    """撤回: the unit that claimed the account gives up its claim."""
    found = _locked(dispute)
    if not may_claim(by, found.unit):
        raise NotAllowed
    _ensure_open(found)
    _end(found, DisputeState.WITHDRAWN, by=by, reason="")
    text = _("账号%(account)s的归属争议已由对方撤回，登记不变。") % {"account": found.account.identifier}
    ledger.notify(found.against, SETTLED, text, link=_link(found))
    return found


def may_claim(user: User, unit: OrgUnit) -> bool:
    """Who speaks for a unit about its accounts: an editor of its registry, and who fills its form."""
    in_charge = user.units_in_charge()
    return any(in_charge.allowing(verb).covers(unit) for verb in (EDIT_REGISTRY, FILL))


def common_superior(one: OrgUnit, other: OrgUnit) -> OrgUnit:
    """The nearest unit above both, never one of the two; the national office for two provinces. By parents, not by numbers."""
    paths = {
        unit.pk: _superiors(unit) for unit in OrgUnit.objects.filter(pk__in=[one.pk, other.pk]).with_path()
    }
    theirs = {unit.pk for unit in paths[other.pk]}
    found = next((unit for unit in paths[one.pk] if unit.pk in theirs), None)
    if found is None:
        found = OrgUnit.objects.filter(kind=Kind.NATIONAL).exclude(pk__in=[one.pk, other.pk]).first()
    if found is None:
        raise AccountsError(_("双方没有共同的上级团组织，不能在平台内核实，请直接联系对方的上级。"))
    return found


def _superiors(unit: OrgUnit) -> list[OrgUnit]:
    """From the nearest up."""
    found, above = [], unit.parent
    while above is not None:
        found.append(above)
        above = above.parent
    return found


def _ensure_may_open(unit: OrgUnit, reason: str) -> None:
    """The limits stand before the id is looked at, so that a refusal says nothing about it."""
    if not unit.is_open:
        raise AccountsError(_("本单位已撤销，不能提出争议。"))
    if not reason.strip():
        raise AccountsError(_("请填写理由，例如：账号由本支部于9月开通，认证主体为本支部。"))
    today = Q(opened_at__gt=clock.now() - timedelta(days=1))
    n = Dispute.objects.filter(unit=unit).aggregate(
        open=Count("pk", filter=Q(state=DisputeState.OPEN)), today=Count("pk", filter=today)
    )
    if n["open"] >= MOST_OPEN:
        raise AccountsError(_("已有%(n)d件争议正在核实，请等核实结束后再提出。") % {"n": n["open"]})
    if n["today"] >= MOST_A_DAY:
        raise AccountsError(_("一天内最多提出%(n)d件争议，请明天再提出。") % {"n": MOST_A_DAY})


def _registered(platform: Platform, identifier: str) -> Account | None:
    key = identifier_key(read_identifier(platform, identifier).identifier)
    return Account.objects.holding(platform, key).select_related("unit").first() if key else None


def _locked(dispute: Dispute) -> Dispute:
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("unit", "against", "account__unit")
    return rows.get(pk=dispute.pk)


def _ensure_open(dispute: Dispute) -> None:
    if dispute.state != DisputeState.OPEN:
        raise Conflict(_("这件争议已经办结，请刷新页面查看。"))


def _hand_over(dispute: Dispute, *, reason: str, by: User) -> None:
    if dispute.account.unit_id != dispute.against_id:
        raise AccountsError(_("争议提出后，账号已划转到其他团组织，请以“维持登记”办结。"))
    registry.transfer_account(dispute.account, dispute.unit, reason=reason, by=by)


def _end(dispute: Dispute, state: DisputeState, *, by: User, reason: str) -> None:
    dispute.state, dispute.settled_by, dispute.settled_at = state, by, clock.now()
    dispute.outcome = reason.strip()[:LONGEST_REASON]
    dispute.save(update_fields=["state", "settled_by", "settled_at", "outcome"])
    verb = VERBS.get(state, "dispute.withdrawn")
    ledger.record(verb, dispute, by=by, reason=dispute.outcome, account=dispute.account_id)


def _tell_of_opening(dispute: Dispute) -> None:
    names = {"account": dispute.account.identifier}
    asked = _("账号%(account)s的归属有争议，请核实。") % names
    told = (
        _("有团组织提出，贵单位登记的账号%(account)s应归其使用，由双方共同的上级核实。请准备说明材料。")
        % names
    )
    ledger.notify(dispute.arbiter, OPENED, asked, link=_link(dispute))
    ledger.notify(dispute.against, OPENED, told, link=_link(dispute))


def _link(dispute: Dispute) -> str:
    return reverse("accounts:show-dispute", args=[dispute.pk])
