"""争议: one college says that an account registered by another is its own; the university has yet to settle it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.models import Account
from accounts.operations.disputes import open_dispute
from config.demo_data.rounds import Desks
from orgs.kernel import clock

if TYPE_CHECKING:
    from orgs.models import OrgUnit

CLAIMING, REGISTERED = "46-U01-12", "46-U01-09"
REASON = "该微信号由我院团委学生会申请并使用，认证人是我院老师，请核实登记单位。"


def begin(units: dict[str, OrgUnit]) -> None:
    """Opened two days ago by who keeps the registry of the claiming college."""
    account = Account.objects.active().select_related("platform").get(unit=units[REGISTERED])
    keeper = Desks.read().holders[units[CLAIMING].pk]
    with clock.frozen(clock.now() - timedelta(days=2)):
        open_dispute(
            units[CLAIMING],
            platform=account.platform,
            identifier=account.identifier,
            reason=REASON,
            by=keeper,
        )
