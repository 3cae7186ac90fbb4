"""`check_tree`: is the tree sound? Exit code 1 if not; reads only."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from orgs.management.command import PortalCommand
from orgs.operations import tree_check

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    """T1–T6 and T9, against the parents."""

    help = "检查组织架构是否一致：编号、上级、层级、版本。只读，发现问题时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")

    def handle(self, *args: Any, **options: Any) -> None:
        report = tree_check.check_tree()
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(report), "sound": report.is_sound}, ensure_ascii=False))
        else:
            for fault in report.faults:
                self.stdout.write(f"{fault.rule} 团组织 {fault.unit_id} 树 {fault.tree_id}：{fault.text}")
            verdict = "没有发现问题" if report.is_sound else f"发现 {report.n_faults} 处问题"
            self.stdout.write(f"{report.n_units} 个团组织、{report.n_trees} 棵树，{verdict}。")
        if not report.is_sound:
            raise SystemExit(1)
