"""Load an assessment scheme from a YAML file."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.exceptions import SchemeInvalid
from scoring.operations.schemes import load_scheme


class Command(BaseCommand):
    help = "读入考评方案（YAML）。内容相同不作改动；已有考评表使用的版本不覆盖，另存为新版本。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            loaded = load_scheme(options["file"], dry_run=options["dry_run"])
        except SchemeInvalid as error:
            if options["json"]:
                self.stdout.write(
                    json.dumps({"problems": error.problems or [error.message]}, ensure_ascii=False)
                )
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(loaded)))
            return
        outcome = {"created": "已读入", "replaced": "已更新", "unchanged": "没有变化"}[loaded.outcome]
        prefix = "（仅检查）" if options["dry_run"] else ""
        self.stdout.write(
            f"{prefix}{outcome}：{loaded.code} 第{loaded.version}版，{loaded.n_criteria} 个评分点"
        )
