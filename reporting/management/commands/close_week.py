"""`close_week [2026-W46] [--json] [--enqueue]`: close a week now, or let a worker do it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from orgs.exceptions import OrgsError
from orgs.kernel.clock import Week
from reporting.operations import weekly

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "结周：计算一周的周报数据并封存。已结的周保持原样。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("week", nargs="?", default="", help="例如 2026-W46；不写则为刚结束的一周")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--enqueue", action="store_true", help="只登记任务，由后台进程完成")

    def handle(self, *args: object, week: str, json: bool, enqueue: bool, **options: object) -> None:
        chosen = _week(week)
        try:
            result = _enqueue(chosen) if enqueue else _close(chosen)
        except OrgsError as error:
            raise CommandError(error.message) from error
        self.stdout.write(_as_json(result) if json else _as_text(result))


def _week(text: str) -> Week:
    try:
        return Week.parse(text) if text else Week.current().previous()
    except ValueError as error:
        raise CommandError(_("周的写法不对，请写成 2026-W46 这样。")) from error


def _close(week: Week) -> dict[str, object]:
    began = time.perf_counter()
    closed = weekly.close_now(week)
    seconds = f"{time.perf_counter() - began:.2f}"
    return {
        "week": str(week),
        "state": closed.state,
        "n_units": closed.n_units,
        "hash": closed.content_hash,
        "seconds": seconds,
    }


def _enqueue(week: Week) -> dict[str, object]:
    job = weekly.enqueue_close(week)
    return {"week": str(week), "state": job.state, "job": job.pk}


def _as_json(result: dict[str, object]) -> str:
    return json.dumps(result, ensure_ascii=False)


def _as_text(result: dict[str, object]) -> str:
    return "  ".join(f"{name}: {value}" for name, value in result.items())
