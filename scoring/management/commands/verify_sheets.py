"""`verify_sheets`: whether final sheets and the files they cite are still what they were at 定稿."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from orgs.management.command import PortalCommand
from scoring.operations import sealing

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(PortalCommand):
    """Recomputes the digest of every final sheet and reads every file; what differs is named, and the command fails."""

    help = "Recompute the digests of final sheets and of the files they cite, and name what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="only this year's sheets")
        parser.add_argument("--json", action="store_true", help="the result as one JSON line")

    def handle(self, *args: Any, **options: Any) -> None:
        found = sealing.verify(options["year"])
        if options["json"]:
            rows = [each.as_json() for each in found.findings]
            result = {"sheets": found.n_sheets, "without_digest": found.n_without, "findings": rows}
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(
                f"已核对定稿的考评表 {found.n_sheets} 张，其中没有内容摘要的 {found.n_without} 张。"
            )
            for each in found.findings:
                sheet = each.sheet
                self.stdout.write(f"{sheet.year}年 {sheet.unit.name} 第{sheet.revision}版：{each.words}")
        if found.findings:
            raise CommandError(f"{len(found.findings)} 处与定稿时不同，请对照备份查明。")
