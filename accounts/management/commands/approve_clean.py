"""approve_clean: workers approve everything without doubts on a desk, or on every desk below a unit."""

from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import Submission
from accounts.operations import clean_forms
from accounts.operations.acting import acting_user, unit_of
from orgs.choices import JobState
from orgs.exceptions import OrgsError
from orgs.management.command import PortalCommand
from orgs.models import Job, OrgUnit
from orgs.permissions import REVIEW

SECONDS_BETWEEN_LOOKS = 0.5


class Command(PortalCommand):
    help = (
        "批量通过没有需核实内容的收集表：approve_clean --unit CODE [--below] [--wait 600] [--here] [--json]"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="审核单位的代码")
        parser.add_argument("--below", action="store_true", help="所属各级审核单位，不含本单位")
        parser.add_argument(
            "--as", dest="username", default="", help="以该用户的名义，默认为各审核单位的第一责任人"
        )
        parser.add_argument("--here", action="store_true", help="在本进程中办理，不经后台任务进程")
        parser.add_argument("--wait", type=int, default=0, help="等待后台任务完成的秒数")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            jobs = _enqueue(options)
        except OrgsError as error:
            raise CommandError(error.message) from error
        if options["here"]:
            for job in jobs:
                clean_forms.approve_all_clean(job.pk)
        found = _wait([job.pk for job in jobs], options["wait"])
        self.stdout.write(
            json.dumps(_report(found), ensure_ascii=False) if options["json"] else _words(found)
        )
        if options["wait"] and any(job.state != JobState.DONE for job in found):
            raise CommandError("还有任务没有完成，请查看后台任务。")


def _enqueue(options: dict[str, Any]) -> list[Job]:
    unit = unit_of(options["unit"])
    desks = [unit]
    if options["below"]:
        # Asked first: right after thousands of forms came in PostgreSQL takes them for one, and joins row by row.
        waiting = Submission.objects.waiting_below(unit).order_by().values_list("desk_id", flat=True)
        desks = list(
            OrgUnit.objects.filter(
                pk__in=list(waiting.distinct()), lft__gt=unit.lft, rght__lt=unit.rght, tree_id=unit.tree_id
            ).order_by("-depth", "lft")
        )
    return [
        job
        for desk in desks
        for job in clean_forms.enqueue_clean(desk, by=acting_user(desk, REVIEW, username=options["username"]))
    ]


def _wait(pks: list[int], seconds: int) -> list[Job]:
    until = time.monotonic() + seconds
    jobs = Job.objects.filter(pk__in=pks).order_by("pk")
    while time.monotonic() < until and jobs.unfinished().exists():
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return list(jobs)


def _report(jobs: list[Job]) -> dict[str, Any]:
    return {
        "jobs": len(jobs),
        "done": sum(job.state == JobState.DONE for job in jobs),
        "approved": sum(job.result.get("approved", 0) for job in jobs),
        "skipped": sum(job.result.get("skipped", 0) for job in jobs),
        "workers": sorted({job.worker for job in jobs if job.worker}),
    }


def _words(jobs: list[Job]) -> str:
    found = _report(jobs)
    workers = "、".join(found["workers"]) or "—"
    return (
        f"后台任务 {found['jobs']} 个，完成 {found['done']} 个；"
        f"通过 {found['approved']} 份，跳过 {found['skipped']} 份；办理进程：{workers}"
    )
