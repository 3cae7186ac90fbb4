"""账号发放: accounts that were prepared for units are handed to them, opened once, put in use or withdrawn (WB-4, MS-2.5).

SECURITY: a first password is shown once, to the unit itself. It stands encrypted until then and nowhere afterwards: in no
message, address, log or audit line. Who hands out can't open; what was opened isn't sealed again but withdrawn and imported anew.
READING: the days of WB-4 and MS-2.5 bind the centre and the platform, so no unit is ever late with an account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import HANDED_MOVES, AccountStatus, HandedState
from accounts.exceptions import AccountsError
from accounts.identifiers import read_identifier
from accounts.models import Account, HandedAccount, HandOut
from accounts.naming import identifier_key
from accounts.operations import registry
from accounts.querysets.hand_outs import opening_units
from orgs.choices import NotificationKind
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import EDIT_REGISTRY, may

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from accounts.models import Platform
    from orgs.models import User

LONGEST_TITLE, LONGEST_REASON = 80, 200
HANDED = NotificationKind.ACCOUNT_HANDED


class Source(models.TextChoices):
    """The rules by which the centre hands accounts out."""

    NONE = "", gettext_lazy("没有文件依据")
    UNIVERSITIES = "WB-4", gettext_lazy("WB-4　高校团委微博")
    SCHOOLS = "MS-2.5", gettext_lazy("MS-2.5　中学微博")


class FirstUse(models.TextChoices):
    """What a unit does with an account before it counts as in use (MS-3.2)."""

    SIGNED_IN = "signed_in", gettext_lazy("已用初始密码登录平台")
    PASSWORD = "password", gettext_lazy("已修改初始密码")
    PROFILE = "profile", gettext_lazy("已填写完整资料")


@dataclass(frozen=True, slots=True)
class Opened:
    """What the unit is shown, once; "" where the file had no password."""

    handed: HandedAccount
    secret: str = field(repr=False)


class _Typed(TypedDict, total=False):
    """What becomes known of the account when it is put in use."""

    nickname: str
    status: str


@transaction.atomic
def create_hand_out(unit: OrgUnit, *, platform: Platform, title: str, source: str = "", by: User) -> HandOut:
    """建立发放 of accounts of one platform, from `unit` to units of its subtree. Raises NotAllowed, AccountsError."""
    if not may(by, EDIT_REGISTRY, unit):
        raise NotAllowed
    title = " ".join(title.split())[:LONGEST_TITLE]
    if not title:
        raise AccountsError(_("请填写名称。"))
    if source not in Source.values:
        raise AccountsError(_("没有这项依据，请重新选择。"))
    if platform.is_historic or platform.takes_groups:
        raise AccountsError(_("%(name)s不能发放账号，请选择其他平台。") % {"name": platform.name})
    # The lock makes that of two taps on the button the second finds the first.
    unit = OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    if not unit.is_open:
        raise AccountsError(_("这个团组织已撤销，不能发放账号。"))
    if HandOut.objects.filter(unit=unit, platform=platform, title=title).exists():
        raise AccountsError(_("已有同名的发放，请打开它继续导入，或换一个名称。"))
    facts = {"title": title, "source": source, "created_by": by, "created_at": clock.now()}
    hand_out = HandOut.objects.create(unit=unit, platform=platform, **facts)
    ledger.record("hand_out.created", hand_out, by=by, platform=platform.pk, source=source)
    return hand_out


def may_open(user: User, handed: HandedAccount) -> bool:
    """Whether the form or the registry of the unit itself is the person's; a superior doesn't open what is the unit's."""
    return handed.unit_id in opening_units(user.units_in_charge())


@transaction.atomic
def open_envelope(handed: HandedAccount, *, by: User) -> Opened:
    """领取: the password is read and wiped in one step; of two people at once one gets it, the other is told who has.

    Raises NotAllowed for everybody who isn't of the unit itself, Conflict where it was opened or withdrawn before.
    """
    found = _locked(handed)
    if not may_open(by, found):
        raise NotAllowed
    now, secret = clock.now(), found.secret or ""
    facts = {"state": HandedState.OPENED, "secret": None, "opened_by": by, "opened_at": now}
    sealed = HandedAccount.objects.filter(pk=found.pk, state=HandedState.SEALED)
    if sealed.update(**facts) != 1:
        raise Conflict(_what_became_of(found))
    found.state, found.secret, found.opened_by, found.opened_at = HandedState.OPENED, None, by, now
    ledger.record("handed_account.opened", found, by=by, hand_out=found.hand_out_id)
    return Opened(found, secret)


@transaction.atomic
def put_in_use(
    handed: HandedAccount, *, done: Collection[str], identifier: str, nickname: str = "", by: User
) -> HandedAccount:
    """启用: the unit has signed in, changed the password and completed the profile (MS-3.2); the account is registered with it.

    An own account that has this id already is linked, a planned or dormant one opens. Who fills the unit's form registers it
    by this very envelope, if by nothing else. Raises NotAllowed, IllegalMove, AccountsError
    where a step is missing, AlreadyRegistered where the id is another unit's.
    """
    # The unit first: who closes it holds it while these rows are withdrawn.
    OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=handed.unit_id)
    found = _locked(handed)
    if not may_open(by, found) or found.unit_id != handed.unit_id:
        raise NotAllowed
    _ensure_move(found, HandedState.IN_USE)
    if not set(FirstUse.values) <= set(done):
        raise AccountsError(_("请先登录平台、修改初始密码、填写完整资料，再办理启用。"))
    account = _registered(found, identifier, nickname, by=by)
    facts = {"state": HandedState.IN_USE, "account": account, "used_at": clock.now()}
    return _move(found, facts, "handed_account.used", by=by, account=account.pk)


@transaction.atomic
def withdraw(handed: HandedAccount, *, reason: str, by: User) -> HandedAccount:
    """收回 by those who edit the registry of the unit that hands out; a password that is still sealed is wiped.

    Raises NotAllowed, AccountsError without a reason, IllegalMove for an account in use or withdrawn before.
    """
    found = _locked(handed)
    if not may(by, EDIT_REGISTRY, found.hand_out.unit):
        raise NotAllowed
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise AccountsError(_("请填写收回的原因，领取单位会看到。"))
    _ensure_move(found, HandedState.WITHDRAWN)
    facts = {"state": HandedState.WITHDRAWN, "secret": None, "withdrawn_at": clock.now(), "reason": reason}
    found = _move(found, facts, "handed_account.withdrawn", by=by, reason=reason)
    words = {"platform": found.hand_out.platform.name, "name": found.user_name, "reason": reason}
    text = _("%(platform)s账号%(name)s已由发放单位收回：%(reason)s") % words
    ledger.notify(found.unit, HANDED, text[:400], link=reverse("accounts:show-envelope", args=[found.pk]))
    return found


def _locked(handed: HandedAccount) -> HandedAccount:
    # No join: who waited for the lock would read what was joined as it stood before.
    return HandedAccount.objects.select_for_update().get(pk=handed.pk)


def _ensure_move(handed: HandedAccount, state: HandedState) -> None:
    if state not in HANDED_MOVES[handed.state]:
        raise IllegalMove(_what_became_of(handed))


def _move(
    handed: HandedAccount,
    facts: Mapping[str, object],
    verb: str,
    *,
    by: User,
    reason: str = "",
    **detail: object,
) -> HandedAccount:
    if HandedAccount.objects.filter(pk=handed.pk, state=handed.state).update(**facts) != 1:
        raise Conflict
    for name, value in facts.items():
        setattr(handed, name, value)
    ledger.record(verb, handed, by=by, unit=None, reason=reason, hand_out=handed.hand_out_id, **detail)
    return handed


def _what_became_of(handed: HandedAccount) -> str:
    """Where the account stands, for somebody who came too late or too early."""
    if handed.state == HandedState.SEALED:
        return _("这个账号还没有领取，请先领取。")
    if handed.state == HandedState.WITHDRAWN:
        return _("这个账号已由发放单位收回，不能再办理。需要时请联系%(unit)s重新发放。") % {
            "unit": handed.hand_out.unit.name
        }
    if handed.state == HandedState.IN_USE:
        return _("这个账号已经启用。不再使用的，请在登记的账号中办理注销。")
    at = clock.local(handed.opened_at or clock.now())
    return _(
        "这个账号已由%(name)s于%(at)s领取，初始密码只显示一次。没有记下的，请联系%(unit)s收回后重新发放。"
    ) % {
        "name": handed.opened_by.display_name if handed.opened_by else _("本单位"),
        "at": f"{at:%Y-%m-%d %H:%M}",
        "unit": handed.hand_out.unit.name,
    }


def _registered(handed: HandedAccount, identifier: str, nickname: str, *, by: User) -> Account:
    """The account as it stands in the registry now; what the person typed is kept whether it was there or not."""
    platform = handed.hand_out.platform
    key = identifier_key(read_identifier(platform, identifier).identifier)
    own = Account.objects.holding(platform, key).filter(unit_id=handed.unit_id)
    account = own.select_related("unit", "platform").first()
    reason = _("启用发放的账号")
    facts: _Typed = {"nickname": nickname} if nickname else {}
    if account is None:
        return registry.open_account(
            handed.unit,
            platform=platform,
            identifier=identifier,
            by=by,
            reason=reason,
            envelope=handed,
            **facts,
        )
    if account.status in {AccountStatus.PLANNED, AccountStatus.DORMANT}:
        facts["status"] = AccountStatus.OPEN.value
    return registry.change_account(account, by=by, reason=reason, envelope=handed, **facts)
