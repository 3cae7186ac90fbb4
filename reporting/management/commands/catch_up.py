"""`catch_up [--json] [--enqueue]`: close every week that is over and not closed, oldest first, now or by workers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from orgs.exceptions import OrgsError
from orgs.management.command import PortalCommand
from reporting.management.commands.close_week import as_json, as_text, closed_facts
from reporting.operations import order, weekly

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator


class Command(PortalCommand):
    help = "补结周：把已经结束、还没有结周的各周从早到晚逐一结周。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--enqueue", action="store_true", help="只登记任务，由后台进程完成")

    def handle(self, *args: object, json: bool, enqueue: bool, **options: object) -> None:
        found: list[dict[str, object]] = []
        try:
            for facts in _enqueue() if enqueue else _close():
                found.append(facts)
                if not json:
                    self.stdout.write(as_text(facts))
        except OrgsError as error:
            raise CommandError(_stopped(error)) from error
        finally:
            # Also where a week could not be closed: the ones before it are.
            if json:
                self.stdout.write(as_json({"weeks": found}))
        if not found and not json:
            self.stdout.write(_("没有要补结的周。"))


def _close() -> Iterator[dict[str, object]]:
    began = time.perf_counter()
    for closed in weekly.catch_up():
        yield closed_facts(closed, began)
        began = time.perf_counter()


def _stopped(error: OrgsError) -> str:
    """The first week that is still due is the one that failed; later ones wait for it."""
    left = [str(week) for week in order.due_weeks()]
    words = {"week": next(iter(left), "—"), "error": error.message, "n": len(left)}
    return _("%(week)s 没有结成：%(error)s 还有 %(n)d 周没有结，更晚的周要等它结完。") % words


def _enqueue() -> Iterator[dict[str, object]]:
    for job in weekly.enqueue_due_weeks():
        yield {"week": job.params["week"], "state": job.state, "job": job.pk}
