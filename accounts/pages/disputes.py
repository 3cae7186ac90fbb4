"""What the pages of 争议 show: each side its own, who stands above both sees both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import DisputeState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Dispute
    from orgs.models import OrgUnit, User
    from orgs.querysets.scope import UnitsInCharge

TONES = {
    DisputeState.OPEN: "warn",
    DisputeState.KEPT: "mute",
    DisputeState.HANDED_OVER: "ok",
    DisputeState.WITHDRAWN: "mute",
}
OPEN, SETTLED = "open", "settled"


@dataclass(frozen=True, slots=True)
class Side:
    """A dispute as one person may read it. SECURITY: a side that the person does not see is None."""

    dispute: Dispute
    claimant: OrgUnit | None
    holder: OrgUnit | None
    tone: str

    @classmethod
    def of(cls, dispute: Dispute, in_charge: UnitsInCharge) -> Side:
        claimant = dispute.unit if in_charge.covers(dispute.unit) else None
        holder = dispute.against if in_charge.covers(dispute.against) else None
        return cls(dispute, claimant, holder, TONES[DisputeState(dispute.state)])

    @property
    def role(self) -> str:
        """On which side the person reads."""
        if self.claimant and self.holder:
            return _("双方的上级")
        return _("申请单位") if self.claimant else _("现登记单位")

    @property
    def arbiter(self) -> str:
        """Who settles it, for who sees both sides: to the others the name would say where the other side is."""
        return self.dispute.arbiter.name if self.claimant and self.holder else _("双方共同的上级")

    @property
    def result(self) -> str:
        """The state in words for this side: what was handed over went to one and left the other."""
        if self.dispute.state == DisputeState.HANDED_OVER and not (self.claimant and self.holder):
            return _("已划转给本单位") if self.claimant else _("已划转给申请单位")
        return str(self.dispute.get_state_display())

    @property
    def shows_account(self) -> bool:
        """Whether the page of the account is open to this side now."""
        is_theirs = self.dispute.state == DisputeState.HANDED_OVER
        return bool(self.claimant if is_theirs else self.holder)


def sides(disputes: Iterable[Dispute], user: User) -> list[Side]:
    """Each dispute as this person may read it."""
    in_charge = user.units_in_charge()
    return [Side.of(each, in_charge) for each in disputes]


def chips(chosen: str) -> list[tuple[str, str, bool]]:
    """Text, address, chosen."""
    words = [("", _("全部")), (OPEN, _("待核实")), (SETTLED, _("已办结"))]
    return [(word, f"?state={state}" if state else "?", state == chosen) for state, word in words]
