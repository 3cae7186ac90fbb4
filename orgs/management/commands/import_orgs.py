"""`import_orgs FILE`: units from CSV (also .csv.xz) or XLSX; a second run changes nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from orgs.excel import tree_import as layout
from orgs.exceptions import OrgsError
from orgs.kernel.xlsx import FileRejected
from orgs.management.command import PortalCommand
from orgs.models import OrgUnit
from orgs.operations import tree_import

if TYPE_CHECKING:
    from argparse import ArgumentParser

MOST_SHOWN = 200


class Command(PortalCommand):
    """Reads, compares, and writes in one transaction; with errors nothing is written and the exit code is 1."""

    help = "导入团组织：列 code,parent_code,name,kind（或 level），或“组织路径、类型”。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV、CSV.XZ 或 XLSX 文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument(
            "--under", metavar="CODE", default="", help="没有上级的行设在这个代码的团组织之下"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            table = layout.read(options["file"], tree_import.kinds_by_word())
            under = _unit(options["under"])
            plan = tree_import.import_units(table, under=under, by=None, dry_run=options["dry_run"])
        except (FileRejected, OrgsError) as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"打不开文件 {options['file']}：{error.strerror or error}") from error
        self._report(plan, as_json=options["json"], is_dry_run=options["dry_run"])
        if plan.errors:
            raise SystemExit(1)

    def _report(self, plan: tree_import.Plan, *, as_json: bool, is_dry_run: bool) -> None:
        counts = plan.counts()
        if as_json:
            result = {**counts, "dry_run": is_dry_run, "error_rows": [asdict(error) for error in plan.errors]}
            self.stdout.write(json.dumps(result, ensure_ascii=False))
            return
        for error in plan.errors[:MOST_SHOWN]:
            self.stdout.write(str(error))
        if len(plan.errors) > MOST_SHOWN:
            self.stdout.write(f"……另有 {len(plan.errors) - MOST_SHOWN} 处，用 --json 看全部。")
        if plan.errors:
            self.stdout.write(f"有 {len(plan.errors)} 处错误，没有写入任何数据。")
            return
        done = "试运行，没有写入：" if is_dry_run else ""
        self.stdout.write(
            f"{done}新增 {counts['created']}，变更 {counts['changed']}，未变 {counts['unchanged']}。"
        )


def _unit(code: str) -> OrgUnit | None:
    if not code:
        return None
    unit: OrgUnit | None = OrgUnit.objects.select_related("kind").filter(code=code).first()
    if unit is None:
        raise CommandError(f"没有代码为 {code} 的团组织，请检查 --under。")
    return unit
