"""What the pages of 账号发放 and 账号领取 show: figures of a hand-out, the way up, what a person may do with one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import HandedState
from accounts.models import HandedAccount
from accounts.operations import hand_outs as operations
from accounts.querysets.hand_outs import opening_units
from accounts.tables import HANDED_TONES
from orgs.kernel.numbers import thousands
from orgs.permissions import EDIT_REGISTRY, may

if TYPE_CHECKING:
    from accounts.models import HandOut
    from orgs.models import User

MOST_SHOWN = 50
# The days of the documents bind who hands out, never the units (WB-4, MS-2.5).
_DAYS = {
    "WB-4": gettext_lazy("WB-4 规定的发放日期（12月3日）约束发放方，领取单位不计逾期。"),
    "MS-2.5": gettext_lazy("MS-2.5 规定的发放日期（7月20日）约束发放方，领取单位不计逾期。"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How far the delivery has come, as far as the reader sees its accounts: all that stand, and of these opened and in use; the withdrawn ones apart."""

    sealed: int
    opened: int
    in_use: int
    withdrawn: int

    @classmethod
    def of(cls, hand_out: HandOut) -> Figures:
        """From a hand-out read with `for_list`."""
        return cls(*(getattr(hand_out, f"n_{state.value}") for state in HandedState))

    @property
    def total(self) -> int:
        return self.sealed + self.opened + self.in_use

    @property
    def cards(self) -> list[tuple[str, str, str, str]]:
        """(state in words, number, note, address of the list so filtered)."""
        notes = {
            HandedState.SEALED: _("还没有人领取"),
            HandedState.OPENED: _("已看过初始密码，还没有启用"),
            HandedState.IN_USE: _("已改密码、已登记"),
            HandedState.WITHDRAWN: _("不计入合计"),
        }
        numbers = (self.sealed, self.opened, self.in_use, self.withdrawn)
        return [
            (str(state.label), thousands(n), notes[state], f"?state={state.value}#accounts")
            for state, n in zip(HandedState, numbers, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Accounts whose unit has passed to another superior: how many, and the first of those that can be withdrawn.

    SECURITY: user name and state only; the unit and its people are no longer the reader's.
    """

    total: int
    lines: list[tuple[HandedAccount, str]]

    @classmethod
    def of(cls, hand_out: HandOut, user: User) -> Elsewhere:
        """Of a hand-out read with its unit."""
        gone = HandedAccount.objects.filter(hand_out=hand_out).elsewhere(
            user.units_in_charge(), hand_out.unit
        )
        shown = gone.outstanding().order_by("user_name_key").only("user_name", "state", "hand_out")
        if not (total := gone.count()):
            return cls(0, [])
        return cls(total, [(each, HANDED_TONES[HandedState(each.state)]) for each in shown[:MOST_SHOWN]])


@dataclass(frozen=True, slots=True)
class Envelope:
    """One account as one person may deal with it now."""

    handed: HandedAccount
    tone: str
    is_own: bool
    is_issuer: bool

    @classmethod
    def of(cls, handed: HandedAccount, user: User) -> Envelope:
        tone = HANDED_TONES[HandedState(handed.state)]
        is_issuer = may(user, EDIT_REGISTRY, handed.hand_out.unit)
        return cls(handed, tone, operations.may_open(user, handed), is_issuer)

    @property
    def may_open(self) -> bool:
        return self.is_own and self.handed.state == HandedState.SEALED

    @property
    def may_use(self) -> bool:
        return self.is_own and self.handed.state == HandedState.OPENED

    @property
    def may_withdraw(self) -> bool:
        return self.is_issuer and self.handed.state in {HandedState.SEALED, HandedState.OPENED}


def days_note(hand_out: HandOut) -> str:
    """Whom the days of the rule bind; "" without a rule that names days."""
    return str(_DAYS.get(hand_out.source, ""))


def crumbs(hand_out: HandOut | None, heading: str) -> list[tuple[str, str]]:
    """Hand-outs › one › step."""
    way = [(_("账号发放"), reverse("accounts:list-hand-outs"))]
    if hand_out is not None:
        way.append((hand_out.title, reverse("accounts:show-hand-out", args=[hand_out.pk])))
    return [*way, (heading, "")] if heading else [*way[:-1], (way[-1][0], "")]


def envelope_crumbs(handed: HandedAccount, heading: str = "") -> list[tuple[str, str]]:
    """Envelopes › one › step."""
    here = reverse("accounts:show-envelope", args=[handed.pk])
    way = [(_("账号领取"), reverse("accounts:list-envelopes")), (handed.user_name, here if heading else "")]
    return [*way, (heading, "")] if heading else way


def state_choices(chosen: str) -> list[tuple[str, str, bool]]:
    """(text, address, chosen) of the chips above the envelopes."""
    words = [("", _("全部")), *((state.value, str(state.label)) for state in HandedState)]
    return [(text, f"?state={state}" if state else "?", state == chosen) for state, text in words]


def origin(account: Any, *, user: User) -> list[tuple[str, str, str]]:
    """The line of the account's page that says who handed it out (read `with_origin`); none for one the unit opened itself."""
    if account.handed_pk is None:
        return []
    # An account that was handed over since has another unit's envelope.
    in_charge, unit = user.units_in_charge(), account.unit
    is_allowed = unit.pk in opening_units(in_charge) or in_charge.allowing(EDIT_REGISTRY).covers(unit)
    is_open = account.handed_to == account.unit_id and is_allowed
    url = reverse("accounts:show-envelope", args=[account.handed_pk]) if is_open else ""
    words = {"unit": account.handed_by, "title": account.handed_title}
    return [(_("来源"), _("由%(unit)s发放（%(title)s）") % words, url)]
