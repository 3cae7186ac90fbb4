"""`manage.py doctor`: says in words what is wrong with this installation."""

from __future__ import annotations

import argparse
import json

from django.core.management.base import BaseCommand, CommandError

from config.condition import ALARMS, conditions


class Command(BaseCommand):
    """One line for each thing checked; exit code 1 when anything is wrong. docs/runbook.md has a paragraph for each."""

    help = (
        "检查数据库、迁移、消息队列、后台进程、定时进程、任务、结周、完整性、备份与磁盘，说明问题和处理办法。"
    )
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        names = [each.name for each in ALARMS]
        parser.add_argument("--only", choices=names, action="append", help="只检查这一项")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")

    def handle(self, *, only: list[str] | None, **options: object) -> None:
        found = conditions(*(only or []))
        wrong = {each.alarm.name: each.problem for each in found if not each.is_well}
        if options["json"]:
            names = [each.alarm.name for each in found]
            self.stdout.write(json.dumps({"checked": names, "problems": wrong}, ensure_ascii=False))
        else:
            for each in found:
                line = f"[{'ok' if each.is_well else '!!'}] {each.alarm.name}"
                self.stdout.write(f"{line}：{each.problem}" if each.problem else line)
        if wrong:
            raise CommandError(f"发现 {len(wrong)} 个问题。处理办法见 docs/runbook.md。")
