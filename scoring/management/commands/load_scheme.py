"""`load_scheme FILE`: an assessment scheme from a YAML file (docs/schemes.md); a second run changes nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from orgs.management.command import PortalCommand
from orgs.models import OrgUnit
from scoring.exceptions import SchemeInvalid
from scoring.operations.schemes import load_scheme

OUTCOMES = {"created": "已读入", "replaced": "已更新", "unchanged": "没有变化"}


class Command(PortalCommand):
    """Checks, and loads in one transaction; with problems nothing is written and the exit code is 1."""

    help = (
        "读入考评方案（YAML）。内容相同不作改动；已有考评表使用、或已有内容核定的版本不覆盖，另存为新版本。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="方案文件（YAML，UTF-8）")
        parser.add_argument(
            "--unit", metavar="CODE", default="", help="制定单位的代码；不写则各省都能看到和核定"
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: object, **options: Any) -> None:
        unit = _unit(options["unit"])
        try:
            loaded = load_scheme(options["file"], unit=unit, dry_run=options["dry_run"])
        except SchemeInvalid as error:
            if options["json"]:
                self._refuse(error)
            raise CommandError(error.message) from error
        if options["json"]:
            result = {"code": loaded.code, "version": loaded.version, "outcome": loaded.outcome}
            result |= {"n_criteria": loaded.n_criteria, "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(result))
            return
        prefix = "（仅检查）" if options["dry_run"] else ""
        self.stdout.write(
            f"{prefix}{OUTCOMES[loaded.outcome]}：{loaded.code} 第{loaded.version}版，{loaded.n_criteria} 个评分点"
        )

    def _refuse(self, error: SchemeInvalid) -> None:
        """Problems with line, key and remedy; a file that can't be read at all has one without a line."""
        problems = [asdict(each) for each in error.found] or [{"line": 0, "key": "", "text": error.message}]
        self.stdout.write(json.dumps({"problems": problems}, ensure_ascii=False))


def _unit(code: str) -> OrgUnit | None:
    if not code:
        return None
    unit: OrgUnit | None = OrgUnit.objects.in_operation().filter(code=code).first()
    if unit is None:
        raise CommandError(f"没有代码为 {code} 的团组织，请检查 --unit。")
    return unit
