"""purge_administrators: forget who left office long ago; the beat does the same every night."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.operations import form_retention
from accounts.operations.registry import retention
from orgs.management.command import PortalCommand


class Command(PortalCommand):
    help = "清除离任已久的管理员的个人信息：purge_administrators [--months 12] [--dry-run]；任期、收集表的其他内容和统计不变"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=int, help="离任满多少个月，默认为设置 ADMINISTRATOR_KEEP_MONTHS")
        parser.add_argument("--dry-run", action="store_true", help="只计数，不清除")

    def handle(self, *args: Any, **options: Any) -> None:
        months = options["months"]
        if months is not None and months < 1:
            raise CommandError("--months 至少为 1。")
        if options["dry_run"]:
            n_terms, n_rows = retention.waiting_to_be_purged(months), form_retention.rows_waiting(months)
            self.stdout.write(f"将清除 {n_terms} 条任职、{n_rows} 行收集表的个人信息")
        else:
            n_terms, n_rows = retention.purge_left(months=months), form_retention.purge_forms(months=months)
            self.stdout.write(f"已清除 {n_terms} 条任职、{n_rows} 行收集表的个人信息")
