"""purge_administrators: forget who left office long ago; the beat does the same every night."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.operations.registry import retention


class Command(BaseCommand):
    help = "清除离任已久的管理员的个人信息：purge_administrators [--months 12] [--dry-run]；任期和统计不变"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=int, help="离任满多少个月，默认为设置 ADMINISTRATOR_KEEP_MONTHS")
        parser.add_argument("--dry-run", action="store_true", help="只计数，不清除")

    def handle(self, *args: Any, **options: Any) -> None:
        months = options["months"]
        if months is not None and months < 1:
            raise CommandError("--months 至少为 1。")
        if options["dry_run"]:
            self.stdout.write(f"将清除 {retention.waiting_to_be_purged(months)} 条任职的个人信息")
        else:
            self.stdout.write(f"已清除 {retention.purge_left(months=months)} 条任职的个人信息")
