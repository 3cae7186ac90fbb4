"""`judge_campaigns [--json] [--enqueue]`: judge every running campaign now, or let workers do it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orgs.management.command import PortalCommand
from reporting.operations import judging

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    help = "评定：计算各单位对进行中的工作部署各项要求的达到情况。没有变化时不写入任何内容。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--enqueue", action="store_true", help="只登记任务，由后台进程完成")

    def handle(self, *args: object, **options: object) -> None:
        if options["enqueue"]:
            found = {job.key: job.state for job in judging.enqueue_running()}
        else:
            judged = judging.judge_running()
            found = {code: "failed" if n is None else str(n) for code, n in judged.items()}
        as_text = "  ".join(f"{name}: {value}" for name, value in found.items())
        self.stdout.write(json.dumps(found, ensure_ascii=False) if options["json"] else as_text)
