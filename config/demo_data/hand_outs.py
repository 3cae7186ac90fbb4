"""账号发放: weibo accounts that the province hands to its universities, in every state (WB-4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.excel.hand_out_table import HandOutTable, PreparedRow
from accounts.models import HandedAccount, Platform
from accounts.operations.hand_outs import (
    FirstUse,
    Source,
    create_hand_out,
    open_envelope,
    put_in_use,
    withdraw,
)
from accounts.operations.hand_outs_import import import_accounts
from config.demo_data.rounds import Desks
from config.demo_data.tree import HAINAN
from orgs.choices import Kind
from orgs.kernel import clock

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

SHOWN = "46-U01"  # has one account still sealed and one opened
TITLE = "高校团委微博账号"
IN_USE, OPENED = ("46-U02", "46-U03"), ("46-U04", "46-U01_2")
WITHDRAWN = "46-U05"


def live_through(units: dict[str, OrgUnit], *, by: User) -> None:
    """Handed out eight days ago by the provincial office; opened, used and withdrawn since."""
    now = clock.now()
    with clock.frozen(now - timedelta(days=8)):
        platform = Platform.objects.get(pk="weibo_sina")
        source = Source.UNIVERSITIES.value
        hand_out = create_hand_out(units[HAINAN], platform=platform, title=TITLE, source=source, by=by)
        import_accounts(hand_out, _table(units), by=by)
    handed = {each.user_name: each for each in HandedAccount.objects.filter(hand_out=hand_out).order_by("pk")}
    holders = Desks.read().holders
    for hours, code in enumerate((*IN_USE, *OPENED)):
        each = handed.get(_user_name(code))
        if each is None or each.unit_id not in holders:
            continue
        with clock.frozen(now - timedelta(days=6, hours=-hours)):
            open_envelope(each, by=holders[each.unit_id])
        if code in IN_USE:
            with clock.frozen(now - timedelta(days=4, hours=-hours)):
                holder = holders[each.unit_id]
                put_in_use(each, done=FirstUse.values, identifier=each.user_name, by=holder)
    if (spoilt := handed.get(_user_name(WITHDRAWN))) is not None:
        with clock.frozen(now - timedelta(days=3)):
            withdraw(spoilt, reason="用户名与单位不符，平台重新开设", by=by)


def _table(units: dict[str, OrgUnit]) -> HandOutTable:
    """Every university of the province, and a second account for the one that is shown."""
    table = HandOutTable({})
    codes = [
        code for code, unit in units.items() if unit.kind_id == Kind.UNIVERSITY and code.startswith(HAINAN)
    ]
    for number, code in enumerate(sorted([*codes, f"{SHOWN}_2"]), start=2):
        secret = f"Demo-first-{number:02}"
        table.rows.append(PreparedRow(number, code.partition("_")[0], "", _user_name(code), secret))
    return table


def _user_name(code: str) -> str:
    return f"demo_wb_{code.replace('-', '_').lower()}"
