"""How the installation does: one short look per alarm, for `doctor`, the status page and docs/runbook.md."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError

from orgs.choices import JobState
from orgs.kernel import clock, triggers
from orgs.kernel.counting import counts
from orgs.models import Job
from orgs.operations import audit_chain
from reporting.operations import order

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from orgs.kernel.clock import Week

# Tasks of the job rows that say when something was done last (ledger.note_done).
BACKUP, INTEGRITY = "backup", "check_integrity"
OLDEST_POSTGRESQL = (16,)
LEAST_FREE_BYTES = 1024**3
BEAT_SILENCE = timedelta(minutes=15)
JOB_WAITS = timedelta(minutes=15)  # J4
BACKUP_AGE, INTEGRITY_AGE = timedelta(hours=26), timedelta(hours=50)
CLOSE_TAKES = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that can go wrong; `look` says what is wrong and what to do, "" when nothing is."""

    name: str
    title: str | Promise
    look: Callable[[], str]
    is_quick: bool = True  # short enough for a page
    is_for_production: bool = False  # the demo neither backs up nor checks every night


@dataclass(frozen=True, slots=True)
class Condition:
    """What a look found."""

    alarm: Alarm
    problem: str

    @property
    def is_well(self) -> bool:
        return not self.problem


def conditions(*names: str, quick: bool = False) -> list[Condition]:
    """The state of the named alarms, or of all that concern this installation; where the database is away, only what can
    be said without it.
    """
    concern = [each for each in ALARMS if not (settings.DEMO and each.is_for_production)]
    chosen = [each for each in ALARMS if each.name in names] if names else concern
    return [Condition(each, _look(each)) for each in chosen if each.is_quick or not quick]


def _look(alarm: Alarm) -> str:
    try:
        return alarm.look()
    except DatabaseError:
        return _("无法读取数据库。")


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return _("无法连接数据库，请检查 DATABASE_URL 和数据库服务。")
    if connection.vendor == "postgresql" and connection.get_database_version() < OLDEST_POSTGRESQL:
        return _("PostgreSQL 版本过旧，建议升级到 16 或更新版本。")
    return ""


def migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _("有 %(n)s 个迁移未执行，请运行 manage.py prepare。") % {"n": len(waiting)} if waiting else ""


def protection() -> str:
    lacking = triggers.missing(connection)
    text = _("有 %(n)s 处不可更改的保护缺失，请运行 manage.py migrate，并查明原因。")
    return text % {"n": len(lacking)} if lacking else ""


def audit() -> str:
    waiting = audit_chain.tail()
    text = _("有 %(n)s 条操作记录超过一小时没有封存，请检查定时进程和后台进程，或运行 manage.py seal_audit。")
    return text % {"n": waiting.n_lines} if waiting.is_late else ""


def broker() -> str:
    try:
        with current_app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError):
        return _("无法连接消息队列，请检查 REDIS_URL 和 Redis 服务。")
    return ""


def worker() -> str:
    if problem := broker():
        return problem
    if current_app.control.ping(timeout=3):
        return ""
    return _("没有后台进程应答，请启动 celery -A config worker。")


def beat() -> str:
    last = PeriodicTask.objects.aggregate(last=Max("last_run_at"))["last"]
    if last is None or clock.now() - last > BEAT_SILENCE:
        return _("定时进程超过 15 分钟没有动作，请启动 celery -A config beat。")
    return ""


def jobs() -> str:
    n, parts = counts(waiting=waiting_jobs(), failed=failed_jobs()), []
    if n["waiting"]:
        parts.append(_("有 %(n)s 个任务等待超过 15 分钟，请检查后台进程。") % {"n": n["waiting"]})
    if n["failed"]:
        text = _("有 %(n)s 个任务失败，请用 manage.py job list 查看，处理后 manage.py job retry。")
        parts.append(text % {"n": n["failed"]})
    return "".join(parts)


def waiting_jobs() -> QuerySet[Job]:
    """Jobs that nobody has taken for long. Queued with a reason, one waits for something earlier (a week for the week before it)."""
    return Job.objects.filter(state=JobState.QUEUED, created_at__lt=clock.now() - JOB_WAITS, error="")


def failed_jobs() -> QuerySet[Job]:
    """Jobs that somebody has to see to."""
    return Job.objects.filter(state=JobState.FAILED)


def close() -> str:
    due = unclosed_weeks()
    text = _("有 %(n)s 周应结未结，最早的是 %(week)s。请运行 manage.py catch_up。")
    return text % {"n": len(due), "week": due[0]} if due else ""


def unclosed_weeks() -> list[Week]:
    """Weeks that are over for longer than a close takes and are not closed, the oldest first."""
    return [week for week in order.due_weeks() if clock.now() - week.ends_at > CLOSE_TAKES]


def integrity() -> str:
    last = last_done(INTEGRITY)
    if last is None or clock.now() - last.created_at > INTEGRITY_AGE:
        return _("超过两天没有检查数据完整性，请运行 manage.py check_integrity，并检查定时进程。")
    found = last.result.get("found", {})
    text = _("上次完整性检查发现问题：%(names)s。请运行 manage.py check_integrity 查看办法。")
    return text % {"names": "、".join(found)} if found else ""


def backup() -> str:
    last = last_done(BACKUP)
    if last is None:
        return _("还没有备份过，请运行 manage.py backup。")
    if clock.now() - last.created_at > BACKUP_AGE:
        return _("上次备份在 %(at)s，超过一天。请运行 manage.py backup，并检查每晚的任务。") % {
            "at": f"{clock.local(last.created_at):%Y-%m-%d %H:%M}"
        }
    return ""


def disk() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    return _("磁盘剩余空间不足 1 GB，请清理或扩容。") if free < LEAST_FREE_BYTES else ""


def last_done(task: str) -> Job | None:
    """The newest row of work that was noted as done."""
    return Job.objects.filter(task=task, state=JobState.DONE).order_by("-created_at").first()


ALARMS: tuple[Alarm, ...] = (
    Alarm("database", gettext_lazy("数据库"), database),
    Alarm("migrations", gettext_lazy("数据库结构"), migrations),
    Alarm("protection", gettext_lazy("不可更改的保护"), protection),
    Alarm("audit", gettext_lazy("操作记录链"), audit),
    Alarm("broker", gettext_lazy("消息队列"), broker),
    Alarm("worker", gettext_lazy("后台进程"), worker, is_quick=False),
    Alarm("beat", gettext_lazy("定时进程"), beat),
    Alarm("jobs", gettext_lazy("后台任务"), jobs),
    Alarm("close", gettext_lazy("结周"), close),
    Alarm("integrity", gettext_lazy("数据完整性"), integrity, is_for_production=True),
    Alarm("backup", gettext_lazy("备份"), backup, is_for_production=True),
    Alarm("disk", gettext_lazy("磁盘"), disk),
)
