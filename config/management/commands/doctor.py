"""`manage.py doctor`: says in words what is wrong with this installation."""

from __future__ import annotations

import argparse
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError

from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

OLDEST_POSTGRESQL = (16,)
LEAST_FREE_BYTES = 1024**3
BEAT_SILENCE = timedelta(minutes=15)


class Command(BaseCommand):
    """One line for each thing checked; exit code 1 when anything is wrong."""

    help = "检查数据库、迁移、消息队列、后台进程、定时进程与磁盘，说明问题和处理办法。"
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--only", choices=list(CHECKS), action="append", help="只检查这一项")

    def handle(self, *, only: list[str] | None, **options: object) -> None:
        n_problems = 0
        for name in only or CHECKS:
            problem = CHECKS[name]()
            n_problems += bool(problem)
            line = f"[{'!!' if problem else 'ok'}] {name}"
            self.stdout.write(f"{line}：{problem}" if problem else line)
        if n_problems:
            raise CommandError(f"发现 {n_problems} 个问题。")


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "无法连接数据库，请检查 DATABASE_URL 和数据库服务。"
    if connection.vendor == "postgresql" and connection.get_database_version() < OLDEST_POSTGRESQL:
        return "PostgreSQL 版本过旧，建议升级到 16 或更新版本。"
    return ""


def check_migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "无法读取数据库。"
    return f"有 {len(waiting)} 个迁移未执行，请运行 manage.py prepare。" if waiting else ""


def check_broker() -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError):
        return "无法连接消息队列，请检查 REDIS_URL 和 Redis 服务。"
    return ""


def check_worker() -> str:
    if problem := check_broker():
        return problem
    if current_app.control.ping(timeout=3):
        return ""
    return "没有后台进程应答，请启动 celery -A config worker。"


def check_beat() -> str:
    try:
        last = PeriodicTask.objects.aggregate(last=Max("last_run_at"))["last"]
    except DatabaseError:
        return "无法读取数据库。"
    if last is None or clock.now() - last > BEAT_SILENCE:
        return "定时进程超过 15 分钟没有动作，请启动 celery -A config beat。"
    return ""


def check_disk() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    return "磁盘剩余空间不足 1 GB，请清理或扩容。" if free < LEAST_FREE_BYTES else ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "worker": check_worker,
    "beat": check_beat,
    "disk": check_disk,
}
