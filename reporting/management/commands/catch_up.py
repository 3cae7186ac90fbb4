"""`catch_up [--json] [--enqueue]`: close every week that is over and not closed, oldest first, now or by workers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from orgs.exceptions import OrgsError
from reporting.management.commands.close_week import as_json, as_text, closed_facts
from reporting.operations import weekly

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator


class Command(BaseCommand):
    help = "补结周：把已经结束、还没有结周的各周从早到晚逐一结周。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--enqueue", action="store_true", help="只登记任务，由后台进程完成")

    def handle(self, *args: object, json: bool, enqueue: bool, **options: object) -> None:
        try:
            found = list(_enqueue() if enqueue else _close())
        except OrgsError as error:
            raise CommandError(error.message) from error
        if json:
            self.stdout.write(as_json({"weeks": found}))
        else:
            self.stdout.write("\n".join(map(as_text, found)) or _("没有要补结的周。"))


def _close() -> Iterator[dict[str, object]]:
    for week in weekly.due_weeks():
        began = time.perf_counter()
        yield closed_facts(weekly.close_now(week), began)


def _enqueue() -> Iterator[dict[str, object]]:
    for job in weekly.enqueue_due_weeks():
        yield {"week": job.params["week"], "state": job.state, "job": job.pk}
