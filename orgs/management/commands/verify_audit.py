"""`verify_audit`: is every line of the audit ledger as it was sealed? Exit code 1 if not; reads only."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from orgs.management.command import PortalCommand
from orgs.models import AuditLink
from orgs.operations import audit_chain

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    """The chain from its first link or from a day on, and whether a head noted elsewhere still stands in it."""

    help = "核对操作记录链：逐条指出封存后被改动、删除的操作记录。只读，发现问题时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument(
            "--since", type=date.fromisoformat, metavar="日期", help="只核对这一天及以后封存的"
        )
        parser.add_argument(
            "--noted", metavar="编号:摘要", help="另外记下的链首（运行状态页、日志），核对它是否仍在链上"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(audit_chain.verify(options["since"]))
        if options["noted"] and not audit_chain.vouched(*_parts(options["noted"])):
            found.append(audit_chain.Break("另外记下的链首不在链上：链被截断或重写"))
        head, tail = AuditLink.objects.head(), audit_chain.tail(whole=True)
        if options["json"]:
            facts = {
                "sound": not found,
                "head": head and f"{head.number}:{head.digest}",
                "unsealed": tail.n_lines,
            }
            told = facts | {"found": [asdict(each) for each in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self._tell(found)
            self.stdout.write(f"链首 {head.number}:{head.digest}" if head else "还没有封存")
            self.stdout.write(f"{tail.n_lines} 条待封存，发现 {len(found)} 处问题。")
        if found:
            raise SystemExit(1)

    def _tell(self, found: list[audit_chain.Break]) -> None:
        for each in found:
            place = f"操作记录 {each.entry_id}" if each.entry_id else "操作记录链"
            number = f"（第 {each.number} 环）" if each.number else ""
            self.stdout.write(f"{place}{number}：{each.text}")


def _parts(noted: str) -> tuple[int, str]:
    number, _colon, digest = noted.partition(":")
    if not number.isdecimal() or len(digest) < audit_chain.NOTED_DIGITS:
        raise CommandError("请写成 编号:摘要，与运行状态页或日志中的一样。")
    return int(number), digest
