"""`job list [--all] | retry ID | cancel ID [--json]`: what the background jobs do, one set going again, one called off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from orgs.choices import JobState
from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.management.command import PortalCommand
from orgs.models import Job
from orgs.operations import jobs

if TYPE_CHECKING:
    from argparse import ArgumentParser

MOST = 200
ACTIONS = {"retry": jobs.retry_job, "cancel": jobs.cancel_job}


class Command(PortalCommand):
    help = "后台任务：job list [--all]、job retry 编号、job cancel 编号"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listed = actions.add_parser("list", help="没有完成的任务；--all 连同最近完成的")
        listed.add_argument("--all", action="store_true", help=f"最近的 {MOST} 个任务，完成的也列出")
        for action, words in (("retry", "重新排队"), ("cancel", "取消，不再执行")):
            actions.add_parser(action, help=words).add_argument("job", help="编号或任务名（key）")
        for sub in actions.choices.values():
            sub.add_argument("--json", action="store_true", help="以 JSON 输出结果")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        found = _listed(is_all=options["all"]) if action == "list" else [_act(action, options["job"])]
        told = [_facts(job) for job in found]
        if options["json"]:
            self.stdout.write(json.dumps({"jobs": told}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_words(each) for each in told) or _("没有未完成的任务。"))


def _listed(*, is_all: bool) -> list[Job]:
    found = Job.objects.order_by("-pk")
    return list(found[:MOST] if is_all else found.exclude(state=JobState.DONE)[:MOST])


def _act(action: str, wanted: str) -> Job:
    key = {"pk": wanted} if wanted.isdecimal() else {"key": wanted}
    job = Job.objects.filter(**key).first()
    if job is None:
        raise CommandError(_("没有这个任务，请用 job list 查看编号。"))
    try:
        return ACTIONS[action](job)
    except OrgsError as error:
        raise CommandError(error.message) from error


def _facts(job: Job) -> dict[str, object]:
    heartbeat = clock.local(job.heartbeat_at).isoformat(timespec="seconds") if job.heartbeat_at else ""
    return {
        "id": job.pk,
        "key": job.key,
        "task": job.task,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "attempts": job.attempts,
        "heartbeat": heartbeat,
        "worker": job.worker,
        "error": job.error,
    }


def _words(facts: dict[str, object]) -> str:
    parts = [f"{facts['id']}", f"{facts['key']}", f"{facts['state']}", f"{facts['done']}/{facts['total']}"]
    parts.append(_("第 %(n)d 次") % {"n": facts["attempts"]})
    return "  ".join(
        [*parts, *(str(facts[name]) for name in ("heartbeat", "worker", "error") if facts[name])]
    )
