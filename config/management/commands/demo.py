"""`manage.py demo`: the whole portal on SQLite, with a province to try it on."""

from __future__ import annotations

import argparse
import errno
import http.client
import io
import shutil
import socket
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from config.bootstrap import child_environment
from config.demo_data import load_demo
from config.supervisor import ChildDied, FolderBusy, Supervisor, alone_in, ended_by_signals

if TYPE_CHECKING:
    from config.demo_data import DemoSummary

DISK_FULL = "磁盘空间不足，请清理后重试。/ The disk is full: free some space and try again."


class Command(BaseCommand):
    """Prepares the demo and serves it until Ctrl-C."""

    help = "准备并启动演示门户：SQLite 数据库、演示数据、网页、后台任务。"
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="网页端口（默认 8000）")
        parser.add_argument("--host", default="127.0.0.1", help="监听地址（默认只限本机）")
        parser.add_argument("--no-serve", action="store_true", help="只准备数据，不启动")
        parser.add_argument("--reset", action="store_true", help="清空演示数据后重新生成")
        parser.add_argument(
            "--scale", choices=["small", "large"], default="small", help="large 另含全国 66 万个单位"
        )

    def handle(
        self, *, port: int, host: str, no_serve: bool, reset: bool, scale: str, **options: object
    ) -> None:
        _refuse_other_databases()
        if not no_serve:
            _refuse_taken_port(host, port)
        try:
            with alone_in(settings.DATA_DIR), ended_by_signals():
                if reset:
                    self._reset()
                summary = self._prepare(scale)
                self._introduce(summary, f"http://{_address(host, port)}")
                if no_serve:
                    self.stdout.write(
                        "数据已就绪。启动：python3 manage.py demo / ready; start it with: python3 manage.py demo"
                    )
                else:
                    self._serve(host, port)
        except FolderBusy as error:
            raise CommandError(
                "演示已在运行，请先用 Ctrl-C 结束它。/ The demo is already running: end it first."
            ) from error
        except (OSError, OperationalError) as error:
            if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
                raise CommandError(DISK_FULL) from error
            raise
        except ChildDied as died:
            message = f"进程 {died.name} 意外结束（{died.code}），已停止全部进程。/ {died.name} ended ({died.code}); all stopped.\n"
            raise CommandError(message + died.last_lines()) from died

    def _progress(self, words: str) -> None:
        self.stdout.write(f"· {words}")
        self.stdout.flush()

    def _reset(self) -> None:
        self._progress("清空演示数据")
        connections.close_all()
        for path in settings.DATA_DIR.glob("db.sqlite3*"):
            path.unlink()
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        for message in settings.BROKER_DIR.glob("*/*"):
            message.unlink()

    def _prepare(self, scale: str) -> DemoSummary:
        self._progress("建立数据库，载入基础数据")
        call_command("prepare", verbosity=0, stdout=io.StringIO())
        self._progress("载入演示数据")
        return load_demo(scale=scale, progress=self._progress)

    def _introduce(self, summary: DemoSummary, portal: str) -> None:
        """Who can sign in, which year's sheets can be exported, what to try first."""
        rows = [("角色", "用户名", "密码", "单位")]
        rows += [(login.role, login.username, login.password, login.unit) for login in summary.logins]
        widths = [max(_width(row[column]) for row in rows) for column in range(4)]
        self.stdout.write("\n演示账号 / demo logins")
        for row in rows:
            cells = [text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)]
            self.stdout.write("  " + "  ".join(cells).rstrip())
        self.stdout.write(f"\n可导出考评表的年份 / year of the sheets: {summary.year}")
        if summary.invitation_path:
            self.stdout.write(f"\n邀请链接 / an invitation to accept: {portal}{summary.invitation_path}")
        if summary.tips:
            self.stdout.write("\n可以先试试 / try first")
        for tip in summary.tips:
            self.stdout.write(f"  - {tip}")
        self.stdout.write("")

    def _serve(self, host: str, port: int) -> None:
        connections.close_all()
        python = sys.executable
        bind = _address(host, port)
        with Supervisor(settings.BASE_DIR, settings.DATA_DIR / "log", child_environment()) as supervisor:
            supervisor.start(
                "web",
                [
                    python,
                    "-m",
                    "gunicorn",
                    "config.wsgi",
                    "--bind",
                    bind,
                    "--threads",
                    "8",
                    "--no-control-socket",
                ],
            )
            # The filesystem broker moves files about: exactly one worker process may read it.
            supervisor.start(
                "worker",
                [python, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "INFO"],
            )
            supervisor.start(
                "beat", [python, "-m", "celery", "-A", "config", "beat", "--pidfile=", "--loglevel", "INFO"]
            )
            # Ctrl-C may come at any moment, that between the last line and the waiting included.
            try:
                self._progress("启动网页与后台任务")
                if not supervisor.wait_until(lambda: answers(host, port)):
                    raise CommandError(
                        f"网页没有启动，请查看 {settings.DATA_DIR / 'log'}。/ The web server doesn't answer."
                    )
                self.stdout.write(
                    f"\n门户已启动 / the portal is running:  http://{bind}/\n按 Ctrl-C 结束 / Ctrl-C ends it\n"
                )
                self.stdout.flush()
                supervisor.watch()
            except KeyboardInterrupt:
                self.stdout.write("\n正在结束 / stopping")
        self.stdout.write("已结束 / stopped")


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def answers(host: str, port: int) -> bool:
    """Whether /healthz of a portal answers 200 here."""
    target = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
    connection = http.client.HTTPConnection(target, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _refuse_other_databases() -> None:
    """SECURITY: a DATABASE_URL left in the environment or `.env` must never receive demo people or be reset."""
    database = settings.DATABASES["default"]
    if not settings.DEMO:
        raise CommandError(
            "请用 python3 manage.py demo 启动演示。/ Start the demo with: python3 manage.py demo"
        )
    if (
        not database["ENGINE"].endswith("sqlite3")
        or settings.DATA_DIR.resolve() not in Path(database["NAME"]).resolve().parents
    ):
        raise CommandError(
            "演示只使用自己的 SQLite 数据库，请去掉 DATABASE_URL 后重试。/ The demo uses a database of its own: unset DATABASE_URL."
        )


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"端口 {port} 已被占用或不可用，请换一个，例如 --port {port + 1}。/ Port {port} is taken: try --port {port + 1}."
            raise CommandError(message) from error


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
