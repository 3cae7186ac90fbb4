"""`check_integrity`: does everything hold that must always hold? Exit code 1 if not; reads only."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from config.integrity import CHECKS
from orgs.kernel.integrity import MOST_NAMED, Run, run
from orgs.management.command import PortalCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from orgs.kernel.integrity import Result


class Command(PortalCommand):
    """The invariants of docs/trust.md, one line for what is wrong: where, what, and what to do."""

    help = "检查数据是否完整一致：组织树、登记、收集表、周报、工作部署、抽查、考评、操作记录。只读，发现问题时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--only", action="append", metavar="名称", help="只做这一项，可以重复")
        parser.add_argument("--list", action="store_true", help="列出全部检查")
        parser.add_argument(
            "--weeks", type=int, default=1, help="重新核对最近几个已结的周，0 为全部（默认 1）"
        )
        parser.add_argument("--files", action="store_true", help="同时读出每个文件，核对内容")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for each in CHECKS:
                self.stdout.write(f"{each.name}（{each.rule}）：{each.title}")
            return
        names = {each.name for each in CHECKS}
        chosen = options["only"] or list(names)
        if unknown := sorted(set(chosen) - names):
            raise CommandError(f"没有这项检查：{'、'.join(unknown)}。用 --list 查看全部。")
        results = []
        for result in run(
            [each for each in CHECKS if each.name in chosen],
            Run(weeks=options["weeks"], files=options["files"]),
        ):
            results.append(result)
            if not options["json"]:
                self._tell(result)
        n_found = sum(result.n_found for result in results)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(results), ensure_ascii=False))
        else:
            verdict = f"发现 {n_found} 处问题" if n_found else "没有发现问题"
            self.stdout.write(f"共 {len(results)} 项检查，{verdict}。")
        if n_found:
            raise SystemExit(1)

    def _tell(self, result: Result) -> None:
        if not result.n_found:
            return
        self.stdout.write(f"[{result.check.name}] {result.check.title}：{result.n_found} 处不符")
        for found in result.found:
            self.stdout.write(f"  {found.where}：{found.text}")
        if result.n_found > MOST_NAMED:
            self.stdout.write(f"  ……另有 {result.n_found - MOST_NAMED} 处")
        self.stdout.write(f"  办理：{result.check.remedy}")


def _as_json(results: list[Result]) -> dict[str, object]:
    return {
        "sound": not any(result.n_found for result in results),
        "checks": [
            {
                "name": result.check.name,
                "rule": result.check.rule,
                "title": str(result.check.title),
                "remedy": str(result.check.remedy),
                "n_found": result.n_found,
                "found": [asdict(found) for found in result.found],
                "seconds": round(result.seconds, 3),
            }
            for result in results
        ],
    }
