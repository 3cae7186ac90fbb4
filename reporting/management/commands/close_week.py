"""`close_week [2026-W46] [--correct --reason … [--base CODE:MEASURE …]] [--json] [--enqueue]`: close or correct a week now,
or let workers do it.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from orgs.choices import Measure
from orgs.exceptions import OrgsError
from orgs.kernel.clock import Week
from orgs.management.command import PortalCommand
from reporting.operations import base_corrections, editions, weekly

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from orgs.models import Job
    from reporting.models import ClosedWeek


class Command(PortalCommand):
    help = "结周：计算一周的周报数据并封存。已结的周保持原样；更正另出一版，旧版保留。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("week", nargs="?", default="", help="例如 2026-W46；不写则为刚结束的一周")
        parser.add_argument("--correct", action="store_true", help="为已结的周出更正版，须写明 --reason")
        parser.add_argument("--reason", default="", help="更正原因，读者能看到")
        parser.add_argument(
            "--base",
            action="append",
            default=[],
            metavar="CODE:MEASURE",
            help="更正版计入结周后改正的底数，写成 组织代码:口径，可以写几次；all 为全部。口径："
            + "、".join(f"{value}（{label}）" for value, label in Measure.choices),
        )
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--enqueue", action="store_true", help="只登记任务，由后台进程完成")

    def handle(self, *args: object, week: str, json: bool, enqueue: bool, **options: object) -> None:
        chosen, reason, named = _week(week), str(options["reason"]), options["base"]
        if (reason or named) and not options["correct"]:
            raise CommandError(_("只有更正才写原因、计入底数：请加 --correct。"))
        try:
            if options["correct"]:
                bases = base_corrections.named(chosen, named) if named else []  # type: ignore[arg-type]
                result = (_order if enqueue else _correct)(chosen, reason, bases)
            else:
                result = _enqueue(chosen) if enqueue else _close(chosen)
        except OrgsError as error:
            raise CommandError(error.message) from error
        self.stdout.write(as_json(result) if json else as_text(result))


def _week(text: str) -> Week:
    try:
        return Week.parse(text) if text else Week.current().previous()
    except ValueError as error:
        raise CommandError(_("周的写法不对，请写成 2026-W46 这样。")) from error


def _close(week: Week) -> dict[str, object]:
    began = time.perf_counter()
    return closed_facts(weekly.close_now(week), began)


def _correct(week: Week, reason: str, bases: list[int]) -> dict[str, object]:
    began = time.perf_counter()
    closed = editions.correct_now(week, reason=reason, bases=bases)
    return closed_facts(closed, began) | {"bases": len(bases)}


def _enqueue(week: Week) -> dict[str, object]:
    return _waiting(week, weekly.enqueue_close(week))


def _order(week: Week, reason: str, bases: list[int]) -> dict[str, object]:
    return _waiting(week, editions.correct_week(week, reason=reason, by=None, bases=bases))


def _waiting(week: Week, job: Job) -> dict[str, object]:
    return {"week": str(week), "state": job.state, "job": job.pk}


def closed_facts(closed: ClosedWeek, began: float) -> dict[str, object]:
    """What the commands say of a closed week; `began` by time.perf_counter()."""
    return {
        "week": str(closed.week),
        "edition": closed.edition,
        "state": closed.state,
        "n_units": closed.n_units,
        "hash": closed.content_hash,
        "seconds": f"{time.perf_counter() - began:.2f}",
    }


def as_json(result: object) -> str:
    return json.dumps(result, ensure_ascii=False)


def as_text(result: dict[str, object]) -> str:
    return "  ".join(f"{name}: {value}" for name, value in result.items())
