"""`seal_audit`: give the lines of the audit ledger that wait for it their link of the chain."""

from __future__ import annotations

from typing import Any

from orgs.management.command import PortalCommand
from orgs.operations import audit_chain


class Command(PortalCommand):
    """What the clock does every five minutes, by hand; may run at any time, several at once."""

    help = "封存操作记录：把还没有上链的操作记录接到链上。可以重复运行。"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已封存 {audit_chain.seal()} 条。")
