"""Compute the sheets of a year from the frozen weeks."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from orgs.management.command import PortalCommand
from scoring.operations.sheets import compute_year, enqueue_compute


class Command(PortalCommand):
    help = "按已结的周报计算某年度全部未定稿的考评表；重复运行结果不变。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--enqueue", action="store_true", help="交给后台任务")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: object, **options: Any) -> None:
        if options["enqueue"]:
            job = enqueue_compute(options["year"])
            result: dict[str, object] = {"job": job.pk, "key": job.key, "state": job.state}
            text = f"已排入后台任务 {job.pk}：{job.key}"
        else:
            result = dict(compute_year(options["year"]))
            text = f"{result['year']} 年考评表 {result['sheets']} 张，有变化 {result['changed']} 张"
        self.stdout.write(json.dumps(result) if options["json"] else text)
