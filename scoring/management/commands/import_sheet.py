"""`import_sheet FILE --user NAME`: take in a sheet that was filled on site, in that person's name."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from orgs.exceptions import OrgsError
from orgs.kernel.sheets import FileRejected
from orgs.management.command import PortalCommand
from orgs.models import User
from scoring.exceptions import ScoresRefused
from scoring.operations import sheet_import

if TYPE_CHECKING:
    from scoring.models import Sheet
    from scoring.operations.given_cells import Given
    from scoring.operations.sheet_import import Comparison, Difference


class Command(PortalCommand):
    """Takes what only the file changed; where the portal changed too, its value stays unless `--take all`."""

    help = "导入填好的考评表（.xlsx）：按文件里的识别码找到考评表，逐格比较后导入。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="从系统导出、填好的考评表（.xlsx）")
        parser.add_argument("--user", required=True, help="以谁的名义导入（用户名），权限与网页相同")
        parser.add_argument(
            "--take", choices=["changed", "all"], default="changed",
            help="changed：只采用导出后系统中没有改过的格（默认）；all：有冲突的也采用文件的值",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="只比较，不写入")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: object, **options: Any) -> None:
        by = User.objects.filter(username=options["user"], is_active=True).first()
        if by is None:
            raise CommandError(f"没有用户名为 {options['user']} 的在用用户，请检查 --user。")
        path: Path = options["file"]
        try:
            sheet, given = sheet_import.receive(path.read_bytes(), path.name, by=by)
            comparison = sheet_import.compare(sheet, given, by=by)
            kinds = {sheet_import.CHANGED} if options["take"] == "changed" else None
            keys = {each.key for each in comparison.takeable if kinds is None or each.kind in kinds}
            taken: list[str] = []
            if not options["dry_run"]:
                taken = sheet_import.take(sheet, given, keys, version=sheet.version, by=by)
        except OSError as error:
            raise CommandError(f"读不了文件 {path}：{error.strerror}。请检查路径和权限。") from error
        except ScoresRefused as error:
            raise CommandError("；".join(each.message for each in error.errors.values())) from error
        except (FileRejected, OrgsError) as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(sheet, given, comparison, taken), ensure_ascii=False))
            return
        self._tell(given, comparison, taken, is_dry=options["dry_run"])

    def _tell(self, given: Given, comparison: Comparison, taken: list[str], *, is_dry: bool) -> None:
        for fault in given.faults:
            self.stdout.write(fault)
        for each in comparison.differences:
            self.stdout.write(_line(each, taken, is_dry=is_dry))
        prefix = "（仅比较）" if is_dry else ""
        n_kept = len(comparison.differences) - len(taken)
        self.stdout.write(
            f"{prefix}不同 {len(comparison.differences)} 处，相同 {comparison.n_same} 处，"
            f"导入 {len(taken)} 处，保留系统的值 {n_kept} 处"
        )


def _line(each: Difference, taken: list[str], *, is_dry: bool) -> str:
    values = f"文件 {each.cell.text or '未评'}，系统 {'未评' if each.portal is None else each.portal}"
    if each.remedy:
        return f"{each.cell.place} {each.label}：{values}。{each.remedy}"
    conflict = "（导出后系统中也改过）" if each.kind == sheet_import.CONFLICT else ""
    outcome = "" if is_dry else "，已导入" if each.key in taken else "，保留系统的值"
    return f"{each.cell.place} {each.label}：{values}{conflict}{outcome}"


def _as_json(sheet: Sheet, given: Given, comparison: Comparison, taken: list[str]) -> dict[str, object]:
    return {
        "sheet": sheet.pk,
        "unit": sheet.unit.code,
        "year": sheet.year,
        "faults": list(given.faults),
        "same": comparison.n_same,
        "newer": comparison.n_newer,
        "taken": taken,
        "differences": [
            {
                "key": each.key,
                "place": each.cell.place,
                "kind": each.kind,
                "file": each.cell.text,
                "portal": None if each.portal is None else str(each.portal),
                "remedy": each.remedy,
            }
            for each in comparison.differences
        ],
    }
